"""One running node: its process, and when it is ready."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from kcontract.broker.local.server import MAIN_CLASS, Installation, Ports, properties
from kcontract.errors import BrokerError, ServiceError
from kcontract.host.output import tail
from kcontract.host.ports import LOOPBACK, is_listening
from kcontract.host.processes import ProcessGroup
from kcontract.host.sweep import RunDirectory

START_TIMEOUT_S = 180.0
"""One that ends is seen at once; where cores are shared with much else its start may take minutes."""
_STEP_S = 0.005
_META = "meta.properties"
_FROM_OUTSIDE = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH", "KAFKA_OPTS")


class Node:
    """A broker process on a data directory. `directory` holds its properties and log."""

    def __init__(self, directory: Path, ports: Ports, process: ProcessGroup) -> None:
        self.directory, self.ports, self.process = directory, ports, process

    @classmethod
    def launch(
        cls, installation: Installation, run: RunDirectory, ports: Ports, settings: str = "", flags: Sequence[str] = ()
    ) -> Node:
        """Starts the broker on `run.path / "data"` and does not wait for it. `settings` are the text of its
        server.properties, by default the ordinary ones. Raises BROKER_NOT_STARTED."""
        file = run.path / "server.properties"
        file.write_text(settings or properties(ports, run.path / "data"))
        try:
            process = start_java(run, installation.command(MAIN_CLASS, [str(file)], flags), run.path / "broker.log")
        except ServiceError as error:
            raise BrokerError("BROKER_NOT_STARTED", error.message, "set JAVA_HOME to a Java that runs") from error
        return cls(run.path, ports, process)

    def await_ready(self, cluster_id: str, timeout_s: float = START_TIMEOUT_S) -> None:
        """Waits until this very broker, and no other on its port, answers and takes part in the cluster.

        Raises BROKER_NOT_STARTED with the end of its log.
        """
        deadline = time.monotonic() + timeout_s
        while not is_listening(self.ports.harness):
            self._check(deadline)
            time.sleep(_STEP_S)
        client = AdminClient(client_settings(self.ports.harness))
        while not is_ready(client, cluster_id):
            self._check(deadline)
            time.sleep(_STEP_S)

    def log_tail(self, max_bytes: int = 4096) -> str:
        """The end of what the broker logged and printed."""
        return tail(self.directory / "broker.log", max_bytes)

    def _check(self, deadline: float) -> None:
        code = self.process.poll()
        if code is None and time.monotonic() < deadline:
            return
        what = "did not become ready" if code is None else f"ended with {code} while it started"
        raise BrokerError(
            "BROKER_NOT_STARTED", f"the local Apache Kafka {what}:\n{self.log_tail()}", "see its log above; try again"
        )


def start_java(run: RunDirectory, command: Sequence[str], log: Path) -> ProcessGroup:
    """Starts a Java process of this run, with its temporary files in the run's directory."""
    temporary = run.path / "tmp"
    temporary.mkdir(exist_ok=True)
    java, *rest = command
    env = {name: value for name, value in os.environ.items() if name not in _FROM_OUTSIDE} | run.environment()
    process = ProcessGroup.start(
        [java, f"-Djava.io.tmpdir={temporary}", *rest], env=env, cwd=run.path, stdout=log, stderr=log
    )
    run.note(process.pid)
    return process


def set_cluster_id(data: Path, cluster_id: str) -> None:
    """Makes a formatted data directory that of another cluster."""
    meta = data / _META
    lines = meta.read_text().splitlines()
    meta.write_text("".join(f"cluster.id={cluster_id}\n" if s.startswith("cluster.id=") else f"{s}\n" for s in lines))


def is_ready(client: AdminClient, cluster_id: str) -> bool:
    """Whether the broker that `client` reaches is this one and takes part in its cluster."""
    try:
        seen = client.list_topics(timeout=1.0)
    except KafkaException:
        return False
    # Brokers are listed once they are unfenced; partitions of the internal topics have leaders a moment later.
    led = all(part.leader >= 0 for topic in seen.topics.values() for part in topic.partitions.values())
    return bool(seen.brokers) and led and str(seen.cluster_id) == cluster_id


def client_settings(port: int) -> dict[str, str | int | float | bool]:
    """Of a client that waits for a broker on `port` of 127.0.0.1 to come up."""
    return {
        "bootstrap.servers": f"{LOOPBACK}:{port}",
        "reconnect.backoff.ms": 5,
        "reconnect.backoff.max.ms": 50,
        "log_level": 0,
    }
