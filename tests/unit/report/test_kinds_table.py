"""The table of kinds."""

from __future__ import annotations

from rich.console import Group

from kcontract.model.summary import KindCount
from kcontract.report.kinds_table import kinds_table, rows
from tests.unit.report.rendering import plain

COUNTS = (
    KindCount("valid", "valid", 2000, (("handled", 2000),)),
    KindCount("wrong_type", "invalid", 14, (("CRASHED", 2), ("dead-lettered", 12))),
    KindCount("missing_required", "invalid", 40, (("dead-lettered", 40),)),
    KindCount("truncated", "invalid", 400, (("dead-lettered", 399), ("passed", 1))),
    KindCount("trailing_bytes", "either", 4, (("dead-lettered", 1), ("handled", 3))),
)


def test_only_what_is_broken_has_rows_of_its_own() -> None:
    """The rest is one row for each expectation, added up."""
    shown = [(row.label, row.expectation, row.sent, row.outcomes) for row in rows(COUNTS, full=False)]
    assert shown == [
        ("wrong_type", "invalid", 14, (("CRASHED", 2), ("dead-lettered", 12))),
        ("valid", "valid", 2000, (("handled", 2000),)),
        ("trailing_bytes", "either", 4, (("handled", 3), ("dead-lettered", 1))),
        ("2 kinds", "invalid", 440, (("dead-lettered", 439), ("passed", 1))),
    ]


def test_many_kinds_with_the_same_verdict_are_one_row() -> None:
    """The finding lists its kinds; the table need not say it forty times."""
    many = [KindCount(f"kind{number}", "invalid", 3, (("CRASHED", 2), ("passed", 1))) for number in range(6)]
    (row,) = rows(many, full=False)
    assert (row.label, row.sent) == ("kind0, kind1 and 4 more kinds", 18)
    assert row.outcomes == (("CRASHED", 12), ("passed", 6))
    assert len(rows(many[:5], full=False)) == 5
    assert len(rows(many, full=True)) == 6


def test_the_full_table_has_every_kind() -> None:
    """Valid first, then by expectation and code."""
    assert [row.label for row in rows(COUNTS, full=True)] == [
        "valid",
        "trailing_bytes",
        "missing_required",
        "truncated",
        "wrong_type",
    ]


def test_nothing_sent_is_no_table() -> None:
    """Not even its head."""
    assert list(kinds_table((), full=False)) == []


def test_the_table_as_text() -> None:
    """One outcome for all needs no number."""
    assert plain(Group(*kinds_table(COUNTS, full=False)), 80).splitlines() == [
        "kind             must be    sent   outcome",
        "─" * 62,
        "wrong_type       invalid      14   CRASHED 2, dead-lettered 12",
        "valid            valid     2,000   handled",
        "trailing_bytes   either        4   handled 3, dead-lettered 1",
        "2 kinds          invalid     440   dead-lettered 439, passed 1",
    ]
