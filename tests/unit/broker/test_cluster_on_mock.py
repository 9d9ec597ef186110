"""What of KafkaCluster works on librdkafka's mock, which is not a broker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kcontract.broker.choose import ForeignKafka
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.mock import MockKafka
from kcontract.errors import BrokerError
from kcontract.model.cluster import GroupView, Outgoing, TopicSpec
from kcontract.model.record import Record


@pytest.fixture
def cluster() -> Iterator[KafkaCluster]:
    with MockKafka.start() as mock:
        cluster = KafkaCluster(mock)
        yield cluster
        cluster.close()


def test_records_go_there_and_come_back(cluster: KafkaCluster) -> None:
    """Topics come to be, records are acknowledged with their places, and a reader drains them."""
    cluster.create_topics([TopicSpec("orders")])
    reader = cluster.reader(["orders"])
    acks: list[tuple[str, str, int, int, str]] = []
    cluster.send([Outgoing(str(n), "orders", Record(value=b"%d" % n), 1) for n in range(50)], lambda *a: acks.append(a))
    assert cluster.flush(20) == 0
    records, complete = reader.drain(20)
    reader.close()
    assert complete
    assert [(str(each.offset), "orders", 1, each.offset, "") for each in records] == acks
    assert not cluster.is_broker


def test_groups_are_unknown_but_hold_offsets(cluster: KafkaCluster) -> None:
    """Describing a group does not pretend to know; offsets are set and read; deleting a topic does nothing."""
    cluster.create_topics([TopicSpec("orders")])
    cluster.delete_topics(["orders"])
    assert cluster.topics() == {"orders": 4}
    assert cluster.describe("group") == GroupView("UNKNOWN")
    cluster.set_offsets("group", {("orders", 0): 1})
    assert cluster.committed("group", [("orders", 0), ("orders", 1)]) == {("orders", 0): 1}


def test_a_broker_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time for requests, with what could not be done."""
    monkeypatch.setattr("kcontract.broker.topics.REQUEST_S", 0.2)
    cluster = KafkaCluster(ForeignKafka("127.0.0.1:1"))
    with pytest.raises(BrokerError, match="cannot list the topics") as caught:
        cluster.topics()
    cluster.close()
    assert caught.value.code == "BROKER_UNREACHABLE"
