"""What fails a run: its terms, laid on the stream."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kcontract.document.baseline import parse_baseline
from kcontract.judge.runs.ending import Terms, parse_fail_on, settle, weigh
from kcontract.model.baseline import Accepted
from kcontract.model.events import RunStarted
from kcontract.model.finding import Finding
from kcontract.model.summary import RunSummary
from kcontract.ports import StreamItem
from kcontract.store.baseline_file import read_baseline
from kcontract.wiring.options import Tell, VerifyOptions


def terms_of(options: VerifyOptions) -> Terms:
    """What fails the run. UsageError for a wrong word or a baseline with mistakes."""
    accepted: tuple[Accepted, ...] = ()
    if options.baseline:
        accepted = parse_baseline(read_baseline(Path(options.baseline)), options.baseline, datetime.now(UTC).date())
    return Terms(fail_on=parse_fail_on(options.fail_on), accepted=accepted)


class Weighed:
    """Says of every finding whether it fails the run, and how the run ends then."""

    def __init__(self, tell: Tell, terms: Terms) -> None:
        self._tell, self._terms, self._whole = tell, terms, False
        self.summary: RunSummary | None = None

    def take(self, item: StreamItem) -> None:
        if isinstance(item, RunStarted):
            self._whole = item.whole
        elif isinstance(item, Finding):
            item = weigh(item, self._terms)
        elif isinstance(item, RunSummary):
            item = self.summary = settle(item, self._terms, whole=self._whole)
        self._tell(item)
