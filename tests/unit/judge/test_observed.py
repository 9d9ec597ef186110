"""Dead letters of a service that is only observed, compared with the live records that they name."""

from __future__ import annotations

import msgspec

from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import Headers, LogRecord, Record
from tests.unit.judge.story import DLQ, OUT, TOPIC, contract

LIVE = LogRecord(TOPIC, 0, 41, Record(b"k", b"{", (("trace", b"1"),)))


def letter(
    value: bytes = b"{", headers: Headers = (("trace", b"1"),), offset: int = 41, topic: str = TOPIC
) -> LogRecord:
    """A dead letter that says where its record stood, as Kafka Connect does."""
    origin = (
        ("__connect.errors.topic", topic.encode()),
        ("__connect.errors.partition", b"0"),
        ("__connect.errors.offset", str(offset).encode()),
    )
    return LogRecord(DLQ, 0, 7, Record(b"k", value, (*headers, *origin)))


def judged(*records: LogRecord) -> tuple[list[CaseVerdict], int]:
    """The verdicts on a unit that saw these live records in this order, and how many letters were compared."""
    one = contract()
    state = UnitState("run", compile_promises("billing", [one], ()))
    for record in records:
        state.feed(ev.Watched(1.0, record))
    return state.reached, state.letters_compared


def test_an_altered_dead_letter_is_told() -> None:
    """Its place, what changed, and the live record."""
    (verdict,), compared = judged(LIVE, letter(b"changed"))
    assert (verdict.code, verdict.cause, compared) == ("DEAD_LETTER_ALTERED", "value", 1)
    assert verdict.record == LIVE.record
    assert "orders.dlq/0@7" in verdict.seen[0]


def test_a_kept_dead_letter_is_right() -> None:
    """Added headers change nothing."""
    assert judged(LIVE, letter()) == ([], 1)


def test_a_lost_header_is_told() -> None:
    """Each original header is to be kept."""
    (verdict,), _ = judged(LIVE, letter(headers=()))
    assert verdict.cause == "headers"


def test_either_side_may_be_read_first() -> None:
    """Topics are read in no order."""
    (verdict,), _ = judged(letter(b"changed"), LIVE)
    assert verdict.code == "DEAD_LETTER_ALTERED"


def test_what_names_no_record_that_was_seen_blames_nobody() -> None:
    """Letters of records from before, of other topics, without origin; and effects, whoever wrote them."""
    nameless = LogRecord(DLQ, 0, 8, Record(b"k", b"changed"))
    others = LogRecord(OUT, 0, 9, Record(b"k", b"no bill"))
    assert judged(LIVE, letter(b"x", offset=40), letter(b"x", topic="other"), nameless, others) == ([], 0)


def test_an_effect_that_names_a_record_is_no_dead_letter() -> None:
    """It says something of its own."""
    assert judged(LIVE, msgspec.structs.replace(letter(b"bill"), topic=OUT)) == ([], 0)


def test_a_record_that_went_by_another_topic() -> None:
    """Of several origins that of the receiver's own topic counts."""
    other = (
        ("__connect.errors.topic", b"other"),
        ("__connect.errors.partition", b"0"),
        ("__connect.errors.offset", b"3"),
    )
    (verdict,), compared = judged(LIVE, letter(b"changed", headers=(("trace", b"1"), *other)))
    assert (verdict.code, compared) == ("DEAD_LETTER_ALTERED", 1)
