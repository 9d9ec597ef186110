"""Finding the record that ended or stopped the service (ORACLE.md §4): partition heads first, then group by group.

A group that does the service no harm costs a window, one that ends it costs a start, and starts are dear (seconds for
a JVM). So groups are tried one after another instead of by halves: whatever their number, three starts are enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kcontract.engine.stage import Stage
from kcontract.engine.windows.player import Player
from kcontract.judge.evidence import Delivery, Window
from kcontract.model import events as ev
from kcontract.model.case import Case

_HEADS = 8
"""So many suspects are tried alone, most suspect first, before the rest is tried in groups."""
_PATIENCE = 2.0
"""A stall is confirmed by one long wait."""
_STALLS_ENOUGH = 1
"""After so many stalls confirmed by a long wait, a further one only adds its kind to the same finding."""


class Detective:
    """Localises culprits by sending suspects again with fresh identity, each in a window of its own."""

    def __init__(self, stage: Stage, player: Player) -> None:
        self._stage = stage
        self._player = player
        self.stalls = 0
        """How many cases alone made the service stand still."""
        self.hopeless = False
        """Whether healthy records alone end every new process."""

    def find(self, suspects: Sequence[Delivery], parallel: int) -> Case | None:
        """The first suspect that alone ends or stops the service again; None if none does, or it starts no more.

        `parallel` is the number of partitions, whose heads come first among the suspects.
        """
        # What got its outcome after a restart where the commits stand is hardly the one.
        cases = [delivery.case for delivery in sorted(suspects, key=lambda delivery: delivery.has_outcome)]
        heads = max(_HEADS, 2 * parallel)
        return self._first_fatal(cases[:heads]) or self._sieve(cases[heads:])

    def is_fatal(self, case: Case) -> bool:
        """Whether the case alone behind a healthy record ends or stops the service once more.

        Where healthy records alone do so as well, it is what the service keeps of another record, or of this one: that
        is cleared, and a case for which it was not known to be well is tried again.
        """
        controls = self._stage.state.controls
        sound = controls.sound
        window = self._try("alone", [case], case.root)
        if window is not None and (window.ended_outside or window.lost):
            window = self._try("alone", [case], case.root)
        fatal = window is not None and (bool(window.exits) or window.stalled)
        self.stalls += fatal and window is not None and window.stalled
        if not (fatal and controls.asks) or self._is_well(case):
            return fatal
        self.hopeless = not (self._stage.lifecycle.forget_state() and self._is_well(case))
        return sound or (not self.hopeless and self.is_fatal(case))

    def _is_well(self, case: Case) -> bool:
        """Whether healthy records alone do not end the service."""
        window = self._try("control", (), case.root)
        return window is None or not window.ended

    def _first_fatal(self, cases: Sequence[Case]) -> Case | None:
        """The first of these that is fatal alone."""
        return next((case for case in cases if self._can_go_on() and self.is_fatal(case)), None)

    def _sieve(self, cases: Sequence[Case]) -> Case | None:
        """Groups of n^⅔, then groups of n^⅓ of the fatal one, then the records of that: n^⅓ windows each, one start."""
        edge = math.ceil(len(cases) ** (1 / 3))
        for size in (edge * edge, edge):
            if len(cases) > _HEADS:
                groups = (cases[at : at + size] for at in range(0, len(cases), size))
                cases = next((group for group in groups if self._can_go_on() and self._is_fatal_group(group)), ())
        return self._first_fatal(cases)

    def _is_fatal_group(self, cases: Sequence[Case]) -> bool:
        window = self._try("bisect", cases, cases[0].root)
        return window is not None and (bool(window.exits) or window.stalled)

    def _can_go_on(self) -> bool:
        return not self._stage.out_of_time and self.revive()

    def _try(self, purpose: ev.Purpose, cases: Sequence[Case], of: str) -> Window | None:
        if not self.revive():
            return None
        copies = [self._player.sources[case.topic].again(case) for case in cases]
        if purpose == "alone":
            patience = _PATIENCE if self.stalls < _STALLS_ENOUGH else 1.0
            return self._player.play("alone", copies, of=of, patience=patience)
        return self._player.play(purpose, copies, of=of)

    def revive(self) -> bool:
        """A running service whose group stands behind everything sent so far; False if there is no use in one."""
        if self.hopeless:
            return False
        self._stage.observer.look_at_process()
        if not self._stage.lifecycle.gone:
            return True
        return self._stage.lifecycle.restarts(behind=True)
