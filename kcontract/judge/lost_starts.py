"""Processes that never took anything: a start whose join was lost looks like that, whatever is sent."""

from __future__ import annotations

import math

from kcontract.judge.evidence import Window

_LOST, _LOST_AT_FIRST = 1, 2
"""So many processes in a row may take nothing for a lost join: one start in forty was seen to, on kafka-python. One
more while none has taken anything yet: then it is no record's doing, and all else hangs on it."""


class LostStarts:
    """Times in seconds on the run's clock."""

    def __init__(self) -> None:
        self._started_at, self._lost_at, self._lost = -math.inf, -1.0, 0

    def started(self, at: float) -> None:
        """A process begins."""
        self._started_at = at

    def may_be_lost(self, at: float, sign: float, window: Window) -> bool:
        """Whether a process that is ended now never took anything, and too few before it neither. `sign`: when any of
        them last showed that it did; below zero if none ever has."""
        took_nothing = sign < self._started_at and not window.tapped.refetched and window.rejoins < 2
        before = self._lost if self._lost_at > sign else 0
        self._lost_at, self._lost = (at, before + 1) if took_nothing else (-1.0, 0)
        return took_nothing and self._lost <= (_LOST if sign >= 0 else _LOST_AT_FIRST)
