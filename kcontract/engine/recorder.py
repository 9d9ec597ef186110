"""The one way in which something happens: it is written to the history, fed to the judge and told to the reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kcontract.judge.state import UnitState
from kcontract.model.events import OF_RECORDS, Event
from kcontract.model.in_blocks import in_blocks
from kcontract.model.summary import Progress
from kcontract.ports import Clock, History, StreamItem


class _Nowhere:
    """A history of nothing."""

    path = ""

    def append(self, event: Event) -> None:
        """Forgotten."""

    def extend(self, events: Sequence[Event]) -> None:
        """Forgotten."""

    def close(self) -> None:
        """Nothing is open."""


class Recorder:
    """Distributes events. `state` is the judge's view of the unit that runs now."""

    def __init__(
        self, history: History, clock: Clock, tell: Callable[[StreamItem], None], *, detailed: bool = True
    ) -> None:
        """`detailed`: whether the reports are told of each record."""
        self._history = history
        self._clock = clock
        self._tell = tell
        self._untold = frozenset() if detailed else OF_RECORDS
        self._told_at = -1.0
        self.state: UnitState | None = None

    def now(self) -> float:
        return self._clock.now()

    def record(self, event: Event) -> None:
        self._history.append(event)
        if self.state is not None:
            self.state.feed(event)
        if type(event) not in self._untold:
            self._tell(event)

    def record_all(self, events: Sequence[Event]) -> None:
        """Record events of one type that happened at once, in their order."""
        for some in in_blocks(events):
            self._history.extend(some)
            if self.state is not None:
                self.state.feed_all(some)
            if type(some[0]) not in self._untold:
                for event in some:
                    self._tell(event)

    def muted(self) -> Recorder:
        """One with the same clock, for what is not judged: nothing of it is written, fed or told."""
        return Recorder(_Nowhere(), self._clock, lambda _item: None)

    def tell(self, item: StreamItem) -> None:
        """Tell the reports something that is no part of the history."""
        self._tell(item)

    def progress(self, item: Progress, *, force: bool = False) -> None:
        """At most ten times a second."""
        now = self._clock.now()
        if force or now - self._told_at >= 0.1:
            self._told_at = now
            self._tell(item)
