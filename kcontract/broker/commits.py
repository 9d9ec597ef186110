"""What a group has committed, asked as a consumer of the group that never joins it.

Not through the admin client: its answer to an offset fetch that a moving coordinator refuses takes the whole process
along (librdkafka 2.16 looks for the consumer group of a client that has none).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from kcontract.broker.client import LOGGER, MOVING, REQUEST_S, Settings, kafka_error, refused
from kcontract.model.record import TopicPartition as Place

_ANSWER_S = 4.0
"""How long a coordinator may take, which answers within milliseconds, before the connection is made anew."""
_AGAIN_S = 0.1
_PASSING = MOVING | {KafkaError._TIMED_OUT}
_ABSENT = frozenset({KafkaError.GROUP_ID_NOT_FOUND, KafkaError.UNKNOWN_TOPIC_OR_PART})

_ONLOOKER: dict[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "allow.auto.create.topics": False,
    "isolation.level": "read_uncommitted",  # else an open transaction would hold the answer back
}


class Commits:
    """The committed offsets of one group at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._group = ""
        self._consumer: Consumer | None = None

    def of(self, group: str, places: Iterable[Place]) -> dict[Place, int]:
        """Committed offsets; a place without one is left out. BrokerError BROKER_UNREACHABLE, BROKER_REFUSED."""
        wanted = [TopicPartition(*place) for place in places]
        if not wanted:
            return {}
        what = f"read the offsets of group {group}"
        try:
            answer = self._ask(group, wanted)
        except KafkaException as error:
            if kafka_error(error).code() in _ABSENT:
                return {}
            raise refused(what, error) from error
        for place in answer:
            if place.error is not None and place.error.code() not in _ABSENT | MOVING:
                raise refused(f"{what} at {place.topic}/{place.partition}", KafkaException(place.error))
        return {(at.topic, at.partition): at.offset for at in answer if at.error is None and at.offset >= 0}

    def close(self) -> None:
        """Let go of the connection; it is made anew when it is needed."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()

    def _ask(self, group: str, wanted: list[TopicPartition]) -> list[TopicPartition]:
        """Again over a new connection when no answer comes, for an old one may wait for the broker that was; and while
        the coordinator moves, as it does on a broker that was too busy to say that it lives."""
        deadline = time.monotonic() + REQUEST_S
        while True:
            try:
                return self._of(group).committed(wanted, timeout=_ANSWER_S)
            except KafkaException as error:
                if kafka_error(error).code() not in _PASSING or time.monotonic() >= deadline:
                    raise
            self.close()
            time.sleep(_AGAIN_S)

    def _of(self, group: str) -> Consumer:
        if self._consumer is None or group != self._group:
            self.close()
            self._group = group
            self._consumer = Consumer({**self._settings, **_ONLOOKER, "group.id": group}, logger=LOGGER)
        return self._consumer
