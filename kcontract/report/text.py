"""The report for people."""

from __future__ import annotations

from typing import TextIO

from rich.text import Text

from kcontract.model.events import OF_RECORDS, RunStarted, UnitBlocked, UnitStarted
from kcontract.model.finding import Finding
from kcontract.model.summary import Progress, RunSummary, UnitSummary
from kcontract.ports import StreamItem
from kcontract.report.abbreviate import plural
from kcontract.report.book import Book
from kcontract.report.closing import NOT_A_BROKER, closing, unit_block
from kcontract.report.finding import finding_block, finding_line, in_order
from kcontract.report.live import Live
from kcontract.report.words import FAINT, LABEL, WARN, console_for, line, words

_BLOCKS = 20
"""Findings shown in full without `-v`."""


class TextReport:
    """Progress and a line a finding while the run goes on; then the findings, the units and the closing line."""

    def __init__(self, stream: TextIO, *, verbose: bool = False, width: int | None = None) -> None:
        self._console = console_for(stream, width)
        self._live = Live(self._console)
        self._book = Book()
        self._verbose = verbose
        self._findings: dict[str, Finding] = {}
        self._units: list[UnitSummary] = []
        self._closed = False

    def take(self, item: StreamItem) -> None:
        """One more item of the stream; most events of the history say nothing to people."""
        if type(item) in OF_RECORDS:
            return
        match item:
            case Progress():
                self._live.show(item)
            case RunStarted():
                self._started(item)
            case UnitStarted():
                self._book.remember(item)
            case UnitBlocked():
                self._live.print(line((f"{item.unit} ", LABEL), ("COULD_NOT_RUN ", WARN), item.reason))
            case Finding():
                self._found(item)
            case UnitSummary():
                self._units.append(item)
            case RunSummary():
                self._ended(item)
            case _:
                pass

    def close(self) -> None:
        """Stop the bars; if the stream broke off, show the findings so far."""
        self._live.stop()
        if not self._closed:
            self._closed = True
            self._show_findings(tuple(self._findings.values()))

    def _started(self, run: RunStarted) -> None:
        self._live.print(words(f"kcontract {run.version} on {run.broker}, seed {run.seed}, run {run.run}", FAINT))
        if not run.is_broker:
            self._live.print(words(NOT_A_BROKER, WARN))

    def _found(self, finding: Finding) -> None:
        if finding.id not in self._findings:
            self._live.print(finding_line(finding))
        self._findings[finding.id] = finding

    def _ended(self, summary: RunSummary) -> None:
        self._live.stop()
        self._closed = True
        self._show_findings(summary.findings)
        for unit in summary.units or tuple(self._units):
            for block in unit_block(unit, verbose=self._verbose):
                self._live.print(block)
        for block in closing(summary):
            self._live.print(block)

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        ordered = in_order(findings)
        failing = [finding for finding in ordered if finding.fails]
        shown = ordered if self._verbose else failing[:_BLOCKS]
        for finding in shown:
            self._live.print(Text())
            self._live.print(finding_block(finding, self._book, self._console.width))
        rest = [finding for finding in ordered if finding not in shown]
        if rest:
            self._live.print(words(f"and {plural(len(rest), 'more finding')} (-v shows all):"))
        for finding in rest:
            self._live.print(finding_line(finding))
