"""`kcontract report merge`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.command import kcontract
from tests.unit.cli.test_judge import RUN, flat, project, store

__all__ = ["project"]


def report(root: Path, name: str, run: str) -> str:
    """A JSON report of one of the invented runs, under a run's name of its own."""
    store(root, name, run)
    told = kcontract("judge", run, "--report", "json").out
    path = root / f"{run}.jsonl"
    path.write_text(told.replace('"run":"run"', f'"run":"{run}"'))
    return path.name


def test_reports_are_joined(project: Path) -> None:
    """Whatever they were stored as; the exit code is that of the worst."""
    good, stray = report(project, "good", "good"), report(project, "stray", "stray")
    ended = kcontract("report", "merge", good, stray, RUN, "--report", "junit=junit.xml")
    assert ended.code == 1
    assert "2 findings" in flat(ended.out)
    assert "UNDECLARED_EVENT" in ended.out
    assert "NOT_DEAD_LETTERED" in ended.out
    assert (project / "junit.xml").read_text().count("<testsuite ") == 1
    assert kcontract("report", "merge", good).code == 0


def test_terms_apply_to_the_whole(project: Path) -> None:
    """`--fail-on` as for a run."""
    stray = report(project, "stray", "stray")
    assert kcontract("report", "merge", stray, "--fail-on", "LOST").code == 0
    assert kcontract("report", "merge", stray, "--fail-on", "LOSST").code == 2


def test_one_run_counts_once(project: Path) -> None:
    """The same file twice would double its numbers."""
    good = report(project, "good", "good")
    ended = kcontract("report", "merge", good, good)
    assert (ended.code, "[MERGE_TWICE]" in ended.err) == (2, True)


@pytest.mark.parametrize("text", ["", '{"type":"progress","unit":"a","phase":"b"}\n'])
def test_what_is_no_report_is_an_error(project: Path, text: str) -> None:
    """With the file's name."""
    (project / "x.jsonl").write_text(text)
    ended = kcontract("report", "merge", "x.jsonl")
    assert (ended.code, "x.jsonl holds no run" in flat(ended.err)) == (2, True)


def test_a_merged_report_can_be_read_by_programs(project: Path) -> None:
    """As JSON lines it ends with the whole."""
    stray = report(project, "stray", "stray")
    ended = kcontract("report", "merge", stray, RUN, "--report", "json")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert (lines[0]["event"], lines[-1]["type"], lines[-1]["run"]) == ("RunStarted", "run", "stray + run")
