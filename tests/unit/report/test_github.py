"""GitHub Actions: annotations by themselves, a step summary, and no command that a record smuggles in."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import msgspec
import pytest

from kcontract.report.defused import defused
from kcontract.report.formats import Wanted, on_actions, open_reports, parse_wanted
from tests.unit.report.findings import FINDINGS, crashed
from tests.unit.report.machine import accepted, hostile, whole, written
from tests.unit.report.test_text_report import end, start

ACTIONS = {"GITHUB_ACTIONS": "true"}


def test_a_finding_marks_the_line_of_its_contract() -> None:
    """File, line, column and title; what was promised and seen as the message, in one line."""
    (line,) = written("github", [start(), end(crashed())]).splitlines()
    assert line == (
        "::error file=contracts/patient.created.yaml,line=31,col=5,"
        "title=CRASHED union_index_bad%3Ahigh (billing) 3f9a01c2::"
        "billing dies: an exit, a signal or an uncaught exception.%0A"
        "Promised: for an invalid record billing writes a dead letter to patient.created.dlq with value, key, headers "
        "unchanged%0A"
        "Seen: sent to patient.created/2@131%0A"
        "Seen: the process exited with code 1 with this record as the only suspect%0A"
        "Seen: committed offset 132 in patient.created/2, the record stands at 131%0A"
        "Run it again: kcontract replay 3f9a01c2"
    )


def test_what_fails_comes_first() -> None:
    """GitHub shows ten errors a step; what is accepted, and stale entries, are notices."""
    levels = [line.partition(" ")[0] for line in written("github", whole()).splitlines()]
    assert levels == ["::error"] * (len(FINDINGS) - 1) + ["::notice"] + ["::error"] + ["::notice"]


def test_the_file_is_named_from_the_repository() -> None:
    """Where the project is one directory of it."""
    text = written("github", [msgspec.structs.replace(start(), folder="services/a"), end(accepted(crashed()))])
    assert text.startswith("::notice file=services/a/contracts/patient.created.yaml,line=31,")
    assert "Accepted: #12, next release" in text


def test_a_record_cannot_add_a_command_or_a_property() -> None:
    """One command a line, all of them ours, with the properties that we give."""
    for line in written("github", hostile()).splitlines():
        _, properties, message = line.split("::", 2)
        assert line.isprintable()
        assert "##[" not in line
        names = [part.partition("=")[0] for part in properties.partition(" ")[2].split(",")]
        assert names in (["file", "line", "col", "title"], ["title"], ["file", "line", "title"])
        assert ":" not in properties
        assert "\n" not in message


@pytest.mark.parametrize("code", ["text", "json", "junit", "sarif", "markdown"])
def test_no_other_report_holds_a_command(code: str) -> None:
    """On Actions, standard output is a log that is searched for commands."""
    stdout = io.StringIO()
    reports = open_reports([Wanted(code)], stdout, verbose=True, defuse=True)
    for item in hostile():
        reports.take(item)
    reports.close()
    lines = stdout.getvalue().splitlines()
    assert lines
    assert not [line for line in lines if line.strip().startswith("::") or "##[" in line]


def test_our_own_commands_stay_commands() -> None:
    """`--report github` on standard output."""
    stdout = io.StringIO()
    reports = open_reports([Wanted("github")], stdout, defuse=True)
    reports.take(end(crashed()))
    reports.close()
    assert stdout.getvalue().startswith("::error ")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("::error::x", "\\u003a:error::x"),
        (" \t::error::x\n::a", " \t\\u003a:error::x\n\\u003a:a"),
        ("a ##[error]x", "a ##\\u005berror]x"),
        ("std::vector # [x] a:: b", "std::vector # [x] a:: b"),
    ],
)
def test_what_is_no_command_stays_as_it_is(text: str, safe: str) -> None:
    """Only the start of a line and `##[` are changed."""
    assert defused(text) == safe


def test_it_is_found_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Annotations on standard error, the summary behind what other steps wrote there; standard output is as asked."""
    summary = tmp_path / "summary.md"
    summary.write_text("# before\n")
    stderr, stdout = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    wanted = on_actions(parse_wanted(["json"]), {**ACTIONS, "GITHUB_STEP_SUMMARY": str(summary)})
    reports = open_reports(wanted, stdout, defuse=True)
    reports.take(start())
    reports.take(end(crashed()))
    reports.close()
    assert stderr.getvalue().startswith("::error file=")
    assert summary.read_text().startswith("# before\n## kcontract: 1 finding, 1 unit, 3,482 cases\n")
    assert all(line.startswith("{") for line in stdout.getvalue().splitlines())


def test_elsewhere_nothing_is_added() -> None:
    """And what is asked for is not given twice."""
    wanted = parse_wanted(["github"])
    assert on_actions(wanted, {}) == on_actions(wanted, ACTIONS) == wanted
    assert on_actions(parse_wanted([]), {"GITHUB_ACTIONS": "false"}) == (Wanted("text"),)
