"""Markdown, for step summaries and comments on pull requests."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import TextIO

from kcontract.model.finding import Finding
from kcontract.model.summary import RunSummary, UnitSummary
from kcontract.model.verdicts import verdict
from kcontract.ports import StreamItem
from kcontract.report.abbreviate import middle, plural
from kcontract.report.closing import EXIT_MEANING, NOT_A_BROKER
from kcontract.report.collected import Collected
from kcontract.report.kinds_matrix import matrix, receivers
from kcontract.report.kinds_table import rows
from kcontract.report.visible import visible, visible_lines

_FULL = 25
"""Findings that are shown in full without `-v`; GitHub takes 1 MiB for a step."""
_TEXT_LIMIT = 20_000
_SPECIAL = re.compile(r"([\\`*_\[\]|~#$])")


class Markdown:
    """Written when the run has ended. `verbose`: the whole table of kinds, and every finding in full."""

    def __init__(self, stream: TextIO, *, verbose: bool = False) -> None:
        self._stream = stream
        self._verbose = verbose
        self._run = Collected()
        self._written = False

    def take(self, item: StreamItem) -> None:
        self._run.take(item)

    def close(self) -> None:
        if not self._written:
            self._written = True
            self._stream.write("\n".join(_document(self._run, verbose=self._verbose)) + "\n")
            self._stream.flush()


def _document(run: Collected, *, verbose: bool) -> Iterator[str]:
    yield f"## kcontract: {_headline(run)}"
    yield ""
    yield from _measured(run)
    failing = [finding for finding in run.findings if finding.fails]
    others = [finding for finding in run.findings if not finding.fails]
    yield from _overview("Findings", failing, run)
    yield from _overview("Findings that do not fail the run", others, run)
    yield from _stale(run)
    shown = failing if verbose else failing[:_FULL]
    for finding in shown:
        yield from _details(finding, run)
    if len(failing) > len(shown):
        yield f"{plural(len(failing) - len(shown), 'more finding')} in full with `-v`."
        yield ""
    for unit in run.units:
        yield from _unit(unit, verbose=verbose)
    yield from _matrix(receivers(run.units))


def _headline(run: Collected) -> str:
    failing = sum(finding.fails for finding in run.findings)
    found = plural(failing, "finding") if failing else "no finding"
    blocked = sum(unit.blocked is not None for unit in run.units)
    left = sum(unit.left for unit in run.units)
    parts = [found, plural(len(run.units) - blocked - left, "unit")]
    if blocked:
        parts.append(f"{blocked} could not run")
    if left:
        parts.append(f"{left} left to another command")
    parts.append(plural(sum(unit.cases + unit.requests for unit in run.units), "case"))
    return ", ".join(parts)


def _measured(run: Collected) -> Iterator[str]:
    summary: RunSummary | None = run.summary
    if run.broken_off:
        yield f"**Not the whole run: {_plain(run.broken_off)}.**"
        yield ""
    if summary is None:
        return
    meaning = EXIT_MEANING.get(summary.exit_code, "unknown")
    yield f"Measured on {_plain(summary.broker)} in {summary.seconds:.1f} s. Exit {summary.exit_code}: {meaning}."
    yield ""
    if not summary.is_broker:
        yield f"**{NOT_A_BROKER}**"
        yield ""


def _overview(title: str, findings: list[Finding], run: Collected) -> Iterator[str]:
    if not findings:
        return
    yield f"### {title}"
    yield ""
    accepted = any(finding.accepted for finding in findings)
    yield "| verdict | service | kind | times | promise | id |" + (" accepted |" if accepted else "")
    yield "| --- | --- | --- | ---: | --- | --- |" + (" --- |" if accepted else "")
    for finding in findings:
        first = finding.first
        place = f"{run.file(first.at)}:{first.at.line}"
        cells = [first.code, finding.unit, first.kind, f"{finding.count:,}", place, finding.id]
        cells += [finding.accepted] if accepted else []
        yield "| " + " | ".join(_plain(cell) for cell in cells) + " |"
    yield ""


def _stale(run: Collected) -> Iterator[str]:
    if not run.stale:
        return
    yield "### Baseline entries that did not occur"
    yield ""
    for entry in run.stale:
        yield f"- {_plain(f'{entry.at}: {entry.id} {entry.verdict} of {entry.unit}')}: remove it"
    yield ""


def _details(finding: Finding, run: Collected) -> Iterator[str]:
    code = finding.first.code
    title = f"{code} {finding.id}: {finding.unit} {verdict(code).summary}"
    yield f"<details><summary>{html.escape(visible(title))}</summary>"
    yield ""
    yield from _fenced(middle(run.text(finding), _TEXT_LIMIT))
    yield ""
    yield "</details>"
    yield ""


def _unit(unit: UnitSummary, *, verbose: bool) -> Iterator[str]:
    yield f"### {_plain(unit.unit)}"
    yield ""
    if unit.blocked:
        yield f"**COULD_NOT_RUN** {_plain(unit.blocked.reason)}"
        yield ""
        yield from _fenced("\n".join(visible_lines(unit.blocked.fix))) if unit.blocked.fix else ()
        yield ""
    yield from _table(unit, verbose=verbose)
    yield from (f"- load: {_plain(load.text)}" for load in unit.loads)
    for coverage in unit.coverage:
        yield f"- {_plain(coverage.text)}"
        yield from (f"  - not shown: {_plain(what)}" for what in coverage.missed if verbose)
    for what, remedy in unit.blind:
        yield f"- not judged: {_plain(what)}" + (f" (would be with: {_plain(remedy)})" if remedy else "")
    for note in unit.notes:
        yield f"- note: {_plain(note)}"
    if verbose:
        yield from (f"- not applicable: {_plain(kind)}: {_plain(why)}" for kind, why in unit.not_applicable)
        yield from (f"- not sent: {_plain(kind)}, {number:,}: {_plain(why)}" for kind, number, why in unit.not_sent)
    yield ""


def _table(unit: UnitSummary, *, verbose: bool) -> Iterator[str]:
    """Kinds × outcome; without `verbose` kinds alike are one row."""
    shown = rows(unit.kinds, full=verbose)
    if not shown:
        return
    yield "| kind | must be | sent | outcome |"
    yield "| --- | --- | ---: | --- |"
    for row in shown:
        outcomes = ", ".join(f"{name} {number:,}" for name, number in row.outcomes)
        cells = (_plain(row.label), _plain(row.expectation), f"{row.sent:,}", _plain(outcomes))
        yield f"| {' | '.join(cells)} |"
    yield ""


def _matrix(units: tuple[UnitSummary, ...]) -> Iterator[str]:
    """Every kind that was sent × the receivers, with expectation and outcome."""
    if not units:
        return
    yield "<details><summary>Every kind and every receiver: what was expected, what became of it</summary>"
    yield ""
    yield f"| kind | {' | '.join(_plain(unit.unit) for unit in units)} |"
    yield f"| --- |{' --- |' * len(units)}"
    for row in matrix(units):
        yield f"| {_plain(row.kind)} | {' | '.join(_plain(cell) for cell in row.cells)} |"
    yield ""
    yield "</details>"
    yield ""


def _fenced(text: str) -> Iterator[str]:
    """A block that its content cannot leave: its fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield text.rstrip("\n")
    yield fence


def _plain(text: str) -> str:
    """A text of one line without any meaning in Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", html.escape(visible(text), quote=False))
