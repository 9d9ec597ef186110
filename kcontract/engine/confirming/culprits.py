"""Finding the record that ended or stopped the service (ORACLE.md §4): partition heads first, then group by group.

A group that does the service no harm costs a window, one that ends it costs a start, and starts are dear (seconds for
a JVM). So groups are tried one after another instead of by halves: whatever their number, three starts are enough.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from kcontract.engine.stage import Stage
from kcontract.engine.windows.player import Player
from kcontract.judge.crashes import may_be_innocent
from kcontract.judge.evidence import Delivery, Window
from kcontract.model import events as ev
from kcontract.model.case import Case

_HEADS = 8
"""So many suspects are tried alone, most suspect first, before the rest is tried in groups."""
_PATIENCE = 2.0
"""A stall is confirmed by one long wait."""
_CLEARED = "what the service kept of them was cleared, to see whether it ends or stands still for that"
_STALLS_ENOUGH = 1
"""After so many stalls confirmed by a long wait, a further one only adds its kind to the same finding. One that was
acquitted has been waited for as well."""


class Detective:
    """Localises culprits by sending suspects again with fresh identity, each in a window of its own."""

    def __init__(self, stage: Stage, player: Player) -> None:
        self._stage = stage
        self._player = player
        self.stalls = 0
        """How many cases alone made the service stand still."""
        self.hopeless = False
        """Whether healthy records alone end or stop every new process."""
        self._stood_still = self._behind = False
        self.cleared = 0
        """How often what the service keeps had to be cleared, for healthy records to be handled."""

    def find(self, suspects: Sequence[Delivery], parallel: int, handled: Sequence[Delivery] = ()) -> Case | None:
        """The first suspect that alone ends or stops the service again; None if none does, or it starts no more.

        `parallel` is the number of partitions, whose heads come first among the suspects. `handled`: records of which
        the service may keep what does that all the same.
        """
        # What got its outcome after a restart where the commits stand is hardly the one.
        cases = [delivery.case for delivery in sorted(suspects, key=lambda delivery: delivery.has_outcome)]
        heads = max(_HEADS, 2 * parallel)
        culprit = self._first_fatal(cases[:heads]) or self._sieve(cases[heads:])
        return culprit or self._look_behind([*(delivery.case for delivery in handled), *cases])

    def _look_behind(self, cases: Sequence[Case]) -> Case | None:
        """The first behind which healthy records alone end or stop a service that was seen to do so of what it keeps,
        though it may be handled itself."""
        if not self.cleared:
            return None
        self._behind = True
        try:
            return self._sieve(cases)
        finally:
            self._behind = False

    def is_fatal(self, case: Case) -> bool:
        """Whether the case alone behind a healthy record ends or stops the service once more.

        Where healthy records alone do so as well, it is what the service keeps of another record, or of this one, be it
        handled or not: that is cleared, and the case tried again.
        """
        sound = self._stage.state.controls.sound
        fatal, well = self._alone(case)
        if not well:
            if not self._clear(case):
                return sound
            fatal, well = self._alone(case)
            if not well:
                self._clear(case)
        self.stalls += fatal and self._stood_still
        return fatal or not well

    def _alone(self, case: Case) -> tuple[bool, bool]:
        """Whether it ends or stops the service, and whether healthy records alone do not, as far as that is asked."""
        window = self._try("alone", [case], case.root)
        if window is not None and (window.ended_outside or window.lost):
            window = self._try("alone", [case], case.root)
        if window is not None and is_of_others(case, window):
            self._stage.lifecycle.kill("restart")
            window = self._try("alone", [case], case.root, marked=False)
        fatal = _is_halted(window)
        self._stood_still = window is not None and window.stalled
        asks = self._stage.state.controls.asks if fatal else self._behind
        return fatal, not asks or self._is_well(case)

    def _clear(self, case: Case) -> bool:
        """Have the service forget what it keeps. False if that does not help."""
        self.cleared += 1
        self.hopeless = not (self._forget() and self._is_well(case))
        return not self.hopeless

    def _forget(self) -> bool:
        """A new process that keeps nothing; False if none gets ready. What may have been due of it comes no more."""
        recorder = self._stage.tools.recorder
        for doubt in [one for one in self._stage.state.doubts if one.committed and not one.settled]:
            recorder.record(ev.Dismissed(recorder.now(), doubt.delivery.case.id, _CLEARED))
        return self._stage.lifecycle.forget_state()

    def _is_well(self, case: Case) -> bool:
        """Whether healthy records alone do not end or stop the service."""
        window = self._try("control", (), case.root)
        if window is not None and window.lost:
            window = self._try("control", (), case.root)
        return window is None or not window.halted

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
        """What the service keeps of it must not end or stop it with the next one."""
        fatal = _is_halted(self._try("bisect", cases, cases[0].root))
        asks = self._stage.state.controls.asks if fatal else self._behind
        if asks and not self._is_well(cases[0]):
            self._clear(cases[0])
            return True
        return fatal

    def _can_go_on(self) -> bool:
        return not self._stage.out_of_time and self.revive()

    def _try(self, purpose: ev.Purpose, cases: Sequence[Case], of: str, *, marked: bool = True) -> Window | None:
        if not self._is_up(as_it_is=purpose == "control"):
            return None
        copies = [self._player.sources[case.topic].again(case) for case in cases]
        if not marked:
            copies += self._player.company()
        if purpose == "alone":
            patience = _PATIENCE if self.stalls < _STALLS_ENOUGH and not self.cleared else 1.0
            return self._player.play("alone", copies, of=of, patience=patience, marked=marked)
        return self._player.play(purpose, copies, of=of)

    def revive(self) -> bool:
        """A running service whose group stands behind everything sent so far; False if there is no use in one. Where it
        was seen to end, or to stand still, of what it keeps, a new process keeps nothing."""
        return not self.hopeless and self._is_up()

    def _is_up(self, *, as_it_is: bool = False) -> bool:
        self._stage.observer.look_at_process()
        if not self._stage.lifecycle.gone:
            return True
        if self.cleared and not as_it_is:
            return self._forget()
        return self._stage.lifecycle.restarts(behind=True)


def is_of_others(case: Case, window: Window) -> bool:
    """Whether a record has to be tried in a new process without bad ones: it is good, or was handled, and what halted
    this one may be another's."""
    own = (one for one in window.deliveries if one.case.root == case.root)
    return window.may_be_of_others and any(may_be_innocent(one) for one in own)


def _is_halted(window: Window | None) -> bool:
    return window is not None and (bool(window.exits) or window.stalled)
