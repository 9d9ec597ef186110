"""Which record is it behind which the service ends, a while after it has been handled? Each is given that while."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.engine.stage import Stage
from kcontract.engine.windows.player import Player
from kcontract.judge.late_ends import LateEnd
from kcontract.model.case import Case

_SHORTEST, _LONGEST = 0.5, 5.0
"""Seconds that a process is watched for behind a record."""
_SPARE = 1.5
"""How much longer than it took the first time; and again so much behind healthy records alone."""


class LateEnds:
    """Finds one such record: all kinds together first, then halves, each in a process of its own."""

    def __init__(self, stage: Stage, player: Player) -> None:
        self._stage = stage
        self._player = player
        self._now = stage.tools.recorder.now

    def find(self, end: LateEnd) -> Case | None:
        """The record that alone ends a new process once more; None if none does, or healthy ones do as well."""
        began, cases = self._now(), end.suspects
        if not self._ends(cases, min(max(_SPARE * end.lag, _SHORTEST), _LONGEST)):
            return None
        watched = max(_SPARE * (self._now() - began), _SHORTEST)
        if self._ends((), _SPARE * watched):
            return None
        while len(cases) > 1:
            middle = len(cases) // 2
            cases = cases[:middle] if self._ends(cases[:middle], watched) else cases[middle:]
        return cases[0] if self._ends(cases, watched, of=cases[0].root) else None

    def _ends(self, cases: Sequence[Case], watched: float, of: str = "") -> bool:
        """Whether a new process ends by itself behind these."""
        if self._stage.out_of_time or not self._stage.lifecycle.restarts(behind=True):
            return False
        copies = [self._player.sources[case.topic].again(case) for case in cases]
        return self._player.play_late([*copies, *self._player.company()], of, watched).ended
