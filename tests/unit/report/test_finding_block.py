"""The block that shows a finding: the most important screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.verdicts import VERDICTS
from kcontract.report.book import Book
from kcontract.report.finding import WIDEST, finding_block, finding_line
from tests.unit.report.findings import FINDINGS, crashed, dead_letter_altered, rejected_valid, wrong_key
from tests.unit.report.rendering import assert_golden, plain
from tests.unit.report.samples import book, finding, log, patient, verdict

EACH = pytest.mark.parametrize("make", FINDINGS, ids=lambda make: make.__name__)


def shown(found: Finding, width: int = 100) -> str:
    """The block on a pipe."""
    return plain(finding_block(found, book(), width), width)


def test_every_judged_verdict_has_a_sample() -> None:
    """A verdict that is added must be looked at."""
    assert [make().first.code for make in FINDINGS] == [entry.code for entry in VERDICTS if entry.judged]


@EACH
def test_the_block_is_as_it_was_approved(make: Callable[[], Finding]) -> None:
    """One golden file a verdict."""
    assert_golden(f"finding_{make.__name__}", shown(make()))


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_block_on_other_widths(width: int) -> None:
    """Narrow: labels above, words below the hex; wide: sixteen bytes a row, never over the widest block."""
    assert_golden(f"width_{width}", shown(crashed(), width))


@EACH
@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
def test_no_line_is_too_long(make: Callable[[], Finding], width: int) -> None:
    """Nothing runs over the terminal, and blocks stay readable on wide ones."""
    # A hex dump cannot be wrapped: eight bytes a row need 41 columns, which 60 have.
    assert max(cell_len(text) for text in shown(make(), width).splitlines()) <= min(width, WIDEST)


@EACH
def test_a_stranger_finds_what_is_needed(make: Callable[[], Finding]) -> None:
    """Verdict, id, unit, the promise with its place, every fact, and the commands to go on with."""
    found = make()
    text = " ".join(shown(found).split())
    first = found.first
    for part in (first.code, found.id, found.unit, str(first.at), f"kcontract explain {first.code}", "Fix:"):
        assert part in text
    for sentence in (first.promised, *first.seen):
        assert " ".join(sentence.split()) in text


def test_an_altered_dead_letter_is_told_byte_by_byte() -> None:
    """Value, key and headers, each with what was sent and what came."""
    text = shown(dead_letter_altered())
    assert "value: from byte 0: 00 00 00 00 03 48 38 66 …" in text
    assert "key: 38 66 31 34 65 34 35 66 …" in text
    assert "header correlation_id: missing" in text


def test_a_record_that_came_back_unchanged_is_not_shown_twice() -> None:
    """The dead letter of a valid record is the record."""
    assert "56 bytes, as it was sent" in shown(rejected_valid())


def test_an_event_of_the_services_own_is_not_called_sent() -> None:
    """We sent nothing: it stands among what was seen."""
    text = shown(wrong_key())
    assert "What was sent" not in text
    assert "kcontract replay" not in text
    assert '"amount": "12.50"' in text


def test_a_value_of_a_megabyte_stays_on_the_screen() -> None:
    """Hex and words are shortened in the middle, with sizes."""
    value = b'{"s": "' + b"x" * 1_000_000 + b'"}'
    text = shown(finding(verdict("CRASHED", "pathological_strings", value)))
    assert len(text.splitlines()) < 60
    assert "1,000,009 bytes" in text
    assert "bytes …" in text


VALUES = st.none() | st.binary(max_size=90) | st.binary(max_size=60).map(lambda tail: patient()[:5] + tail)
HEADERS = st.lists(st.tuples(st.text(st.characters(), max_size=60), st.none() | st.binary(max_size=60)), max_size=9)


@given(VALUES, st.none() | st.binary(max_size=90), st.none() | st.binary(max_size=60), HEADERS, st.integers(60, 200))
def test_any_record_can_be_shown(
    value: bytes | None, parent: bytes | None, key: bytes | None, headers: list[tuple[str, bytes | None]], width: int
) -> None:
    """Whatever the bytes are: no error, nothing but printable text, no line too long."""
    found = Record(key=key, value=value, headers=tuple(headers))
    first = verdict("ACCEPTED_INVALID", "bit_flip", None, record=found, parent=parent, evidence=(log("x", found),))
    lines = shown(finding(first), width).split("\n")
    assert all(line.isprintable() for line in lines)
    assert max(map(cell_len, lines)) <= min(width, WIDEST)


def test_without_contract_and_schemas_the_bytes_are_shown() -> None:
    """A stored finding can be shown when nothing is known of the run."""
    text = plain(finding_block(crashed(), Book(), 100), 100)
    assert "schema id 3, which the registry does not know" in text
    assert "04[0e]" in text


def test_words_of_the_engine_are_used_where_there_are_no_others() -> None:
    """`decoded` is what the engine could make of the record."""
    first = verdict("CRASHED", "wrong_encoding", b"\xff\xfe")
    assert "the words" in shown(Finding(id="00000000", unit="u", first=first, decoded="the words"))


def test_headers_without_end_are_counted() -> None:
    """Eight are shown."""
    first = verdict("CRASHED", "header_damage", patient())
    many = Record(value=b"1", headers=tuple((f"h{number}", b"v") for number in range(100)))
    text = shown(finding(verdict("CRASHED", "header_damage", None, record=many, case=first.case)))
    assert "h7" in text
    assert "h8" not in text
    assert "… 92 more" in text


def test_the_line_while_the_run_goes_on() -> None:
    """Code, id, unit and kind."""
    assert plain(finding_line(crashed()), 80) == "CRASHED  3f9a01c2  billing  union_index_bad:high  14 times\n"
