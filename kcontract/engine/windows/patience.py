"""How long a window is waited for, by what is known of the service's pace (ORACLE.md §3)."""

from __future__ import annotations

from collections.abc import Callable

from kcontract.judge.evidence import Window
from kcontract.judge.pace import STALL_FLOOR
from kcontract.judge.retries import is_being_retried
from kcontract.judge.state import UnitState
from kcontract.judge.view import View

_PATIENT_QUIET = 2.0
"""Seconds: one slow record of a thread pool is overtaken by its sentinel, so what confirms a miss waits longer."""
_LONG_WAIT = 30.0
"""Seconds: as long as slow frameworks take to start, or to give a bad record up."""
_SESSION_WAIT = 75.0
"""Seconds: a group that forms anew waits for a dead member up to its session timeout, 45 s for most clients."""


class Patience:
    """Seconds that the player waits for one thing or another."""

    def __init__(self, state: UnitState, now: Callable[[], float]) -> None:
        self._state = state
        self._now = now

    @property
    def overtaken(self) -> float:
        """Seconds after which a sentinel that is committed past will have no effect any more."""
        return max(STALL_FLOOR, 2 * self._state.pace.quiet)

    def stall(self, window: Window, stretch: float) -> float:
        """Seconds without progress. What is not known yet, first records and first poisons, gets a start's worth, and
        so does what would confirm a verdict."""
        pace = self._state.pace
        confirms = window.purpose in ("alone", "repeat") and stretch > 1
        rejoins = window.rejoins == 1 and window.rejoining.may_form_again(self._now())
        if confirms and window.purpose == "alone" and rejoins:
            return max(stretch * pace.stall, _SESSION_WAIT)
        long = not pace.known or window.purpose == "probe" or confirms
        return max(stretch * pace.stall, _LONG_WAIT) if long else stretch * pace.stall

    def quiet(self, window: Window) -> float:
        """Seconds without evidence before negatives; the first records after a start are only waited for."""
        if window.purpose == "warm" or _all_answered(window):
            return 0.0
        if window.purpose == "growth" and not window.left:
            return self._state.pace.brief
        quiet = self._state.pace.quiet
        if self._state.patience and (_lacks(window) or any(map(is_being_retried, window.open))):
            quiet = max(quiet, self._state.patience)
        return max(quiet, _PATIENT_QUIET) if window.purpose in ("alone", "repeat") and _lacks(window) else quiet


def _lacks(window: Window) -> bool:
    """A record is missing something that it must have: the window is about to confirm a doubt."""
    return any(delivery.wanted or delivery.owes_rejection for delivery in window.open)


def _all_answered(window: Window) -> bool:
    """Nothing is missing: there is no negative to state, and so none to wait for (ORACLE.md §3)."""
    if window.purpose != "batch" or window.left:
        return False
    wrong = View.WRONG
    return not any([delivery.view is wrong for delivery in window.deliveries])  # noqa: C419 - asked again and again
