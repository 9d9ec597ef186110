"""After a window that ended or stopped the service: whose doing it was, what is sent again, and what no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kcontract.engine.confirming.culprits import Detective
from kcontract.engine.confirming.late_ends import LateEnds
from kcontract.engine.stage import Stage
from kcontract.engine.windows.player import Player
from kcontract.judge.evidence import Window
from kcontract.judge.late_ends import LateBook, LateEnd
from kcontract.model import events as ev
from kcontract.model.case import VALID_KIND, Case, Expectation, Role

_SAME_VALID = 3
"""After so many fatal valid cases of one kind the rest of it is not sent; of a malformed kind one is enough."""
_FATAL_OFTEN = 3
"""So many fatal kinds, and the next ones are tried alone before they go into a window."""
_STALLS_AT_MOST = 8
"""Each stall costs seconds of waiting: so many of them tell enough of a service that stands still."""
_LATE_AT_MOST = 2
"""So many kinds of which the service ends after a while: each takes many starts to find."""
_ONCE_AT_MOST = 4
"""So often a window may end the service without doing it again before its cases are given up."""
_OVER = "--max-time is over"
_HOPELESS = "the service ends or stands still with whatever it is sent, of what it keeps"
_KEEPS = "the service ends or stands still of what it keeps, and of which record was not found"
_GONE = "the service does not start any more"
_ITS_LOG = "a look at its log, which may tell why"
_LIKE_THAT = (
    "effects that only later records bring (`suppress` in Kafka Streams) look like that, and cannot be waited for"
)


class Triage:
    """Keeps account of what is known to be fatal, and of the cases that are not sent for it or for another reason."""

    def __init__(self, stage: Stage, player: Player, detective: Detective) -> None:
        self._stage = stage
        self._player = player
        self._detective = detective
        self._fatal: Counter[tuple[str, str]] = Counter()
        self._once = self._found_late = 0
        self._tried: set[tuple[str, str]] = set()
        self.gave_up = ""
        """Why nothing more was sent, if a run without a verdict could not be called one for it."""
        self.not_sent: Counter[tuple[str, str]] = Counter()
        """How many cases of a code were not sent, and why."""

    def resolve(self, window: Window) -> list[Case]:
        """Find what ended or stopped the service in a window; the cases that have to be sent again."""
        if not window.disturbed and window.outcome != "stopped":
            return []
        left = _without_outcome(window)
        if window.outcome == "stopped":
            self.leave_out(left, _OVER)
            return []
        suspects = window.suspects if self._stage.alive else window.suspects[:1]
        handled = [one for one in window.deliveries if one.has_outcome and one.case.role is Role.CASE]
        end = self._stage.state.book(LateBook).last
        culprit = self._detective.find(suspects, len(self._player.places), handled if self._stage.alive else ())
        if culprit is None or not self._is_judged(culprit):
            culprit = self._late(end) or culprit
        if culprit is not None:
            self.blame(culprit)
        why = "" if culprit is not None else self._in_company(window)
        if window.outcome == "settled":
            return []
        if why:
            self.leave_out(left, why)
            return []
        roots = {culprit.root} if culprit else set()
        return [self._player.sources[case.topic].again(case) for case in left if case.root not in roots]

    def _late(self, end: LateEnd | None) -> Case | None:
        """A record that was handled, and ends the service a while later."""
        if end is None or not end.suspects or not self._stage.alive:
            return None
        found = LateEnds(self._stage, self._player).find(end)
        self._found_late += found is not None
        return found

    def _in_company(self, window: Window) -> str:
        """No record did it alone: does the same window do it once more? Then the judge has its evidence.

        Why the cases without an outcome are not sent again; empty if they are.
        """
        cases = self._player.cases.get(window.number, ())
        if self._detective.cleared and not self._detective.hopeless:
            self.gave_up = _KEEPS
            return _KEEPS
        if not self._detective.revive():
            return self.why_stopped()
        if cases:
            copies = [self._player.sources[case.topic].again(case) for case in cases]
            again = self._player.play("repeat", copies, of=str(window.number), patience=2.0)
            if again.outcome == "stopped":
                return _OVER
            if again.disturbed:
                self.gave_up = "the service ends or stands still with a window, and with none of its records alone"
                return "their window as a whole ends or stops the service"
        self._tell_once(window)
        self._once += 1
        if self._once <= _ONCE_AT_MOST:
            return ""
        self.gave_up = f"the service ended or stood still {self._once} times, and never for the same record again"
        return "the service keeps ending or standing still without a cause"

    def _tell_once(self, window: Window) -> None:
        did = f"stood still once, for {window.stood:.0f} s," if window.stalled else "exited once,"
        recorder, unit = self._stage.tools.recorder, self._stage.unit.name
        remedy = f"{_ITS_LOG}; {_LIKE_THAT}" if window.stalled else _ITS_LOG
        recorder.record(ev.Blind(recorder.now(), unit, f"the service {did} and did not do it again", remedy))

    def blame(self, case: Case) -> None:
        """The case was seen to end or stop the service alone."""
        self._fatal[_family(case)] += 1
        if not self._is_judged(case):
            self.gave_up = f"the service ends or stands still with {case.kind} alone, and why cannot be told"

    def _is_judged(self, case: Case) -> bool:
        return any(verdict.case.partition(".")[0] == case.root for verdict in self._stage.state.reached)

    def choose(self, drawn: Sequence[Case]) -> list[Case]:
        """The cases that can still tell something; the others are counted as not sent.

        Where many kinds are fatal, one record of each new kind goes ahead alone: that costs one start, not three.
        """
        batch = self._sendable(drawn)
        if self._fatal.total() < _FATAL_OFTEN:
            return batch
        for case in batch:
            new = (case.topic, case.code) not in self._tried and case.expectation is not Expectation.VALID
            if not new or self._stage.out_of_time or self._why_not(case):
                continue
            self._tried.add((case.topic, case.code))
            if self._detective.is_fatal(case):
                self.blame(case)
        return self._sendable(batch)

    @property
    def calm(self) -> bool:
        """Whether every case can be sent, so that there is nothing to choose."""
        return not self._fatal and self._detective.stalls < _STALLS_AT_MOST  # who was found late is fatal as well

    def _sendable(self, cases: Sequence[Case]) -> list[Case]:
        if self.calm:
            return list(cases)
        why = {case.id: self._why_not(case) for case in cases}
        for case in cases:
            if why[case.id]:
                self.leave_out([case], why[case.id])
        return [case for case in cases if not why[case.id]]

    def _why_not(self, case: Case) -> str:
        if self._fatal[_family(case)] >= (_SAME_VALID if case.code == VALID_KIND else 1):
            return "its kind is known to be fatal"
        if self._detective.stalls >= _STALLS_AT_MOST and case.expectation is not Expectation.VALID:
            return "the service stands still with malformed records of many kinds"
        if self._found_late >= _LATE_AT_MOST and case.expectation is not Expectation.VALID:
            return "the service ends a while after malformed records of several kinds"
        return ""

    def why_stopped(self) -> str:
        """Why nothing more can be sent. Without a verdict a service that starts no more could not be verified."""
        if self._stage.out_of_time:
            return _OVER
        if self._detective.hopeless:
            return _HOPELESS
        failure = self._stage.lifecycle.failure
        self.gave_up = self.gave_up or f"{_GONE}{f': {failure.reason}' if failure else ''}"
        return _GONE

    def leave_out(self, cases: Iterable[Case], why: str) -> None:
        """Count cases that are not sent."""
        for case in cases:
            self.not_sent[(case.code, why)] += 1


def _family(case: Case) -> tuple[str, str]:
    """Malformed cases of a topic are alike by code, valid ones by code and variant."""
    return case.topic, case.kind if case.code == VALID_KIND else case.code


def _without_outcome(window: Window) -> list[Case]:
    """The window's own cases of which nothing was seen; without those that the broker refused."""
    deliveries = (d for d in window.deliveries if not d.has_outcome and not d.refused)
    return [delivery.case for delivery in deliveries if delivery.case.role is Role.CASE]
