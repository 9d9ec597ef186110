"""Several runs as one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kcontract.judge.runs.merging import merge_runs
from kcontract.model.coverage import SchemaCoverage
from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.summary import KindCount, RunSummary
from tests.unit.judge.runs.test_ending import BLOCKED, LEFT, SEER, TESTED, UNTESTED, entry, finding, run


def named(summary: RunSummary, name: str, **more: Any) -> RunSummary:
    return msgspec.structs.replace(summary, run=name, **more)


def merged(*parts: RunSummary, shards: tuple[str, ...] = ()) -> RunSummary:
    return merge_runs([named(part, f"r{number}") for number, part in enumerate(parts)], shards)


def test_coverage_adds_up() -> None:
    """What one part has shown is missed by none."""
    parts = [
        run(msgspec.structs.replace(TESTED, coverage=(SchemaCoverage("t", "", 9, missed),)))
        for missed in (("/a 1", "/b 2"), ("/b 2", "/c 3"))
    ]
    (unit,) = merged(*parts).units
    assert unit.coverage == (SchemaCoverage("t", "", 9, ("/b 2",)),)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((run(TESTED), run(SEER)), 0),
        ((run(TESTED, findings=(finding(),)), run(BLOCKED)), 1),
        ((run(BLOCKED), run(TESTED, UNTESTED)), 3),
        ((run(TESTED), run(UNTESTED)), 2),
        ((run(TESTED), run(TESTED, interrupted=True)), 2),
        ((run(TESTED, findings=(finding(),)), run(TESTED, interrupted=True)), 1),
        ((run(TESTED), run(TESTED, incomplete="cut")), 2),
        ((run(TESTED), named(run(SEER), "r", exit_code=1)), 1),
    ],
)
def test_the_exit_code(parts: tuple[RunSummary, ...], code: int) -> None:
    """1 before 3 before 2; what one part failed for is not forgiven."""
    assert merged(*parts).exit_code == code
    assert merged(*reversed(parts)).exit_code == code


def test_a_part_of_a_unit_that_had_nothing_to_test_is_no_failure() -> None:
    """Another part tested it."""
    assert merged(run(TESTED), run(msgspec.structs.replace(TESTED, cases=0))).exit_code == 0


def test_a_unit_that_one_part_left_to_another_command_is_what_that_found() -> None:
    """A report of `verify` and one of `fuzz`; without the latter it stays left."""
    fuzzed = msgspec.structs.replace(TESTED, unit=LEFT.unit)
    assert merged(run(TESTED, LEFT), run(fuzzed)).units == (TESTED, fuzzed)
    again = merged(run(TESTED, LEFT), run(TESTED, LEFT))
    assert (again.units[1].left, again.units[1].blind, again.exit_code) == (True, LEFT.blind, 0)


def test_a_missing_part_is_no_success() -> None:
    """Whoever merges two of three reports is told."""
    whole = merged(run(TESTED), run(TESTED), shards=("1/2", "2/2"))
    assert (whole.incomplete, whole.exit_code) == ("", 0)
    cut = merged(run(TESTED), run(TESTED), shards=("1/3", "3/3"))
    assert (cut.incomplete, cut.exit_code) == ("missing: 2/3", 2)


def with_record(size: int, count: int, kind: str) -> Finding:
    one = finding()
    first = msgspec.structs.replace(one.first, record=Record(None, b"x" * size), kind=kind)
    return msgspec.structs.replace(one, first=first, count=count, kinds=(kind,))


def test_a_finding_of_several_parts_is_told_once() -> None:
    """Its smallest example, all its kinds, its counts added up; accepted only where it is accepted in all."""
    parts = [
        run(TESTED, findings=(with_record(9, 3, "truncated"),)),
        run(TESTED, findings=(with_record(2, 4, "bit_flip"),)),
    ]
    (one,) = merged(*parts).findings
    assert (one.count, one.kinds, one.first.kind, one.fails) == (7, ("truncated", "bit_flip"), "bit_flip", True)


def test_a_unit_of_several_parts_is_told_once() -> None:
    """Counts are added up, kind by kind."""
    one = msgspec.structs.replace(TESTED, kinds=(KindCount("valid", "valid", 3, (("handled", 3),)),), latency_p99=0.1)
    other = msgspec.structs.replace(
        TESTED, kinds=(KindCount("valid", "valid", 2, (("handled", 1), ("LOST", 1))),), latency_p99=0.3
    )
    (unit,) = merged(run(one), run(other)).units
    assert unit.kinds == (KindCount("valid", "valid", 5, (("handled", 4), ("LOST", 1))),)
    assert (unit.cases, unit.latency_p99, unit.seconds) == (6, 0.3, 2.0)


def test_what_occurs_anywhere_is_not_stale() -> None:
    """An entry of the baseline is stale if no part had its finding."""
    old, known = entry(id_="00000001"), entry()
    parts = [named(run(TESTED), "a", stale=(old, known)), named(run(TESTED, findings=(finding(),)), "b", stale=(old,))]
    assert merge_runs(parts, ()).stale == (old,)


def test_a_finding_that_one_part_does_not_forgive() -> None:
    """It fails the whole, whichever part comes first."""
    forgiven = msgspec.structs.replace(finding(), fails=False, accepted="#12")
    for parts in ((forgiven, finding()), (finding(), forgiven)):
        (one,) = merged(*(run(TESTED, findings=(part,)) for part in parts)).findings
        assert one.fails
