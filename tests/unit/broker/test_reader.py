"""A reader that gathers reads on where it was, and misses nothing and nothing twice when it goes back and forth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, TopicPartition

from kcontract.broker import reader
from kcontract.broker.reader import TopicReader

TOPIC = "t"


class Client:
    """A consumer of one partition: reads what the log has behind its position, then tells of the end."""

    def __init__(self, log: list[bytes], settings: dict[str, Any]) -> None:
        self.settings = settings
        self.at: int | None = None
        self.open = True
        self._log = log
        self._told = -1

    def list_topics(self, _topic: str, timeout: float) -> None:
        assert timeout > 0

    def incremental_assign(self, places: Iterable[TopicPartition]) -> None:
        (place,) = places
        assert self.at is None
        self.at = place.offset

    def incremental_unassign(self, places: Iterable[TopicPartition]) -> None:
        assert [(place.topic, place.partition) for place in places] == [(TOPIC, 0)]
        self.at = None

    def position(self, places: Iterable[TopicPartition]) -> list[TopicPartition]:
        return [TopicPartition(place.topic, place.partition, self.at or 0) for place in places]

    def poll(self, _timeout: float) -> Any:
        if self.at is None:
            return None
        if self.at < len(self._log):
            self.at += 1
            return message(self.at - 1, self._log[self.at - 1])
        if self._told == self.at:
            return None
        self._told = self.at
        return message(self.at, b"", KafkaError(KafkaError._PARTITION_EOF))

    def consume(self, most: int, _timeout: float) -> list[Any]:
        return [self.poll(0) for _ in range(min(most, len(self._log) - (self.at or 0)))]

    def close(self) -> None:
        self.open = False


class Place:
    """A partition, its readers' clients, and the reader."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[bytes] = []
        self.clients: list[Client] = []
        monkeypatch.setattr(reader, "Consumer", self.client)
        self.reader = TopicReader(
            {}, {(TOPIC, 0): 0}, lambda places: dict.fromkeys(places, len(self.log)), lambda _: ()
        )

    def client(self, settings: dict[str, Any], **_: object) -> Client:
        self.clients.append(Client(self.log, settings))
        return self.clients[-1]

    @property
    def reading(self) -> list[int]:
        """Which of the clients read."""
        return [number for number, client in enumerate(self.clients) if client.at is not None]

    def read(self) -> Sequence[bytes | None]:
        return [log.record.value for log in self.reader.poll(0)]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(monkeypatch)


def message(offset: int, value: bytes, error: KafkaError | None = None) -> Any:
    of = SimpleNamespace(topic=TOPIC, partition=0, offset=offset, key=None, value=value, headers=None, error=error)
    answers = {name: (lambda told=told: told) for name, told in vars(of).items()}
    return SimpleNamespace(**answers, timestamp=lambda: (0, 0))


def test_each_record_is_read_once_whoever_reads(place: Place) -> None:
    """One client at a time, from where the other one was; those that come in between are read by the next one."""
    for number, gathers in enumerate((False, True, True, False, True)):
        place.log += [b"a%d" % number, b"b%d" % number]
        place.reader.gather(gathers)
        assert place.reading == [int(gathers)]
        assert place.read() == [b"a%d" % number, b"b%d" % number]
    assert place.reader.drain(1.0) == ([], True)


def test_who_gathers_waits_for_more_at_once(place: Place) -> None:
    """And for some milliseconds only, for the last ones are wanted as well."""
    place.reader.gather(gathers=True)
    prompt, gathering = place.clients
    assert prompt.settings["fetch.min.bytes"] == 1 < gathering.settings["fetch.min.bytes"]
    assert gathering.settings["fetch.wait.max.ms"] < prompt.settings["fetch.wait.max.ms"]
    assert gathering.settings["isolation.level"] == "read_committed"


def test_a_second_word_changes_nothing(place: Place) -> None:
    """It is said again and again while a window lasts; the position that it asks for is not asked of the broker."""
    place.reader.gather(gathers=False)
    assert len(place.clients) == 1
    place.reader.gather(gathers=True)
    place.clients[1].at = 7
    place.reader.gather(gathers=True)
    assert place.clients[1].at == 7
    assert len(place.clients) == 2


def test_a_new_client_goes_on_where_the_old_one_was(place: Place) -> None:
    """Nothing twice, nothing missed; it is prompt, as at first, and gathers if it is told so once more."""
    for gathers in (False, True):
        place.log += [b"a"]
        place.reader.gather(gathers)
        assert place.read() == [b"a"]
        place.log += [b"b"]
        place.reader.renew()
        assert [client.open for client in place.clients] == [False] * (len(place.clients) - 1) + [True]
        assert place.clients[-1].settings["fetch.min.bytes"] == 1
        assert place.read() == [b"b"]
    assert place.reader.drain(1.0) == ([], True)


def test_both_are_closed(place: Place) -> None:
    """Also the one that does not read."""
    place.reader.gather(gathers=True)
    place.reader.gather(gathers=False)
    place.reader.close()
    assert [client.open for client in place.clients] == [False, False]
