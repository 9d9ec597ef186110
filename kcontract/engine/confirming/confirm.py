"""Confirming doubts: alone behind a healthy record, and where that is right, the same window once more (§3)."""

from __future__ import annotations

from kcontract.engine.confirming.culprits import Detective, is_of_others
from kcontract.engine.stage import Stage
from kcontract.engine.windows.player import Player
from kcontract.judge.doubts import Doubt
from kcontract.judge.evidence import Window
from kcontract.judge.symptoms import Symptom
from kcontract.model import events as ev
from kcontract.model.case import Case

_PATIENCE = 3.0
_ENOUGH_FOR_COMPANY = 3
"""So many records of one window were right alone: the window once more tells more than further ones alone."""


class Confirmer:
    """Settles every doubt that the judge has, as long as there is time."""

    def __init__(self, stage: Stage, player: Player, detective: Detective) -> None:
        self._stage = stage
        self._player = player
        self._detective = detective
        self._state = stage.state
        self._repeated: set[int] = set()

    def settle(self, most: int | None = None) -> None:
        """Try every doubt again until the judge has none left that it wants tried; at most so many of them."""
        self._player.phase = "confirming"
        tried = 0
        while (doubt := next((d for d in self._state.doubts if d.wants_alone), None)) and self._can_go_on():
            if tried == most:
                return
            tried += 1
            before = doubt.tried
            self._alone(doubt)
            while doubt.wants_alone and doubt.tried > before and self._can_go_on():  # late, or refused like any other
                before = doubt.tried
                self._alone(doubt)
            if doubt.wants_alone:  # the service did not get through: the judge has had its evidence
                self._dismiss(doubt, "could not be tried again")
            if self._points_at_company(doubt.window) and self._can_go_on():
                self._repeat(doubt.window)
        for number in sorted({doubt.window for doubt in self._state.doubts if doubt.wants_repeat}):
            if self._can_go_on():
                self._repeat(number)

    def _points_at_company(self, number: int) -> bool:
        """Whether the window is worth repeating before the rest of its records was tried alone; asked once."""
        right = sum(doubt.window == number and doubt.wants_repeat for doubt in self._state.doubts)
        return right >= _ENOUGH_FOR_COMPANY and number not in self._repeated

    def _can_go_on(self) -> bool:
        return not self._stage.out_of_time and self._detective.revive()

    def _alone(self, doubt: Doubt) -> None:
        case = doubt.delivery.case
        copy = self._player.sources[case.topic].again(case)
        if copy.expectation is not case.expectation:
            self._dismiss(doubt, "not the same with a fresh identity")
        elif not (doubt.first or doubt.spoilt) or self._restarted():
            # A batch may be refused for one record: no invalid marker may share it with a valid one that was refused,
            # unless that is what shows whether answers go to others. What is dropped with one is settled beside a
            # marker first, and then tried without.
            marked = (Symptom.REJECTED not in doubt.symptoms or doubt.may_be_crossed) and not doubt.unmarked
            window = self._play_alone(copy, healthy=not doubt.first, marked=marked)
            if is_of_others(copy, window) and self._can_go_on():
                self._play_alone(self._player.sources[case.topic].again(case), healthy=not doubt.first, marked=marked)

    def _play_alone(self, copy: Case, *, healthy: bool, marked: bool) -> Window:
        return self._player.play("alone", [copy], of=copy.root, healthy=healthy, marked=marked, patience=_PATIENCE)

    def _dismiss(self, doubt: Doubt, why: str) -> None:
        recorder = self._stage.tools.recorder
        recorder.record(ev.Dismissed(recorder.now(), doubt.delivery.case.id, why))

    def _repeat(self, number: int) -> None:
        """The same window once more: the same records in the same order, after a start if it came after one."""
        self._repeated.add(number)
        first = any(doubt.first for doubt in self._state.doubts if doubt.window == number)
        if not first or self._restarted():
            cases = [self._player.sources[case.topic].again(case) for case in self._player.cases[number]]
            self._player.play("repeat", cases, of=str(number), healthy=not first, patience=_PATIENCE)

    def _restarted(self) -> bool:
        return self._stage.lifecycle.restarts(behind=True)
