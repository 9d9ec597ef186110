"""Many records are told as one row where they stand in a row, and each at its place, or as refused, where not."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException

from kcontract.broker import rows, sender
from kcontract.broker.locate import match, match_onwards
from kcontract.broker.rows import by_place
from kcontract.broker.sender import Sender
from kcontract.broker.topics import DEFAULT_LIMIT
from kcontract.model.cluster import Outgoing, Sendable
from kcontract.model.record import LogRecord, Record

COUNT = 120
TOO_LARGE = KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)
FOREIGN = b"foreign"


class Broker:
    """And the client library before it: logs by partition, and what goes wrong."""

    def __init__(self) -> None:
        self.partitions = 4
        self.limit = DEFAULT_LIMIT
        self.logs: dict[int, list[bytes]] = {}
        self.refused: dict[bytes, KafkaError] = {}
        """By value."""
        self.unplaced: set[bytes] = set()
        """Acknowledged without an offset."""
        self.foreign_after: set[bytes] = set()
        """Somebody else writes a record behind these, and a copy of them."""
        self.raises: dict[bytes, BaseException] = {}
        """What `produce` does with a value, once."""
        self.takes = True
        self.queue: list[tuple[int, bytes, Any]] = []
        self.asked = self.heard = self.polls = 0
        """How often for partitions; records with a callback; polls."""
        self.located: list[tuple[int, int | None, int | None]] = []

    # the producer

    def produce(
        self, _topic: str, value: bytes, key: bytes | None, place: int, report: Any, _: None, _time: int, _headers: Any
    ) -> None:
        if value in self.raises:
            raise self.raises.pop(value)
        self.heard += report is not None
        self.queue.append(((3 if key is None else 2) if place < 0 else place, value, report))

    def list_topics(self, topic: str, timeout: float) -> SimpleNamespace:
        assert timeout > 0
        self.asked += 1
        return SimpleNamespace(topics={topic: SimpleNamespace(error=None, partitions=range(self.partitions))})

    def poll(self, _timeout: float) -> None:
        self.polls += 1

    def flush(self, _timeout: float) -> int:
        while self.takes and self.queue:
            self._take(*self.queue.pop(0))
        return len(self.queue)

    def purge(self) -> None:
        for place, _, report in self.queue:
            if report is not None:
                report(KafkaError(KafkaError._PURGE_QUEUE), _message(place, None))
        self.queue.clear()

    def _take(self, place: int, value: bytes, report: Any) -> None:
        log, error = self.logs.setdefault(place, []), self.refused.get(value)
        if error is None:
            log.append(value)
        offset = None if error else -1 if value in self.unplaced else len(log) - 1
        if value in self.foreign_after:
            log += [FOREIGN, value]
        if report is not None:
            report(error, _message(place, offset))

    # the rest

    def locate(
        self, topic: str, partition: int, sent: Sequence[Sendable], first: int | None = None, last: int | None = None
    ) -> Sequence[int | None]:
        self.located.append((partition, first, last))
        log = [
            LogRecord(topic, partition, n, Record(value=value)) for n, value in enumerate(self.logs.get(partition, ()))
        ]
        log = log[first or 0 : None if last is None else last + 1]
        return (match if first is None else match_onwards)(log, [Record(value=one.record.value) for one in sent])


class Told:
    """What was told of each case: its place, or the error."""

    def __init__(self) -> None:
        self.fates: dict[str, tuple[int, int] | str] = {}
        self.rows: list[tuple[int, int, int]] = []

    def delivered(self, case: str, _topic: str, partition: int, offset: int, error: str) -> None:
        assert case not in self.fates
        self.fates[case] = error or (partition, offset)

    def standing(self, _topic: str, partition: int, offset: int, cases: Sequence[str]) -> None:
        self.rows.append((partition, offset, len(cases)))
        for number, case in enumerate(cases):
            self.delivered(case, "", partition, offset + number, "")


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    broker = Broker()

    class Producer:
        def __init__(self, _settings: object, **_: object) -> None:
            """One of the broker's clients."""

        def __getattr__(self, name: str) -> Any:
            return getattr(broker, name)

    monkeypatch.setattr(sender, "Producer", Producer)
    monkeypatch.setattr(sender, "_serve", lambda producer, timeout: producer.flush(timeout))
    return broker


def sender_of(broker: Broker) -> Sender:
    return Sender({}, lambda _: broker.limit, broker.locate)


def numbered(first: int = 0, **others: Any) -> list[Outgoing]:
    more = {"partition": 1, **others}
    return [Outgoing(str(n), "t", Record(value=b"%d" % n), **more) for n in range(first, first + COUNT)]


def sent(to: Sender, records: Sequence[Outgoing]) -> Told:
    told = Told()
    to.send(records, told.delivered, told.standing)
    assert to.flush(1) == 0
    return told


def half_taken(broker: Broker) -> tuple[Sender, Told]:
    """Two volleys, of which the second one is on its way."""
    to, told = sender_of(broker), Told()
    to.send(numbered(), told.delivered, told.standing)
    broker.flush(1)
    broker.takes = False
    to.send(numbered(COUNT), told.delivered, told.standing)
    assert to.flush(1) == COUNT
    return to, told


def places(start: int, end: int, shift: int = 0) -> dict[str, tuple[int, int] | str]:
    return {str(n): (1, n + shift) for n in range(start, end)}


def test_what_stands_in_a_row_is_told_at_once(broker: Broker) -> None:
    """With two callbacks, and without a look into the log."""
    to = sender_of(broker)
    assert sent(to, numbered()).fates == places(0, COUNT)
    told = sent(to, numbered(COUNT))
    assert told.rows == [(1, COUNT, COUNT)]
    assert told.fates == places(COUNT, 2 * COUNT)
    assert (broker.heard, broker.asked, broker.located) == (4, 1, [])


def test_one_record_among_many_of_another_partition_is_no_row(broker: Broker) -> None:
    """It has one end only, and is asked for."""
    records = numbered()
    records[7] = Outgoing("7", "t", Record(value=b"7"), 2)
    told = sent(sender_of(broker), records)
    assert told.fates == {**places(0, 7), "7": (2, 0), **places(8, COUNT, -1)}
    assert broker.heard == 3


def test_keys_go_where_javas_client_puts_them(broker: Broker) -> None:
    """The hashes are those of Kafka's own test of Utils.murmur2, and of the empty key."""
    hashes = {b"21": -973932308, b"foobar": -790332482, b"abc": 479470107, b"": 275646681}
    broker.partitions = 7
    records = [Outgoing(f"{key!r}{n}", "t", Record(key, b"%d" % n)) for n in range(COUNT) for key in hashes]
    told = sent(sender_of(broker), records)
    for key, number in hashes.items():
        assert {told.fates[f"{key!r}{n}"][0] for n in range(COUNT)} == {(number & 0x7FFFFFFF) % 7}
    assert {one[2] for one in told.rows} <= {COUNT, 2 * COUNT}


def test_a_record_goes_where_it_is_sent_whatever_its_key() -> None:
    """The hash of the key is for those that are sent nowhere in particular."""
    records = numbered(partition=2)
    keyed = [Outgoing(one.id, one.topic, Record(b"21", one.record.value), 2) for one in records]
    assert by_place(keyed, lambda _: 7) == {("t", 2): keyed}


def test_keys_of_a_topic_without_rows_are_hashed_by_nobody() -> None:
    """It has no number of partitions to divide by."""
    assert by_place([Outgoing("1", "t", Record(b"21", b"1"))], lambda _: 0) is None


def test_a_bounded_row_is_looked_for_while_others_are_on_their_way(broker: Broker) -> None:
    """Both its ends stand in the log, so that nothing of it can come any more."""
    broker.foreign_after = {b"7"}
    _, told = half_taken(broker)
    assert told.fates == {**places(0, 8), **places(8, COUNT, 2)}


def test_without_the_hash_keys_are_left_to_the_client_library(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions of it do not tell."""
    monkeypatch.setattr(rows, "_murmur2", None)
    told = sent(sender_of(broker), [Outgoing(str(n), "t", Record(b"k", b"%d" % n)) for n in range(COUNT)])
    assert told.fates == {str(n): (2, n) for n in range(COUNT)}
    assert broker.heard == COUNT


def test_records_beside_a_foreign_writer_are_found(broker: Broker) -> None:
    """Each at its own place, not at that of its copy; from then on each of the topic is asked for."""
    broker.foreign_after = {b"7"}
    to = sender_of(broker)
    told = sent(to, numbered())
    assert (told.rows, broker.located) == ([], [(1, 0, COUNT + 1)])
    assert told.fates == {**places(0, 8), **places(8, COUNT, 2)}
    broker.heard = 0
    broker.foreign_after = {b"130"}
    assert sent(to, numbered(COUNT)).fates == {**places(COUNT, 131, 2), **places(131, 2 * COUNT, 4)}
    assert (broker.heard, len(broker.located)) == (COUNT, 1)


def test_refused_records_in_the_middle_are_told_as_refused(broker: Broker) -> None:
    """Others after them stand at the places that they have."""
    broker.refused = {b"%d" % n: TOO_LARGE for n in range(50, 60)}
    fates = sent(sender_of(broker), numbered()).fates
    assert all("not in the log" in str(fates.pop(str(n))) for n in range(50, 60))
    assert fates == {**places(0, 50), **places(60, COUNT, -10)}


@pytest.mark.parametrize("bad", [range(5), range(100, COUNT), [*range(5), *range(100, COUNT)], range(COUNT)])
def test_a_refused_end_says_nothing_of_the_others(broker: Broker, bad: Sequence[int]) -> None:
    """They are looked for; those that are not there were refused for the same reason."""
    broker.refused = {b"%d" % n: TOO_LARGE for n in bad}
    fates = sent(sender_of(broker), numbered()).fates
    assert {case for case, fate in fates.items() if "MSG_SIZE_TOO_LARGE" in str(fate)} == {str(n) for n in bad}
    stored = [n for n in range(COUNT) if n not in bad]
    assert [fates[str(n)] for n in stored] == [(1, offset) for offset in range(len(stored))]


@pytest.mark.parametrize("which", [{b"0"}, {b"119"}, {b"0", b"119"}])
def test_an_end_without_an_offset_is_found(broker: Broker, which: set[bytes]) -> None:
    """The acknowledgement of a second attempt does not tell where the record stands."""
    broker.unplaced = which
    assert sent(sender_of(broker), numbered()).fates == places(0, COUNT)
    assert len(broker.located) == 1


def test_an_undecided_row_is_looked_for_once_nothing_is_on_its_way(broker: Broker) -> None:
    """Its records may still come to stand in the log."""
    broker.unplaced = {b"0"}
    to, told = half_taken(broker)
    assert not told.fates
    broker.takes = True
    assert to.flush(1) == 0
    assert told.fates == places(0, 2 * COUNT)


@pytest.mark.parametrize("which", [0, 7, COUNT - 1])
def test_what_the_client_library_does_not_take_is_refused_alone(broker: Broker, which: int) -> None:
    """Also at an end of the row, where nobody then tells of the others."""
    broker.raises = {b"%d" % which: KafkaException(TOO_LARGE)}
    fates = sent(sender_of(broker), numbered()).fates
    assert "MSG_SIZE_TOO_LARGE" in str(fates.pop(str(which)))
    assert fates == {**places(0, which), **places(which + 1, COUNT, -1)}


def test_a_full_queue_is_waited_for(broker: Broker) -> None:
    """Nothing is left out."""
    broker.raises = {b"3": BufferError()}
    assert sent(sender_of(broker), numbered()).fates == places(0, COUNT)
    assert broker.polls == 1


@pytest.mark.parametrize("count", [COUNT, 10])
def test_nobody_is_told_after_the_end(broker: Broker, count: int) -> None:
    """What was purged was neither taken nor refused."""
    to, told = sender_of(broker), Told()
    to.send(numbered()[:count], told.delivered, told.standing)
    to.close()
    assert not told.fates


@pytest.mark.parametrize(
    "odd",
    [
        Outgoing("60", "t", Record(value=b"60", timestamp=1), 1),
        Outgoing("60", "t", Record(value=b"60", headers=(("h", b"x" * 70_000),)), 1),
        Outgoing("60", "t", Record(value=b"60", headers=(("ä", b""),)), 1),
        Outgoing("60", "t", Record(b"k" * 70_000, b"60"), 1),
        Outgoing("60", "t", Record(value=b"v" * 70_000), 1),
        Outgoing("60", "t", Record(value=b"60", headers=(("a\n", b""),)), 1),
        Outgoing("60", "t", Record(value=b"60"), 1, compressed=True),
        Outgoing("60", "t", Record(value=b"60"), None),
        Outgoing("60", "t", Record(value=b"60"), 4),
    ],
)
def test_one_that_may_be_refused_has_each_asked_for(broker: Broker, odd: Outgoing) -> None:
    """It might take others of its batch along, or come to stand among them."""
    records = numbered()
    records[60] = odd
    sent(sender_of(broker), records)
    assert broker.heard == COUNT


def test_small_volleys_and_topics_with_low_limits_have_each_asked_for(broker: Broker) -> None:
    """And whoever does not ask for rows."""
    to, told = sender_of(broker), Told()
    sent(to, numbered()[:50])
    to.send(numbered(), told.delivered)
    assert to.flush(1) == 0
    assert (broker.heard, told.rows) == (50 + COUNT, [])
    broker.limit = 5_000
    sent(sender_of(broker), numbered())
    assert broker.heard == 50 + 2 * COUNT


def test_a_topic_made_again_may_have_other_partitions(broker: Broker) -> None:
    """They are asked for once it was deleted."""
    to = sender_of(broker)
    sent(to, numbered())
    to.forget(["t"])
    broker.logs.clear()
    broker.partitions, broker.heard = 2, 0
    assert sent(to, numbered(partition=0)).rows == [(0, 0, COUNT)]
    assert broker.heard == 2
    broker.heard = 0
    sent(to, numbered(partition=2))
    assert broker.heard == COUNT


def test_a_foreign_writer_is_remembered(broker: Broker) -> None:
    """Whoever writes to a topic will do so when it is made again."""
    to = sender_of(broker)
    broker.foreign_after = {b"7"}
    sent(to, numbered())
    to.forget(["t"])
    broker.heard = 0
    sent(to, numbered(COUNT))
    assert broker.heard == COUNT


def _message(place: int, offset: int | None) -> SimpleNamespace:
    return SimpleNamespace(partition=lambda: place, offset=lambda: offset)


def test_less_than_a_millisecond_is_a_millisecond() -> None:
    """The client library counts in whole ones: what is cut off must not make none of a short time, in which all that is
    queued is to be sent on its way."""
    waits: list[int] = []

    class Producer:
        def flush(self, timeout: float) -> int:
            waits.append(int(timeout * 1_000))
            return 0

        def poll(self, _timeout: float) -> None:
            waits.append(0)

        def __len__(self) -> int:
            return 0

    for timeout in (0.0004, 0.001, 0.0019, 2.5, 0, -1):
        sender._serve(Producer(), timeout)  # type: ignore[arg-type]
    assert waits == [1, 1, 2, 2500, 0, 0]
