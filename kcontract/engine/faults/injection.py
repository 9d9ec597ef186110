"""A fault as the engine works with it: how it is put on and taken off, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kcontract.model.faults import FaultKind

Moment = Literal["idle", "batch", "commit"]
"""When it is put on: while nothing is to do; while records are handled; when a commit of some of them was seen."""


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault that can be put on here."""

    kind: FaultKind
    begin: Callable[[], None]
    end: Callable[[], None]
    """Also called where `begin` failed or the run was interrupted: it must be harmless then."""
    moment: Moment = "idle"
    broker_away: bool = False
    """While it is on the broker answers nobody, us included."""
    cold: bool = False
    """The service is started anew while it is on, or its caches would hide it."""
    hold: float = 1.5
    """Seconds for which it stays on at least."""
    strike: Callable[[], bool] | None = None
    """For a fault that lies in wait: asked again and again once it is put on and records have come; whether the service
    did what was waited for, and was struck for it."""
    grips: Callable[[], bool] | None = None
    """Whether it is in force, for a fault that takes its time; until then records go on coming."""
