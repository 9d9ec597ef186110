"""A group that forms on and on while its service handles records, and never gets to commit one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.evidence import Window
from kcontract.judge.tapped import RAGING
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict
from kcontract.model.tap import GroupStirred


class StormBook(Book):
    """Counts generations since the service was ready, start by start. One commit in the whole unit clears it.

    A service that stands still in the storm is judged with the record that it stands before; this is for one that
    goes on.
    """

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._generations = self._most = 0
        self._ready = self._told = False

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.ServiceStarted: self._started, ev.ServiceReady: self._is_ready, ev.Tapped: self._tapped}

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        self._told = self._told or (window.stalled and window.tapped.storms())
        return ()

    def ended(self) -> Iterable[CaseVerdict]:
        source = next(iter(self.grounds.promises.inputs.values()), None)
        if source is None or self._told or self._most < RAGING or self.grounds.committed:
            return
        name = source.receive.name
        yield CaseVerdict(
            code="REBALANCE_STORM",
            case="",
            kind="",
            topic=source.topic,
            at=source.receive.at,
            promised=f"{name} handles each valid record, and commits it",
            seen=(f"its group was formed {self._most} times after it was ready, and nothing was ever committed",),
        )

    def _started(self, _event: ev.ServiceStarted) -> Iterable[CaseVerdict]:
        self._generations, self._ready = 0, False
        return ()

    def _is_ready(self, _event: ev.ServiceReady) -> Iterable[CaseVerdict]:
        self._ready = True
        return ()

    def _tapped(self, event: ev.Tapped) -> Iterable[CaseVerdict]:
        if self._ready and isinstance(event.seen, GroupStirred):
            self._generations += event.seen.joins
            self._most = max(self._most, self._generations)
        return ()
