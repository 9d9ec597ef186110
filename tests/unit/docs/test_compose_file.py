"""docker-compose.yml: two listeners, and addresses that fit together."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from kcontract.broker.local.lock import KAFKA_VERSION
from tests.unit.docs.pages import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
KAFKA = COMPOSE["services"]["kafka"]
REGISTRY = COMPOSE["services"]["registry"]


def listeners(name: str) -> dict[str, str]:
    """Listener names and addresses of a setting."""
    pairs = (entry.partition("://") for entry in KAFKA["environment"][name].split(","))
    return {listener: address for listener, _, address in pairs}


def test_containers_and_host_have_a_listener_each() -> None:
    """The trap of one listener is what the file is there to avoid."""
    advertised = listeners("KAFKA_ADVERTISED_LISTENERS")
    assert advertised == {"INTERNAL": "kafka:29092", "EXTERNAL": "localhost:9092"}
    bound = listeners("KAFKA_LISTENERS")
    assert set(bound) == {*advertised, "CONTROLLER"}
    assert all(bound[name] == f":{address.split(':')[1]}" for name, address in advertised.items())


def test_every_listener_has_a_protocol() -> None:
    """A listener without one keeps the broker from starting."""
    mapped = dict(pair.split(":") for pair in KAFKA["environment"]["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    assert set(mapped) == set(listeners("KAFKA_LISTENERS"))


def test_the_broker_is_the_one_that_is_tested_with() -> None:
    """The version is that of the local broker."""
    assert KAFKA["image"] == f"apache/kafka:{KAFKA_VERSION}"


def test_the_registry_uses_the_listener_for_containers() -> None:
    """It would resolve localhost to itself."""
    address = REGISTRY["environment"]["SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS"]
    assert address == f"PLAINTEXT://{listeners('KAFKA_ADVERTISED_LISTENERS')['INTERNAL']}"


@pytest.mark.parametrize("service", COMPOSE["services"].values(), ids=COMPOSE["services"])
def test_ports_are_open_on_this_machine_only(service: dict[str, Any]) -> None:
    """Neither service asks who calls, so nobody else may."""
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])


@pytest.mark.parametrize("service", COMPOSE["services"].values(), ids=COMPOSE["services"])
def test_settings_are_texts(service: dict[str, Any]) -> None:
    """Compose refuses booleans, and YAML changes numbers."""
    assert all(isinstance(value, str) for value in service["environment"].values())
