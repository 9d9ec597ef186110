"""Reading along, replacing addresses, and answering in the broker's stead."""

from __future__ import annotations

from kcontract.broker.tap.framing import Piece
from kcontract.broker.tap.talk import Talk
from kcontract.broker.tap.watch import Watch
from kcontract.model.tap import (
    CommitAsked,
    GroupStirred,
    Lever,
    PassedUnread,
    ProduceFailed,
    ProduceHeld,
    Refetched,
    Sighting,
)
from kcontract.protocol.addresses import Address
from kcontract.protocol.apis import Api
from kcontract.protocol.primitives import Encoder
from tests.unit.broker.tap import messages as m


class Line:
    """One connection, with a lever at hand."""

    hosts = frozenset({b"kafka"})

    def __init__(self, watch: Watch | None = None) -> None:
        self.watch = watch or Watch()
        self.lever: Lever | None = None
        self.talk = Talk(self.watch, self, lambda: self.lever)

    def local(self, address: Address) -> Address:
        return "127.0.0.1", address[1] + 1

    def ask(self, request: bytes) -> tuple[bytes, list[bytes]]:
        given = self.talk.out(Piece(request, whole=True))
        self.talk.read()
        return given

    def answer(self, response: bytes) -> list[bytes]:
        given = self.talk.back(Piece(response, whole=True))
        self.talk.read()
        return given

    def exchange(self, request: bytes, response: bytes) -> None:
        """Asked and answered, and neither is changed."""
        assert self.ask(request) == (request, [])
        assert self.answer(response) == [response]

    def due(self) -> float | None:
        return self.talk.reset_after

    def seen(self) -> tuple[Sighting, ...]:
        return self.watch.gather()


def test_who_seeks_back_waits_for_no_empty_answer() -> None:
    """The longest wait is cut where one byte is enough; a consumer that waits for more bytes means its time."""
    line = Line()
    for offset in (7, 8, 8, 9):
        assert line.ask(m.fetch(1, offset, wait=500)) == (m.fetch(1, offset, wait=500), [])
    line.ask(m.fetch(1, 8, wait=500))
    assert line.ask(m.fetch(1, 0, wait=500)) == (m.fetch(1, 0, wait=50), [])
    assert line.ask(m.fetch(2, 0, wait=20)) == (m.fetch(2, 0, wait=20), [])
    assert line.ask(m.fetch(3, 0, wait=500, fewest=1000)) == (m.fetch(3, 0, wait=500, fewest=1000), [])


def test_nothing_but_a_fetch_is_hastened() -> None:
    """Also of who seeks back, and though what stands there could be a longest wait."""
    line = Line()
    for offset in (8, 0):
        line.ask(m.fetch(1, offset))
    body = Encoder().int32(-1).int32(500).int32(1)
    request = m.request(Api.HEARTBEAT, m.HEARTBEAT, 2, body)
    assert line.ask(request) == (request, [])


def test_a_fetch_that_cannot_be_read_goes_on_as_it_is() -> None:
    """Also of who seeks back."""
    line = Line()
    for offset in (8, 0):
        line.ask(m.fetch(1, offset))
    short = m.request(Api.FETCH, m.FETCH, 2)
    assert line.ask(short) == (short, [])
    assert PassedUnread(1) in line.seen()


def test_records_fetched_again() -> None:
    """From the third answer with records at one offset on; reading on and waiting at the end are nothing."""
    line = Line()
    for number, offset in enumerate((0, 1, 2)):
        line.exchange(m.fetch(number, offset), m.fetched(number, b"record"))
    for number in range(3, 9):
        line.exchange(m.fetch(number, 3), m.fetched(number, b""))
    assert line.seen() == ()
    for number in range(10, 14):
        line.exchange(m.fetch(number, 1), m.fetched(number, b"record"))
    assert line.seen() == (Refetched("t", 0, 1, 5),)
    line.exchange(m.fetch(20, 1), m.fetched(20, b"record"))
    assert line.seen() == (Refetched("t", 0, 1, 1),)


def test_only_the_partition_that_comes_back_counts() -> None:
    """The other one waits at its end."""
    line = Line()
    for number in range(4):
        line.exchange(m.fetch(number, 7, 8), m.fetched(number, b"", b"record"))
    assert line.seen() == (Refetched("t", 1, 8, 4),)


def test_what_another_service_did_is_forgotten() -> None:
    """Topics are made anew with the same names and offsets."""
    line = Line()
    for number in range(2):
        line.exchange(m.fetch(number, 0), m.fetched(number, b"record"))
    line.watch.forget()
    for number in range(2, 4):
        line.exchange(m.fetch(number, 0), m.fetched(number, b"record"))
    assert line.seen() == ()


def test_a_commit_before_the_acknowledgement() -> None:
    """Seen over all connections of the service; after the acknowledgement it is nothing."""
    watch = Watch()
    consumer, producer = Line(watch), Line(watch)
    producer.ask(m.produce(1, records=3))
    consumer.exchange(m.commit(1, 8), m.committed(1))
    assert watch.gather() == (CommitAsked("t", 0, 8, (("dlq", 3),)),)
    producer.answer(m.produced(1))
    consumer.exchange(m.commit(2, 9), m.committed(2))
    assert watch.gather() == ()


def test_a_connection_that_ends_has_nothing_on_its_way() -> None:
    """Nor has one that wants no acknowledgement."""
    watch = Watch()
    producer, consumer = Line(watch), Line(watch)
    producer.ask(m.produce(1))
    producer.talk.close()
    Line(watch).ask(m.produce(2, acks=0))
    consumer.exchange(m.commit(1, 8), m.committed(1))
    assert watch.gather() == ()


def test_refused_records() -> None:
    """Summed up by topic, partition and error."""
    line = Line()
    for number in range(3):
        line.exchange(m.produce(number), m.produced(number, error=10))
    assert line.seen() == (ProduceFailed("dlq", 0, 10, 3),)


def test_members_come_and_go() -> None:
    """A generation counts once, however many join it; needing an id and a rebalance are no failures."""
    line = Line()
    line.exchange(m.join(1), m.joined(1, -1, error=79))
    line.exchange(m.join(2), m.joined(2, 5))
    line.exchange(m.join(3), m.joined(3, 5))
    line.exchange(m.heartbeat(4), m.beaten(4, 27))
    line.exchange(m.heartbeat(5), m.beaten(5, 25))
    line.exchange(m.join(6), m.joined(6, 6))
    line.exchange(m.leave(7), m.beaten(7, 0))
    assert line.seen() == (GroupStirred("g", joins=2, leaves=1, failures=1, generation=6),)
    line.exchange(m.heartbeat(8), m.beaten(8, 0))
    assert line.seen() == ()


def test_addresses_become_our_own() -> None:
    """Of every broker that an answer names."""
    line = Line()
    line.ask(m.metadata(1))
    answer = line.answer(m.brokers(1, ("kafka", 9092), ("other.example", 9093)))
    assert answer == [m.brokers(1, ("127.0.0.1", 9093), ("127.0.0.1", 9094))]


def test_what_cannot_be_read_passes_and_is_counted() -> None:
    """A damaged request of a known kind, and one that nobody knows; the answers to both come back."""
    line = Line()
    damaged = m.request(1, m.FETCH, 1, Encoder().int32(5))
    line.exchange(damaged, m.fetched(1, b"record"))
    line.exchange(m.unknown(2), m.beaten(2, 0))
    assert line.seen() == (PassedUnread(1),)


def test_answers_nobody_asked_for_pass() -> None:
    """Tokens of SASL have no header."""
    line = Line()
    token = (20).to_bytes(4, "big") + bytes(20)
    assert line.answer(token) == [token]


def test_a_commit_is_refused() -> None:
    """It does not reach the broker, and the answer comes behind those that are due before."""
    line = Line()
    line.lever = Lever("commit_error", error=25)
    line.ask(m.heartbeat(1))
    assert line.ask(m.commit(2, 8)) == (b"", [])
    line.ask(m.heartbeat(3))
    assert line.answer(m.beaten(1, 0)) == [m.beaten(1, 0), m.committed(2, error=25)]
    assert line.answer(m.beaten(3, 0)) == [m.beaten(3, 0)]
    assert line.ask(m.commit(4, 9)) == (b"", [m.committed(4, error=25)])


def test_a_commit_is_dropped() -> None:
    """It does not reach the broker, is never answered, and so nothing behind it is."""
    line = Line()
    line.lever = Lever("commit_drop")
    assert line.ask(m.commit(1, 8)) == (b"", [])
    line.ask(m.heartbeat(2))
    assert line.answer(m.beaten(2, 0)) == []
    assert line.talk.holds


def test_an_acknowledgement_is_lost() -> None:
    """The record reaches the broker; its answer does not come back, and the connection is to be reset."""
    line = Line()
    line.lever = Lever("lost_ack", seconds=2.0)
    assert line.ask(m.produce(1)) == (m.produce(1), [])
    assert line.due() is None
    assert line.answer(m.produced(1)) == []
    assert (line.due(), line.talk.holds) == (2.0, True)


def test_what_is_written_is_held_back() -> None:
    """It does not reach the broker and is never answered; what is read and committed is nobody's business."""
    line = Line()
    line.lever = Lever("produce_drop")
    assert line.ask(m.produce(1)) == (b"", [])
    assert line.ask(m.heartbeat(2)) == (m.heartbeat(2), [])
    assert line.ask(m.commit(3, 8)) == (m.commit(3, 8), [])
    assert line.ask(m.produce(4)) == (b"", [])
    assert line.talk.holds
    assert ProduceHeld(2) in line.seen()
    assert not any(isinstance(one, ProduceHeld) for one in line.seen())


def test_other_levers_leave_messages_alone() -> None:
    """They work on the connection as a whole."""
    line = Line()
    line.lever = Lever("slow", seconds=1.0)
    line.exchange(m.commit(1, 8), m.committed(1))
    line.exchange(m.produce(2), m.produced(2))
