"""How one Apache Kafka process is configured and started: one KRaft node, its listeners on the loopback only,
but for the one that containers are to reach."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kcontract.broker.local.java import Java
from kcontract.host.docker import ContainerRoute
from kcontract.host.ports import LOOPBACK, free_ports
from kcontract.model.value import Value

MAIN_CLASS = "kafka.Kafka"
FORMATTER_CLASS = "kafka.tools.StorageTool"

SETTINGS = (
    ("process.roles", "broker,controller"),
    ("node.id", "1"),
    (
        "listener.security.protocol.map",
        "HARNESS:PLAINTEXT,SERVICE:PLAINTEXT,CONTAINER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    ),
    ("inter.broker.listener.name", "HARNESS"),
    ("controller.listener.names", "CONTROLLER"),
    # One node: internal topics with one partition and one replica.
    ("offsets.topic.num.partitions", "1"),
    ("offsets.topic.replication.factor", "1"),
    ("transaction.state.log.num.partitions", "1"),
    ("transaction.state.log.replication.factor", "1"),
    ("transaction.state.log.min.isr", "1"),
    ("share.coordinator.state.topic.num.partitions", "1"),
    ("share.coordinator.state.topic.replication.factor", "1"),
    ("share.coordinator.state.topic.min.isr", "1"),
    # Quick to start, light on a laptop.
    ("log.cleaner.dedupe.buffer.size", "2097152"),
    ("log.index.size.max.bytes", "1048576"),
    ("num.network.threads", "2"),
    ("num.io.threads", "4"),
    ("background.threads", "2"),
    ("num.recovery.threads.per.data.dir", "1"),
    # Answer at once instead of gathering for 25 ms (creating a topic) and 5 ms (a commit).
    ("controller.quorum.append.linger.ms", "0"),
    ("group.coordinator.append.linger.ms", "0"),
    # What is in a topic stays, and only declared topics exist.
    ("log.retention.ms", "-1"),
    # Inputs take any time (`timestamp_weird`); Streams hands it on to topics of its own, which must not refuse it then.
    ("log.message.timestamp.after.max.ms", str(2**63 - 1)),
    ("auto.create.topics.enable", "true"),  # so that a record on an undeclared topic is seen, not refused
    # The first member need not wait for others; the death of a member can be made to show quickly (KIP-848's floors
    # of 45 s and 5 s must be lowered together with the values).
    ("group.initial.rebalance.delay.ms", "0"),
    ("group.min.session.timeout.ms", "500"),
    ("group.consumer.min.session.timeout.ms", "1000"),
    ("group.consumer.session.timeout.ms", "6000"),
    ("group.consumer.min.heartbeat.interval.ms", "100"),
    ("group.consumer.heartbeat.interval.ms", "500"),
    ("broker.heartbeat.interval.ms", "500"),
)

SESSION_MS, SESSION_AFTER_KILL_MS = 120_000, 2_000
"""On a busy machine the only broker must not lose its partitions because its controller heard of it late. But a node
that was killed must wait when it comes back until its own former session has ended, by the new process's clock."""

JVM_FLAGS = (
    "-XX:+IgnoreUnrecognizedVMOptions",  # a JVM other than HotSpot
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    # Most of a short run is spent in code that is still interpreted: compile it after a quarter of the usual calls,
    # which saves a seventh of the broker's processor time.
    "-XX:CompileThresholdScaling=0.25",
    "-Xms64m",
    "-Xmx512m",
    "-XX:-UsePerfData",  # a killed JVM would leave its file in the temporary directory
    "-Djava.awt.headless=true",
    "-Dorg.apache.logging.log4j.level=WARN",
)


class Ports(Value, frozen=True):
    """Of the listeners: the harness's, the one for services under test, KRaft's own, the one for containers."""

    harness: int
    service: int
    controller: int
    container: int


class Installation(Value, frozen=True):
    """What can be run: a Java and a class path."""

    java: Java
    jars: tuple[str, ...]

    @property
    def class_path(self) -> str:
        return ":".join(self.jars)

    def command(self, main: str, arguments: Sequence[str], flags: Sequence[str] = ()) -> tuple[str, ...]:
        """The command that runs a main class of it."""
        return (self.java.executable, *JVM_FLAGS, *flags, "-cp", self.class_path, main, *arguments)


def choose_ports() -> Ports:
    """Four free ports. Raises PORTS_NONE."""
    return Ports(*free_ports(4))


def properties(
    ports: Ports,
    data: Path,
    service_advertised: str | None = None,
    route: ContainerRoute | None = None,
    *,
    session_ms: int = SESSION_MS,
) -> str:
    """The text of server.properties. `service_advertised` is the `host:port` that services are told to come back to;
    containers come over `route`, without which there is no listener for them. A session of the node ends after
    `session_ms` without a heartbeat."""
    harness, service = f"{LOOPBACK}:{ports.harness}", f"{LOOPBACK}:{ports.service}"
    controller = f"{LOOPBACK}:{ports.controller}"
    listens = told = ""
    if route is not None:
        listens = f",CONTAINER://{route.listen}:{ports.container}"
        told = f",CONTAINER://{route.advertised}:{ports.container}"
    own = (
        ("listeners", f"HARNESS://{harness},SERVICE://{service},CONTROLLER://{controller}{listens}"),
        ("advertised.listeners", f"HARNESS://{harness},SERVICE://{service_advertised or service}{told}"),
        ("controller.quorum.voters", f"1@{controller}"),
        ("log.dirs", _escaped(str(data))),
        ("broker.session.timeout.ms", str(session_ms)),
    )
    return "".join(f"{name}={value}\n" for name, value in (*SETTINGS, *own))


def _escaped(text: str) -> str:
    # Java reads properties as ISO 8859-1 with escapes.
    return "".join(c if " " < c < "\x7f" and c not in "\\" else f"\\u{ord(c):04x}" for c in text)
