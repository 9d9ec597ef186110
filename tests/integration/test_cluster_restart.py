"""KafkaCluster outlives a broker that crashes and comes back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.local.broker import LocalKafka
from kcontract.model.cluster import Outgoing, Standing, TopicSpec
from kcontract.model.record import Record

_SECONDS = 60.0


@pytest.mark.kafka
def test_records_sent_while_the_broker_is_down_arrive_once_and_in_order() -> None:
    """The same producer, reader and admin client go on when the broker is back on its ports."""
    acks: list[tuple[str, str, int, int, str]] = []

    def standing(topic: str, partition: int, offset: int, cases: Sequence[str]) -> None:
        acks.extend((case, topic, partition, offset + number, "") for number, case in enumerate(cases))

    def send(first: int, last: int, row: Standing | None = None) -> None:
        records = [Outgoing(str(n), "orders", Record(value=b"%d" % n), 0) for n in range(first, last)]
        cluster.send(records, lambda *ack: acks.append(ack), row)

    with LocalKafka.start() as kafka:
        cluster = KafkaCluster(kafka)
        cluster.create_topics([TopicSpec("orders")])
        reader = cluster.reader(["orders"])
        cluster.set_offsets("group", {("orders", 0): 3})
        send(0, 100, standing)
        assert cluster.flush(_SECONDS) == 0
        send(100, 200, standing)
        kafka.kill()
        send(200, 300, standing)
        send(300, 400)
        cluster.flush(0.2)
        kafka.start_again()
        assert cluster.flush(_SECONDS) == 0
        records, complete = reader.drain(_SECONDS)
        assert complete
        assert [each.record.value for each in records] == [b"%d" % n for n in range(400)]
        assert sorted([(ack[0], ack[3], ack[4]) for ack in acks], key=lambda ack: ack[1]) == [
            (str(n), n, "") for n in range(400)
        ]
        assert cluster.committed("group", [("orders", 0)]) == {("orders", 0): 3}
        cluster.delete_topics(["orders"])
        assert cluster.topics() == {}
        reader.close()
        cluster.close()
