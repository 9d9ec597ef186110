"""Judging closed windows: direct verdicts at once, doubts until they are confirmed or dismissed (ORACLE.md §3, §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, groupby
from operator import attrgetter

from kcontract.judge.beside import Silent
from kcontract.judge.controls import Acquits, Controls, Lasts, LeftBy
from kcontract.judge.crashes import OF_A_HALT, Crashes
from kcontract.judge.doubts import IN_TIME_AGAIN, MEASURE_IT, TOO_LATE, Doubt, LeadBook, adopt, hand_over
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.lasting import lasting_verdict, left_verdict
from kcontract.judge.pace import Pace
from kcontract.judge.promises import Output
from kcontract.judge.replies import is_overdue, reply_symptoms
from kcontract.judge.retries import retry_symptoms
from kcontract.judge.settle import is_suspect
from kcontract.judge.stopping import stop_symptoms
from kcontract.judge.symptoms import CORRELATION, DIRECT, Shown, Symptom, keeps_copy, symptoms
from kcontract.judge.tally import Tally, plain_outcome
from kcontract.judge.tying.ties import Ties
from kcontract.judge.verdict import direct_verdict, doubt_verdict, shrunk_verdict
from kcontract.model.case import Expectation, Role
from kcontract.model.finding import CaseVerdict
from kcontract.model.in_blocks import in_blocks
from kcontract.model.record import TopicPartition

LATE = "it came late"
_BY_ABSENCE = frozenset({"NOT_DEAD_LETTERED", "SKIPPED_VALID", "COLLATERAL", "LOST"})
"""Verdicts on what did not come: they are taken back if it comes after all."""
UNTOLD = "effects came that tie to no record"
_UNTOLD_TRIES = 3
"""So often that is seen of a record alone before nothing is tried any more for its sake."""
_OF_THE_PROCESS = frozenset({Symptom.REJECTED, Symptom.NO_EFFECT})
"""What a process may come to do with whatever it is sent."""
_KEPT_OPEN = 5_000
"""So many of them stay open to evidence."""


class Court:
    """What is proved, and what is still in doubt, in one unit."""

    def __init__(
        self, effects: tuple[Output, ...], ties: Ties, pace: Pace, committed: dict[TopicPartition, int]
    ) -> None:
        """`committed` is the fold's own view, which goes on changing."""
        self.doubts: list[Doubt] = []
        self.reached: list[CaseVerdict] = []
        self.tally, self.controls = Tally(), Controls()
        self.dead_letters = 0
        """Answers to invalid requests are counted as well."""
        self.ever_committed = False
        self._effects = effects
        self._ties = ties
        self._pace = pace
        self._committed = committed
        self._leads = LeadBook()
        self._answers_late = self._answers_cross = False
        self._usual: set[Symptom] = set()
        """What befalls the healthy records of a new process as well: that is how the service is."""
        self._untold = 0
        self._crashes = Crashes(committed)
        self._absent: dict[str, tuple[Delivery, CaseVerdict]] = {}
        """Verdicts by absence, by case."""
        self._stalls: dict[str, float] = {}
        """How long windows had stood still when they were given up."""
        self._judges: dict[str, Callable[[Window], None]] = {
            "alone": self._alone,
            "repeat": self._repeat,
            "stop": self._stop,
            "isolate": self._isolated,
            "bisect": lambda _: None,
            "control": self._control,
            "shrink": self._shrunk,
            "redelivery": self._counted,  # `judge.repeats.duplicates` looks at groups
            "fault": self._counted,  # `judge.faults.book` looks at these
            "growth": lambda _: None,
            "late": lambda _: None,
            "log": lambda _: None,  # `judge.logs` does
            "load": lambda _: None,  # `judge.load.book` does
        }

    def judge(self, window: Window) -> None:
        """A window has closed. `forget` it when everybody has looked at it."""
        self.controls = self.controls.after(window)
        self._judges.get(window.purpose, self._first_time)(window)

    def _control(self, window: Window) -> None:
        match self.controls.says:
            case Acquits(root):
                self._acquit(root)
            case LeftBy(trial):
                self._blame_for_what_it_left(trial, window)
            case Lasts(since, failed):
                self.reached.append(lasting_verdict(since, window, failed))

    def _acquit(self, root: str) -> None:
        """The record halted the service alone, and so do healthy ones: it was what that keeps of another one."""
        blamed = self._crashes.unlearn(root, self.reached)
        self.reached[:] = [one for one in self.reached if one not in blamed]

    def _blame_for_what_it_left(self, trial: Window, control: Window) -> None:
        """The record that was tried alone, unless it halted the service itself, for which it has its verdict."""
        own = _own(trial)
        if own and not any(one.case == own[-1].case.id and one.code in OF_A_HALT for one in self.reached):
            self._reach(own[-1], left_verdict(own[-1], control))

    def is_past(self, delivery: Delivery) -> bool:
        """Whether the service has committed past the delivery."""
        return delivery.place is not None and self._committed.get(delivery.place, 0) > delivery.offset

    def exits_as_known(self, window: Window) -> bool:
        """Whether the window's last exit is one that was seen to come again after a restart."""
        return self._crashes.is_known(window)

    def note_stall(self, window: Window, seconds: float) -> None:
        """The window was given up after so long without progress."""
        self._stalls[str(window.number)] = seconds

    def late(self, at: float, delivery: Delivery) -> None:
        """Something came for a delivery whose window has closed: what was missing may be there now."""
        if self._shown(delivery):
            return
        for doubt in self.doubts:
            if doubt.delivery is delivery and not doubt.settled:
                self.dismiss(doubt, TOO_LATE if is_overdue(delivery, at) else LATE)
        if delivery.case.id in self._absent:
            self._take_back(at, delivery)

    def _take_back(self, at: float, delivery: Delivery) -> None:
        """Nobody is blamed for what came after all, and further negatives wait as long as that took."""
        _, verdict = self._absent.pop(delivery.case.id)
        self.reached[:] = [one for one in self.reached if one is not verdict]
        self.tally.count(delivery, "late")
        self._pace.learn_gap(max(0.0, at - delivery.acked_at))
        self._ties.forget(delivery)

    def dismiss(self, doubt: Doubt, why: str) -> None:
        """Give up a doubt that cannot be confirmed: nobody is blamed. The next of those behind it leads now."""
        doubt.dismissed = why
        hand_over(doubt, self.doubts)
        self.tally.count(doubt.delivery, "late" if why in (LATE, TOO_LATE) else "not confirmed")
        self._ties.forget(doubt.delivery)

    def close(self) -> None:
        """The unit has ended: what was not confirmed by now is dismissed."""
        while lead := next((d for d in self.doubts if d.lead is None and not d.settled), None):
            self.dismiss(lead, "not confirmed in time")

    def unconfirmed(self) -> Iterator[tuple[str, str]]:
        """How many doubts came to nothing, and why, in words; the remedy, if it is one of their own."""
        whys = Counter(doubt.dismissed for doubt in self.doubts if doubt.dismissed and doubt.dismissed != LATE)
        for why, number in whys.items():
            what = f"{number} cases missed something once, and nobody is blamed for it: {why}"
            yield what, MEASURE_IT if why in (IN_TIME_AGAIN, TOO_LATE) else ""

    def _first_time(self, window: Window) -> None:
        silent = Silent(window.deliveries)
        for block in in_blocks(window.deliveries):
            for copied, some in groupby(block, attrgetter("copied")):
                if copied:
                    self.tally.count_all(list(some), "handled")
                    continue
                for delivery in some:
                    self._seen_first(delivery, window, silent)

    def _seen_first(self, delivery: Delivery, window: Window, silent: Silent) -> None:
        if keeps_copy(delivery):
            self.tally.count(delivery, "handled")
            return
        settled = window.outcome == "settled"
        shown = self._shown(delivery)
        direct = direct_verdict(delivery, shown) if shown else None
        if direct is not None:
            self._reach(delivery, direct)
        elif shown and (settled or self._is_certain(delivery, shown, window)):
            self._doubt(delivery, shown, window, silent)
        elif settled or (delivery.has_outcome and not shown):
            self.tally.count(delivery, plain_outcome(delivery, committed=self.is_past(delivery)))

    def _counted(self, window: Window) -> None:
        """What became of each case, of which nothing but its group can be judged."""
        for delivery in window.deliveries:
            if window.outcome == "settled" or delivery.has_outcome:
                self.tally.count(delivery, plain_outcome(delivery, committed=self.is_past(delivery)))

    def _is_certain(self, delivery: Delivery, shown: tuple[Shown, ...], window: Window) -> bool:
        """What counts in a window that did not settle: what came back, and what a service that exited by itself had
        committed past without an effect. Nothing can come of it any more."""
        came = any(one.symptom in (Symptom.REJECTED, Symptom.ANSWERED) for one in shown)
        valid = delivery.expectation is Expectation.VALID
        return came or (valid and window.outcome == "exited" and self.is_past(delivery))

    def _shown(self, delivery: Delivery) -> tuple[Shown, ...]:
        """What is wrong with a delivery; nothing can be with one that the broker refused."""
        if delivery.refused:
            return ()
        shown = tuple(symptoms(delivery, self._effects))
        if delivery.owed is None and not delivery.answers and not delivery.endless:
            return shown
        return tuple(chain(shown, reply_symptoms(delivery), retry_symptoms(delivery)))

    def _doubt(self, delivery: Delivery, shown: tuple[Shown, ...], window: Window, silent: Silent) -> None:
        if {one.symptom for one in shown} == {Symptom.LATE} and self._answers_late:
            self.tally.count(delivery, "answered late")  # proved already
            return
        if self._answers_cross and any(one.symptom is Symptom.CROSSED for one in shown):
            self.tally.count(delivery, "answered for another")  # proved already
            return
        first = window.purpose == "first"
        doubt = Doubt(delivery, shown, window.number, first, window.disturbed, self.is_past(delivery))
        doubt.early = window.tapped.commit_past(delivery.place, delivery.offset)
        self.doubts.append(doubt)
        if self._untold >= _UNTOLD_TRIES and self._may_be_untold(doubt):
            self.dismiss(doubt, UNTOLD)
            return
        doubt.lead = self._leads.lead_of(doubt, any_dead_letter=self.dead_letters > 0)
        if doubt.lead is None:
            doubt.beside = silent.near(delivery)

    def _may_be_untold(self, doubt: Doubt) -> bool:
        """Whether its effect may have come, and is told from others by nothing that the contract names."""
        source = doubt.delivery.source
        return Symptom.NO_EFFECT in doubt.symptoms and not source.contract.names_records(source.receive)

    def _alone(self, window: Window) -> None:
        own = _own(window)
        if not own:
            return
        if window.exits or window.outcome != "settled":
            if is_suspect(own[-1], window):
                self._reach_crash(own[-1], window)
            return
        shown = tuple(shown for delivery in own for shown in self._shown(delivery))
        direct = direct_verdict(own[0], shown)
        if direct is not None:
            self._reach(own[0], direct)
        for doubt in [doubt for doubt in self.doubts if doubt.root == window.of and doubt.wants_alone]:
            slowest, late = self._late_one(doubt, window, own[-1], shown)
            if own[-1].refused:
                self.dismiss(doubt, "the broker refused it when it was sent again")
            elif window.astray and self._may_be_untold(doubt) and not own[-1].effects:
                self._untold += 1
                self.dismiss(doubt, UNTOLD)
            elif doubt.fell_beside_a_marker(window, shown):
                doubt.leave_out_markers()
            elif self._is_spoilt(doubt, window, shown):
                doubt.spoil()
            elif not doubt.tries_again(slowest.waited, late):
                doubt.alone = frozenset(one.symptom for one in late) | self._crossed(doubt, window)
                self._resolve(doubt)

    def _is_spoilt(self, doubt: Doubt, window: Window, shown: tuple[Shown, ...]) -> bool:
        """Whether what befell the record says nothing of it, for the same befell the healthy one before it.

        That is asked of a new process once.
        """
        healthy = (one for one in window.deliveries if one.case.role is Role.HEALTHY and one.case.root != doubt.root)
        fared = {sign.symptom for one in healthy for sign in self._shown(one)} & _OF_THE_PROCESS
        if doubt.spoilt:
            self._usual |= fared
        return bool((fared & doubt.symptoms & {one.symptom for one in shown}) - self._usual)

    def _late_one(
        self, doubt: Doubt, window: Window, own: Delivery, shown: tuple[Shown, ...]
    ) -> tuple[Delivery, tuple[Shown, ...]]:
        """Whose wait a try alone tells, and what is wrong then.

        A service that answers each request late, but many at once, shows it of the one in front only: the others'
        time begins when that one has its answer. Lateness is nobody's own, so it will do.
        """
        symptoms = {one.symptom for one in shown}
        if Symptom.LATE not in doubt.symptoms or symptoms & {Symptom.LATE, Symptom.NO_REPLY}:
            return own, shown
        for delivery in window.deliveries:
            late = tuple(one for one in self._shown(delivery) if one.symptom is Symptom.LATE)
            if late:
                return delivery, (*shown, *late)
        return own, shown

    def _crossed(self, doubt: Doubt, window: Window) -> frozenset[Symptom]:
        """A service that answers each request with another's correlation id leaves a neighbour without answer."""
        crossed = doubt.may_be_crossed and any(delivery.crossed for delivery in window.deliveries)
        return frozenset({Symptom.CROSSED}) if crossed else frozenset()

    def _isolated(self, window: Window) -> None:
        """Copies of one record: an effect of the first of them is an effect of the record."""
        own = [delivery for delivery in _own(window) if delivery.effects][:1]
        for delivery in own:
            direct = direct_verdict(delivery, self._shown(delivery))
            if direct is not None:
                self._reach(delivery, direct)

    def _stop(self, window: Window) -> None:
        """The service's exit, or its standing still, is what was promised."""
        own = _own(window)
        if not own or own[-1].refused or window.outcome != "settled":
            return
        place = own[-1].place
        stands = stop_symptoms(window, own[-1], self._committed.get(place) if place else None)
        shown = (*self._shown(own[-1]), *stands)
        verdict = direct_verdict(own[-1], shown, alone=True)
        if verdict is not None:
            self._reach(own[-1], verdict)
        else:
            self.tally.count(own[-1], "stopped")

    def _repeat(self, window: Window) -> None:
        if window.exits or window.outcome != "settled":
            if window.suspects:
                self._reach_crash(window.suspects[0], window)
            return
        self._pace.learn_gap(self._stalls.get(window.of, 0.0))  # it goes on if one waits
        again = {d.case.root: frozenset(one.symptom for one in self._shown(d)) for d in window.deliveries}
        own = [doubt for doubt in self.doubts if str(doubt.window) == window.of and not doubt.dismissed]
        for follower in own:
            if follower.lead is not None:
                follower.repeated = again.get(follower.root, frozenset()) | self._crossed(follower, window)
        for doubt in own:
            if doubt.wants_repeat or (doubt.wants_alone and doubt.repeated is None):
                doubt.repeated = again.get(doubt.root, frozenset()) | self._crossed(doubt, window)
                self._resolve(doubt)

    def _shrunk(self, window: Window) -> None:
        """Smaller variants of a judged case: those that show the same are further examples of it.

        What came back proves itself; what did not come is only believed of a variant that was alone.
        """
        for delivery, verdict in self.same_again(window):
            is_alone = len(_own(window)) == 1
            if is_alone or any(one.symptom in DIRECT for one in self._shown(delivery)):
                self._reach(delivery, verdict)

    def same_again(self, window: Window) -> tuple[tuple[Delivery, CaseVerdict], ...]:
        """Deliveries of a closed window that show what the case which it is about was blamed for."""
        blamed = {(one.code, one.cause) for one in self.reached if one.case.partition(".")[0] == window.of}
        own = _own(window)
        if window.exits or window.stalled:
            pairs = [(one, self._crashes.verdict(one, window)) for one in own if len(own) == 1]
        elif window.outcome == "settled":
            pairs = [(one, shrunk_verdict(one, self._shown(one))) for one in own]
        else:
            pairs = []
        return tuple((one, said) for one, said in pairs if said is not None and (said.code, said.cause) in blamed)

    def _resolve(self, doubt: Doubt) -> None:
        """Reach the verdict of a confirmed doubt, and of those that follow it."""
        if not doubt.settled:
            return
        if doubt.crosses:
            adopt(doubt, self.doubts)
        if self._leads.asks_the_next(doubt):
            self.dismiss(doubt, IN_TIME_AGAIN)
            return
        for one in (doubt, *(other for other in self.doubts if other.lead is doubt and not other.dismissed)):
            verdict = doubt_verdict(one, doubt) or self._missed_twice(one, doubt)
            if verdict is not None:
                self._reach(one.delivery, verdict)
            else:
                one.dismissed = IN_TIME_AGAIN if one.only_late else "not seen again"
                self.tally.count(one.delivery, "not confirmed")
            if one.delivery.case.id not in self._absent:
                self._ties.forget(one.delivery)

    def _missed_twice(self, doubt: Doubt, lead: Doubt) -> CaseVerdict | None:
        """The verdict of one whose lead was handled the second time, though it was not: batches fall as they fall."""
        if doubt is lead or not doubt.repeated or doubt.window != lead.window:
            return None
        return doubt_verdict(doubt, replace(lead, repeated=doubt.repeated))

    def _reach_crash(self, delivery: Delivery, window: Window) -> None:
        if self._crashes.is_excused(delivery, window):
            return
        retries = any(verdict.code == "ENDLESS_RETRY" for verdict in self.reached)
        verdict = self._crashes.verdict(delivery, window, ever_committed=self.ever_committed, known_retry=retries)
        if verdict is not None:
            self._reach(delivery, verdict)
            self._crashes.learn(verdict)

    def _reach(self, delivery: Delivery, verdict: CaseVerdict) -> None:
        self.reached.append(verdict)
        if verdict.code in _BY_ABSENCE and len(self._absent) < _KEPT_OPEN:
            self._absent[delivery.case.id] = delivery, verdict
        self._answers_cross |= verdict.code == "WRONG_REPLY" and verdict.cause == CORRELATION
        self._answers_late |= verdict.code == "NO_REPLY" and verdict.cause == "late"
        self.tally.count(delivery, verdict.code)

    def forget(self) -> None:
        """Of all that was sent so far only deliveries that are still in doubt stay open to evidence."""
        doubted = {doubt.delivery.case.id for doubt in self.doubts if not doubt.settled}
        self._ties.keep_only(doubted | self._absent.keys())


def _own(window: Window) -> list[Delivery]:
    """The deliveries of the case that the window is about."""
    return [delivery for delivery in window.deliveries if delivery.case.root == window.of]
