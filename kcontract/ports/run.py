"""What a run is written to and told by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kcontract.model.events import Event
from kcontract.model.finding import Finding
from kcontract.model.summary import Progress, RunSummary, UnitSummary

StreamItem = Event | Progress | Finding | UnitSummary | RunSummary
"""What reports consume."""


class History(Protocol):
    """Where the events of a run are written."""

    @property
    def path(self) -> str: ...

    def append(self, event: Event) -> None: ...

    def extend(self, events: Sequence[Event]) -> None: ...

    def close(self) -> None: ...


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the start of the run, never going back."""
        ...
