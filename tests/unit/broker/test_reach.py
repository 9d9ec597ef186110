"""Brokers that advertise what cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kcontract.broker.choose import ForeignKafka
from kcontract.broker.reach import insist, out_of_reach, reached
from kcontract.errors import BrokerError
from kcontract.host.ports import free_ports
from tests.unit.broker.tap.test_links import FakeBroker


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    made = FakeBroker()
    yield made
    made.close()


def test_a_cluster_in_reach(broker: FakeBroker) -> None:
    """Nothing stands between."""
    foreign = ForeignKafka(broker.bootstrap)
    with reached(foreign) as way:
        assert way is foreign


def test_a_name_that_is_known_elsewhere(broker: FakeBroker) -> None:
    """A proxy is used, every report says so, and it is still not ours."""
    broker.advertised = ("kafka.invalid", 9092)
    assert out_of_reach(broker.bootstrap) == (("kafka.invalid", 9092),)
    with reached(ForeignKafka(broker.bootstrap)) as way:
        assert way.bootstrap != broker.bootstrap
        assert (way.ours, way.is_broker, way.service_bootstrap) == (False, True, broker.bootstrap)
        assert way.label == (
            f"Kafka at {broker.bootstrap}, through a proxy: it advertises addresses that lead nowhere from here"
        )
        assert out_of_reach(way.bootstrap) == ()


def test_another_port_than_the_published_one(broker: FakeBroker) -> None:
    """Nobody listens there."""
    broker.advertised = ("127.0.0.1", free_ports(1)[0])
    assert out_of_reach(broker.bootstrap) == (broker.advertised,)


def test_nobody_to_ask() -> None:
    """Whoever connects next will say it better."""
    assert out_of_reach(f"127.0.0.1:{free_ports(1)[0]}") == ()
    assert out_of_reach("nonsense") == ()


def test_one_address_that_answers_is_enough(broker: FakeBroker) -> None:
    """Nobody is waited for where none does."""
    dead = f"127.0.0.1:{free_ports(1)[0]}"
    insist(f"{dead},{broker.bootstrap}")
    insist("a-name-without-a-port")
    with pytest.raises(BrokerError, match="nobody answers") as caught:
        insist(dead)
    assert caught.value.code == "BROKER_UNREACHABLE"
