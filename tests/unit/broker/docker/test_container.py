"""The environment of the broker's container."""

from __future__ import annotations

from kcontract.broker.docker.container import HostPorts, environment, published
from kcontract.host.docker import ContainerRoute
from kcontract.host.ports import LOOPBACK

PORTS = HostPorts(1001, 1002, 1003)
ROUTE = ContainerRoute("172.17.0.1", "172.17.0.1")


def test_each_listener_tells_the_address_of_those_who_use_it() -> None:
    """Fixed ports of this machine for those outside, the bridge for containers, its own for itself."""
    told = environment(PORTS, "id", ROUTE)["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert told == [
        "HARNESS://127.0.0.1:1001",
        "SERVICE://127.0.0.1:1002",
        "BROKER://localhost:9096",
        "CONTAINER://172.17.0.1:1003",
    ]


def test_without_containers_nothing_is_open_to_them() -> None:
    """No listener, no port, no name in the map."""
    found = environment(PORTS, "id", None)
    assert not [name for name, value in found.items() if "CONTAINER:" in value]
    assert "9095/tcp" not in published(PORTS, None)


def test_ports_are_fixed_and_on_one_address_only() -> None:
    """Those that Docker chooses would change with every start, and be open to the network."""
    assert published(PORTS, ROUTE) == {
        "9092/tcp": (LOOPBACK, 1001),
        "9093/tcp": (LOOPBACK, 1002),
        "9095/tcp": ("172.17.0.1", 1003),
    }


def test_the_settings_are_those_of_the_local_broker() -> None:
    """Each as a variable, and every listener in the map of protocols."""
    found = environment(PORTS, "id", ROUTE)
    assert found["KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS"] == "0"
    assert found["CLUSTER_ID"] == "id"
    names = {entry.partition("://")[0] for entry in found["KAFKA_LISTENERS"].split(",")}
    mapped = {entry.partition(":")[0] for entry in found["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")}
    assert names == mapped
