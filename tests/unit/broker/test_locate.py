"""Records without a known offset are found in the log by their bytes."""

from __future__ import annotations

from kcontract.broker.locate import match, match_onwards
from kcontract.model.record import LogRecord, Record

A, B, C = Record(value=b"a"), Record(value=b"b"), Record(value=b"c")


def log(*records: Record) -> list[LogRecord]:
    return [LogRecord("t", 0, 10 + n, record) for n, record in enumerate(records)]


def test_records_are_found_in_their_order() -> None:
    """Also with others between them."""
    assert match(log(C, A, C, B), [A, B]) == [11, 13]


def test_of_equal_records_the_last_ones_are_taken() -> None:
    """Each at most once: earlier equal ones were sent, and acknowledged, before."""
    assert match(log(A, A, B, A, A), [A, A]) == [13, 14]


def test_what_is_not_there_is_none_and_hides_nothing() -> None:
    """A record that never arrived does not move the places of the others."""
    assert match(log(A, B), [A, C, B]) == [10, None, 11]


def test_null_and_empty_are_different() -> None:
    """And timestamps, which brokers may set, are not compared."""
    assert match(log(Record(value=b""), Record(b"", None, (), 5)), [Record(b"", None, (), 7), Record()]) == [11, None]


def test_onwards_of_equal_records_the_first_ones_are_taken() -> None:
    """Later ones are copies that somebody else made of them."""
    assert match_onwards(log(A, B, A, B, C), [A, B, C]) == [10, 11, 14]
    assert match_onwards(log(A, A, B, A), [A, A]) == [10, 11]


def test_onwards_what_is_not_there_is_none_and_hides_nothing() -> None:
    """A record that was refused does not move the places of the others."""
    assert match_onwards(log(A, B), [A, C, B]) == [10, None, 11]
    assert match_onwards(log(B, A), [A, B]) == [11, None]
