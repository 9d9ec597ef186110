"""What a report that is written at the end has heard until then."""

from __future__ import annotations

import io
import posixpath

from rich.console import Console

from kcontract.model.baseline import Accepted
from kcontract.model.events import RunStarted, UnitStarted
from kcontract.model.finding import Finding
from kcontract.model.location import Location
from kcontract.model.summary import RunSummary, UnitSummary
from kcontract.ports import StreamItem
from kcontract.report.book import Book
from kcontract.report.finding import finding_block, in_order
from kcontract.report.words import emit

_WIDTH = 100


class Collected:
    """Filled from the stream. If that broke off before its summary, what was told by then is here."""

    def __init__(self) -> None:
        self.book = Book()
        self.started: RunStarted | None = None
        self.summary: RunSummary | None = None
        self._findings: dict[str, Finding] = {}
        self._units: dict[str, UnitSummary] = {}

    def take(self, item: StreamItem) -> None:
        """One more item of the stream."""
        match item:
            case RunStarted():
                self.started = item
            case UnitStarted():
                self.book.remember(item)
            case Finding():
                self._findings[item.id] = item
            case UnitSummary():
                self._units[item.unit] = item
            case RunSummary():
                self.summary = item
            case _:
                pass

    @property
    def findings(self) -> tuple[Finding, ...]:
        """By unit, then by precedence."""
        return in_order(self.summary.findings if self.summary else self._findings.values())

    @property
    def units(self) -> tuple[UnitSummary, ...]:
        return self.summary.units if self.summary else tuple(self._units.values())

    @property
    def stale(self) -> tuple[Accepted, ...]:
        return self.summary.stale if self.summary else ()

    @property
    def broken_off(self) -> str:
        """Why this is not the whole run; empty if it is."""
        if self.summary is None:
            return "the run broke off before its end"
        if self.summary.interrupted:
            return "the run was interrupted"
        return self.summary.incomplete

    def file(self, at: Location) -> str:
        """The path of a place from the root of the repository."""
        folder = self.started.folder if self.started else ""
        return posixpath.normpath(posixpath.join(folder, at.file)) if folder else at.file

    def text(self, finding: Finding) -> str:
        """The finding as text reports show it, without colours."""
        stream = io.StringIO()
        console = Console(
            file=stream, width=_WIDTH, force_terminal=False, no_color=True, markup=False, emoji=False, highlight=False
        )
        emit(console, finding_block(finding, self.book, _WIDTH))
        return stream.getvalue().partition("\n")[2]  # without the rule above it
