"""The configuration of the node and its command."""

from __future__ import annotations

from pathlib import Path

from kcontract.broker.local import archive
from kcontract.broker.local.java import Java
from kcontract.broker.local.server import SESSION_AFTER_KILL_MS, Installation, Ports, choose_ports, properties
from kcontract.host.docker import ContainerRoute

PORTS = Ports(1001, 1002, 1003, 1004)


def parsed(text: str) -> dict[str, str]:
    """Properties by name; each line once."""
    found = {name: value for name, _, value in (line.partition("=") for line in text.splitlines())}
    assert len(found) == len(text.splitlines())
    return found


def test_everything_listens_on_loopback_only() -> None:
    """All three listeners are bound to 127.0.0.1."""
    found = parsed(properties(PORTS, Path("/data")))
    assert found["listeners"] == "HARNESS://127.0.0.1:1001,SERVICE://127.0.0.1:1002,CONTROLLER://127.0.0.1:1003"
    assert found["advertised.listeners"] == "HARNESS://127.0.0.1:1001,SERVICE://127.0.0.1:1002"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:1003"


def test_containers_come_over_the_bridge() -> None:
    """With a route there is one more listener, on its address only; the others stay on the loopback."""
    found = parsed(properties(PORTS, Path("/data"), route=ContainerRoute("172.17.0.1", "host.docker.internal")))
    assert found["listeners"].endswith("CONTROLLER://127.0.0.1:1003,CONTAINER://172.17.0.1:1004")
    assert found["advertised.listeners"].endswith(",CONTAINER://host.docker.internal:1004")


def test_services_can_be_sent_through_a_proxy() -> None:
    """Only the advertised address of the services' listener changes."""
    found = parsed(properties(PORTS, Path("/data"), "127.0.0.1:9999"))
    assert found["advertised.listeners"] == "HARNESS://127.0.0.1:1001,SERVICE://127.0.0.1:9999"
    assert "SERVICE://127.0.0.1:1002" in found["listeners"]


def test_undeclared_topics_are_seen_and_all_stay() -> None:
    """A record on a topic that nobody declared is evidence, not an error, and nothing expires under a run."""
    found = parsed(properties(PORTS, Path("/data")))
    assert found["auto.create.topics.enable"] == "true"
    assert found["log.retention.ms"] == "-1"
    assert found["group.initial.rebalance.delay.ms"] == "0"


def test_a_busy_machine_does_not_cost_the_broker_its_partitions() -> None:
    """Its session outlives any delay; only after a kill it is short, for the node must wait for its former one."""
    assert int(parsed(properties(PORTS, Path("/data")))["broker.session.timeout.ms"]) >= 60_000
    after = parsed(properties(PORTS, Path("/data"), session_ms=SESSION_AFTER_KILL_MS))
    assert int(after["broker.session.timeout.ms"]) <= 2_000


def test_odd_paths_survive_the_properties_format() -> None:
    """Blanks, backslashes and letters beyond ASCII are escaped as Java reads them."""
    escaped = parsed(properties(PORTS, Path("/a b/c\\d/é")))["log.dirs"]
    assert escaped == r"/a\u0020b/c\u005cd/\u00e9"


def test_ports_are_three_distinct_ones() -> None:
    """No listener shares a port."""
    ports = choose_ports()
    assert len({ports.harness, ports.service, ports.controller}) == 3


def test_the_command_has_flags_before_the_main_class() -> None:
    """Java takes as its own only what stands before the class."""
    installation = Installation(Java("/jdk", 17, "x"), ("/a.jar", "/b.jar"))
    command = installation.command("kafka.Kafka", ["file"], ("-Dx=1",))
    assert command[0] == "/jdk/bin/java"
    assert command[-5:] == ("-Dx=1", "-cp", "/a.jar:/b.jar", "kafka.Kafka", "file")


def test_archives_by_age_of_java() -> None:
    """Java 25 has the ahead-of-time cache, an older one a static archive; the file is the same."""
    old, new, place = Java("/jdk", 24, "x"), Java("/jdk", 25, "x"), Path("/cache")
    assert archive.using(old, place) == ("-XX:SharedArchiveFile=/cache/archive",)
    assert archive.using(new, place) == ("-XX:AOTCache=/cache/archive",)
    assert archive.recording(old, place) == ("-XX:DumpLoadedClassList=/cache/classes",)
    assert "-XX:AOTMode=create" in archive.creating(new, place)
    assert "-Xshare:on" in archive.checking(old, place)
