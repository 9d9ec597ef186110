"""Healthy records alone, behind an end or a stall: what a record left in a service's state ends or stops later
processes as well (ORACLE.md §3).

A window of healthy records alone is a *control*; it fails if it ends or stops a service that was ever well. Each window
that is closed leads from one state to the next, of the service's health and of the trail that a failure is traced by:

    health  New   ─ a window settles ─▶ Well
            Well  ─ a window ends or stops it ─▶ Ill, since then
                  ─ a control fails ─▶ Ill, since nobody knows when
            Ill   ─ a window settles ─▶ Well
                  ─ a control fails ─▶ Ill, and one control more has failed in a row
                  ─ another window ends or stops it ─▶ Ill as before, and none has any more

    trail   any   ─ a control settles ─▶ GoodControl
                  ─ a record was alone ─▶ Trial, a fresh one behind the GoodControl of this very record
                  ─ a start is lost, or ended from outside: the window is played once more ─▶ as before
                  ─ anything else ─▶ none

What a window says: one that ends or stops a service that was ever well `Asks` for a control, unless one has settled
behind the same cause. A control that fails behind a fresh Trial tells by which record that is `LeftBy`, behind any
other Trial it `Acquits` the record, and behind another control that failed it tells since when that `Lasts`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kcontract.judge.cause import names_frame
from kcontract.judge.evidence import Window

_IN_A_ROW = 2
"""So many controls fail, before the service is known to end with whatever it is sent."""


@dataclass(frozen=True, slots=True)
class New:
    """It never got through a window: what ends it need not be kept."""


@dataclass(frozen=True, slots=True)
class Well:
    """It got through the last window: no record of an earlier one ends or stops it."""


@dataclass(frozen=True, slots=True)
class Ill:
    """It got through windows, and does not any more."""

    since: Window | None
    """The first one that it did not get through; None if that was a control, or it is told whose doing it is."""
    failed: int = 0
    """So many controls did, in a row."""


@dataclass(frozen=True, slots=True)
class GoodControl:
    """Healthy records alone were handled right before."""

    of: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A record was sent alone right before."""

    window: Window
    fresh: bool
    """Whether the service was well then, as a control told."""


@dataclass(frozen=True, slots=True)
class Asks:
    """It may be of what the service keeps that it ended or stood still: healthy records alone would tell."""


@dataclass(frozen=True, slots=True)
class LeftBy:
    """It is of what the record that was alone in this window left."""

    trial: Window


@dataclass(frozen=True, slots=True)
class Lasts:
    """It is of something that the service keeps since this window, and is there for good."""

    since: Window
    failed: int
    """So many controls did, in a row."""


@dataclass(frozen=True, slots=True)
class Acquits:
    """It may be of what was kept before the record of this root was sent alone."""

    root: str


Health = New | Well | Ill
Trail = GoodControl | Trial | None
Says = Asks | LeftBy | Lasts | Acquits | None


@dataclass(frozen=True, slots=True)
class Controls:
    """What is known behind a window, and what that says. `after` leads from one to the next."""

    health: Health = New()
    trail: Trail = None
    cause: str = ""
    """Of the last end. Standing still has none, and of a control that fails none is remembered."""
    passing: frozenset[str] = frozenset()
    """Causes of ends behind which healthy records were handled."""
    says: Says = None

    @property
    def sound(self) -> bool:
        """Whether the service got through the last window."""
        return isinstance(self.health, Well)

    @property
    def asks(self) -> bool:
        """Whether a control is due."""
        return isinstance(self.says, Asks)

    def after(self, window: Window) -> Controls:
        """What is known when one more window is closed."""
        return replace(self._told_by(window), trail=self._trail_after(window))

    def _told_by(self, window: Window) -> Controls:
        if window.purpose == "control" and window.halted and not isinstance(self.health, New):
            return self._failed(window)
        if window.exits or window.halted:
            return self._ended(window)
        return self._settled(window) if window.outcome == "settled" else replace(self, says=None)

    def _trail_after(self, window: Window) -> Trail:
        if window.lost or window.ended_outside:
            return self.trail
        if window.purpose == "alone":
            return Trial(window, fresh=self.trail == GoodControl(window.of))
        return GoodControl(window.of) if window.purpose == "control" and window.outcome == "settled" else None

    def _settled(self, window: Window) -> Controls:
        passes = window.purpose == "control" and names_frame(self.cause)
        passing = self.passing | {self.cause} if passes else self.passing
        return replace(self, health=Well(), passing=passing, says=None)

    def _ended(self, window: Window) -> Controls:
        cause = window.exits[-1].cause if window.exits else ""
        if isinstance(self.health, New):
            return replace(self, cause=cause, says=None)
        since = self.health.since if isinstance(self.health, Ill) else window
        asks = window.halted and cause not in self.passing
        return replace(self, health=Ill(since), cause=cause, says=Asks() if asks else None)

    def _failed(self, control: Window) -> Controls:
        before = self.health if isinstance(self.health, Ill) else Ill(None)
        says = self._traced(control, before)
        since = None if isinstance(says, LeftBy) else before.since
        return replace(self, health=Ill(since, before.failed + 1), cause="", says=says)

    def _traced(self, control: Window, before: Ill) -> Says:
        """Whose doing it is that the control fails."""
        if isinstance(self.trail, Trial):
            return LeftBy(self.trail.window) if self.trail.fresh else Acquits(control.of)
        if before.since is not None and before.since.suspects and before.failed + 1 == _IN_A_ROW:
            return Lasts(before.since, before.failed + 1)
        return None
