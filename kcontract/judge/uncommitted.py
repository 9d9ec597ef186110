"""A service that handles records and never commits: each restart would take all of them again.

No verdict: nothing is lost, and whoever builds its state anew at each start is right. Who did not mean to hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.evidence import Window
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict

_RECORDS, _SECONDS = 50, 8.0
"""What must have had its outcome, and how long ago the first of it: clients commit every 5 s by default."""


class CommitBook(Book):
    """A blind spot for a service that committed nothing by the time it was asked to stop, nor then.

    Only its end tells, for Kafka Streams commits every 30 s, and when it is closed.
    """

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._handled = 0
        self._first_at: float | None = None
        self._stopped_after = 0.0
        self._commits = False

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.Committed: self._committed, ev.ServiceKilled: self._killed}

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        if self._commits:
            return ()
        outcomes = [one.first_outcome_at for one in window.deliveries if one.first_outcome_at is not None]
        self._handled += len(outcomes)
        if self._first_at is None and outcomes:
            self._first_at = min(outcomes)
        return ()

    def blind(self) -> Iterator[tuple[str, str]]:
        if self._commits or self._handled < _RECORDS or self._stopped_after < _SECONDS:
            return
        yield (
            f"commits: {self._handled} records were handled and no offset was committed, nor when the service was"
            " ended: as it seems each restart takes all of them again",
            "commit after handling; a service that builds its state anew at each start may be right as it is",
        )

    def _committed(self, _event: ev.Committed) -> tuple[CaseVerdict, ...]:
        self._commits = True
        return ()

    def _killed(self, event: ev.ServiceKilled) -> tuple[CaseVerdict, ...]:
        if event.reason == "finished" and self._first_at is not None:
            self._stopped_after = max(self._stopped_after, event.at - self._first_at)
        return ()
