"""Asking for commits while the broker is not itself: again as long as that may pass, and no longer."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from kcontract.broker import commits
from kcontract.broker.commits import Commits
from kcontract.errors import BrokerError

_MOVED, _SILENT, _DENIED = KafkaError.NOT_COORDINATOR, KafkaError._TIMED_OUT, KafkaError.GROUP_AUTHORIZATION_FAILED


class Asked:
    """Stands for librdkafka's consumer: fails with these codes one after the other, then answers."""

    def __init__(self, failures: list[int]) -> None:
        self.failures = failures
        self.made = self.closed = 0

    def __call__(self, *_: Any, **__: Any) -> Asked:
        self.made += 1
        return self

    def committed(self, places: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        assert timeout > 0
        if self.failures:
            raise KafkaException(KafkaError(self.failures.pop(0)))
        return [TopicPartition(place.topic, place.partition, 7) for place in places]

    def close(self) -> None:
        self.closed += 1


def answered(monkeypatch: pytest.MonkeyPatch, asked: Asked) -> dict[tuple[str, int], int]:
    monkeypatch.setattr(commits, "Consumer", asked)
    return Commits({}).of("g", [("t", 0)])


def test_a_coordinator_that_moves_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a new connection each time; so it is with an answer that does not come."""
    asked = Asked([_MOVED, _SILENT, _MOVED])
    assert answered(monkeypatch, asked) == {("t", 0): 7}
    assert (asked.made, asked.closed) == (4, 3)


def test_a_refusal_is_one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing will change about it."""
    with pytest.raises(BrokerError) as caught:
        answered(monkeypatch, Asked([_DENIED]))
    assert caught.value.code == "BROKER_REFUSED"


def test_it_does_not_ask_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """What passes and does not is an error as well."""
    monkeypatch.setattr(commits, "REQUEST_S", 0.0)
    with pytest.raises(BrokerError, match="NOT_COORDINATOR"):
        answered(monkeypatch, Asked([_MOVED, _MOVED]))
