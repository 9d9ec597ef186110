"""The fold over one unit's events: it ties evidence to cases and knows what is settled, doubted and proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kcontract.judge.cause import exit_cause, names_frame
from kcontract.judge.doubts import Doubt, choose_lead, hand_over
from kcontract.judge.evidence import Delivery, Effect, Exit, Window
from kcontract.judge.pace import STALL_FLOOR, Pace
from kcontract.judge.promises import Input, Output, OutputRole, Promises
from kcontract.judge.requests import RequestBook
from kcontract.judge.settle import Standing, standing, suspects
from kcontract.judge.symptoms import symptoms, wanted_effects
from kcontract.judge.tally import Tally, plain_outcome
from kcontract.judge.ties import Ties
from kcontract.judge.verdict import crash_verdict, direct_verdict, doubt_verdict, undeclared_verdict
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord, TopicPartition


class UnitState:
    """What the events of one unit amount to so far. `feed` is the only way in; verdicts collect in `reached`."""

    def __init__(self, run: str, promises: Promises) -> None:
        self.promises = promises
        self.ties = Ties(run)
        self.pace = Pace(floor=max([STALL_FLOOR, *map(_retry_seconds, promises.inputs.values())]))
        self.tally = Tally()
        self.requests = RequestBook(promises)
        self.committed: dict[TopicPartition, int] = {}
        self.window: Window | None = None
        self.closed: Window | None = None
        self.doubts: list[Doubt] = []
        self.reached: list[CaseVerdict] = []
        self.blind: list[tuple[str, str]] = []
        self.dead_letters = 0
        self.never_tied = ""
        """A topic to which a record came that ties to no case."""
        self.starts = 0
        self._untied: list[tuple[float, LogRecord, tuple[Output, ...]]] = []
        self._undeclared: set[str] = set()
        self._loops: set[str] = set()
        self._stalls: dict[str, float] = {}
        """How long windows had stood still when they were given up."""
        self._outcome_at: float | None = None
        self._effects = promises.effects
        self._handlers: dict[type, Callable[[Any], None]] = {
            ev.Sent: self._sent,
            ev.Acknowledged: self._acknowledged,
            ev.Refused: self._refused,
            ev.Seen: self._seen,
            ev.Committed: self._committed,
            ev.ServiceStarted: self._started,
            ev.ServiceReady: self._ready,
            ev.ServiceExited: self._exited,
            ev.ServiceKilled: self._killed,
            ev.WindowOpened: self._opened,
            ev.WindowClosed: self._window_closed,
            ev.Requested: self.requests.requested,
            ev.Responded: self.requests.responded,
            ev.RequestsSettled: self._requests_settled,
            ev.Blind: self._blind,
        }

    def feed(self, event: ev.Event) -> None:
        """Take one event into account."""
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(event)

    def standing(self) -> Standing:
        """Where the open window stands."""
        if self.window is None:
            return Standing(complete=True, answered=True)
        return standing(self.window, self.committed, self.pace, commits=self.pace.prompt_commits)

    def is_past(self, delivery: Delivery) -> bool:
        """Whether the service has committed past the delivery."""
        return delivery.place is not None and self.committed.get(delivery.place, 0) > delivery.offset

    def _sent(self, event: ev.Sent) -> None:
        source = self.promises.inputs[event.case.topic]
        delivery = Delivery(event.case, source, event.window, event.at)
        if delivery.expectation is Expectation.VALID:
            delivery.wanted = wanted_effects(delivery, self._effects)
        self.ties.add(delivery)
        if self.window is not None:
            self.window.add(delivery)

    def _acknowledged(self, event: ev.Acknowledged) -> None:
        delivery = self.ties.get(event.case)
        if delivery is None:
            return
        place = event.topic, event.partition
        if self.window is not None and self.window.number == delivery.window and delivery.place is None:
            self.window.place(delivery, place)
        delivery.place, delivery.offset, delivery.acked_at = place, event.offset, event.at
        self.ties.acknowledge(delivery, place, event.offset)

    def _refused(self, event: ev.Refused) -> None:
        delivery = self.ties.get(event.case)
        if delivery is not None:
            if self.window is not None and self.window.number == delivery.window:
                self.window.refuse(delivery)
            delivery.refused = event.error

    def _seen(self, event: ev.Seen) -> None:
        topic = event.record.topic
        if self.window is not None:
            self.window.evidence_at = event.at
        if topic in self.promises.outputs:
            self._output(event.at, event.record, self.promises.outputs[topic])
        elif topic in self.promises.products:
            self.requests.seen(event)
        elif not _is_internal(topic) and topic not in self._undeclared:
            self._undeclared.add(topic)
            self.reached.append(undeclared_verdict(self.promises, event.record, self.ties))

    def _output(self, at: float, record: LogRecord, outputs: tuple[Output, ...]) -> None:
        delivery = self.ties.tie(record, outputs)
        if delivery is None:
            self._untied.append((at, record, outputs))
            self.never_tied = self.never_tied or record.topic
        else:
            self._credit(at, record, outputs, delivery)

    def _credit(self, at: float, record: LogRecord, outputs: tuple[Output, ...], delivery: Delivery) -> None:
        own = [output for output in outputs if output.source is delivery.source]
        output = own[0] if own else outputs[0]
        if output.role is OutputRole.DEAD_LETTER:
            delivery.dead_letters.append(record)
            self.dead_letters += 1
        elif output.role is not OutputRole.RETRY:
            delivery.effects.append(Effect(at, record, output))
        if delivery.first_outcome_at is None and delivery.has_outcome:
            self._first_outcome(at, delivery)

    def _first_outcome(self, at: float, delivery: Delivery) -> None:
        delivery.first_outcome_at = self._outcome_at = at
        window = self.window
        if window is None or window.open.pop(delivery.case.id, None) is None:
            self._dismiss_late(delivery)
            return
        if window.purpose == "probe" and not window.disturbed:
            self.pace.learn_gap(at - max(window.progress_at, delivery.acked_at))
        window.progress_at = at
        if delivery.expectation is Expectation.VALID and not window.disturbed:
            self._learn(window, max(0.0, at - (delivery.acked_at or delivery.sent_at)))

    def _learn(self, window: Window, latency: float) -> None:
        if window.purpose == "warm":
            self.pace.learn_first(latency)
        elif window.purpose == "probe":
            self.pace.learn(latency)

    def _dismiss_late(self, delivery: Delivery) -> None:
        """What was missing has come after all."""
        for doubt in self.doubts:
            if doubt.delivery is delivery and not doubt.dismissed:
                doubt.dismissed = "it came late"
                hand_over(doubt, self.doubts)

    def _committed(self, event: ev.Committed) -> None:
        self.committed[(event.topic, event.partition)] = event.offset
        if self.window is not None:
            self.window.progress_at = self.window.evidence_at = event.at
        if (self.window is None or self.window.purpose in ("warm", "probe")) and self._outcome_at is not None:
            self.pace.learn_commit(max(0.0, event.at - self._outcome_at))

    def _started(self, _event: ev.ServiceStarted) -> None:
        self.starts += 1
        if self.window is not None:
            self.window.starts += 1

    def _ready(self, event: ev.ServiceReady) -> None:
        """Starting takes its time, which is no standing still."""
        if self.window is not None:
            self.window.progress_at = event.at

    def _exited(self, event: ev.ServiceExited) -> None:
        if self.window is not None:
            self.window.exits.append(
                Exit(event.at, event.pid, event.code, event.stderr, exit_cause(event.code, event.stderr))
            )
            self.window.suspects = self.window.suspects or suspects(self.window, self.committed)

    def _killed(self, event: ev.ServiceKilled) -> None:
        if self.window is not None and event.reason == "stalled":
            self.window.stalled = True
            self._stalls[str(self.window.number)] = event.at - self.window.progress_at
            self.window.suspects = self.window.suspects or suspects(self.window, self.committed)

    def _blind(self, event: ev.Blind) -> None:
        self.blind.append((event.what, event.remedy))

    def _opened(self, event: ev.WindowOpened) -> None:
        self.window = Window(event.window, event.purpose, event.of, event.at)
        self.window.progress_at = self.window.evidence_at = event.at
        self._untied.clear()

    def _window_closed(self, event: ev.WindowClosed) -> None:
        window, self.window = self.window, None
        if window is None:
            return
        window.outcome = event.outcome
        self.closed = window
        self._isolate(window)
        if window.purpose == "alone":
            self._judge_alone(window)
        elif window.purpose == "repeat":
            self._judge_repeat(window)
        elif window.purpose != "bisect":
            self._judge_window(window)
        self._forget(window)

    def _isolate(self, window: Window) -> None:
        """A record that ties to no case belongs to the only case of a window that has none (ORACLE.md §2)."""
        if window.purpose != "alone" or len(self._untied) != 1:
            return
        lonely = [d for d in window.deliveries if d.case.root == window.of and not d.has_outcome]
        if len(lonely) == 1:
            at, record, outputs = self._untied[0]
            self._credit(at, record, outputs, lonely[0])

    def _judge_window(self, window: Window) -> None:
        settled = window.outcome == "settled"
        leads = [doubt for doubt in self.doubts if doubt.lead is None]
        for delivery in window.deliveries:
            shown = () if delivery.refused else tuple(symptoms(delivery, self._effects))
            direct = direct_verdict(delivery, shown) if shown else None
            if direct is not None:
                self._reach(delivery, direct)
            elif settled and shown:
                self._doubt(delivery, shown, window, leads)
            elif settled or (delivery.has_outcome and not shown):
                self.tally.count(delivery, plain_outcome(delivery, committed=self.is_past(delivery)))

    def _doubt(self, delivery: Delivery, shown: tuple[Any, ...], window: Window, leads: list[Doubt]) -> None:
        doubt = Doubt(
            delivery, shown, window.number, window.purpose == "first", window.disturbed, self.is_past(delivery)
        )
        doubt.lead = choose_lead(doubt, leads, any_dead_letter=self.dead_letters > 0)
        self.doubts.append(doubt)
        if doubt.lead is None:
            leads.append(doubt)

    def _judge_alone(self, window: Window) -> None:
        own = [delivery for delivery in window.deliveries if delivery.case.root == window.of]
        if not own:
            return
        if window.exits or window.outcome != "settled":
            self._reach_crash(own[-1], window)
            return
        shown = tuple(shown for delivery in own for shown in symptoms(delivery, self._effects))
        direct = direct_verdict(own[0], shown)
        if direct is not None:
            self._reach(own[0], direct)
        for doubt in self.doubts:
            if doubt.root == window.of and doubt.alone is None:
                doubt.alone, doubt.alone_shown = frozenset(s.symptom for s in shown), shown
                self._resolve(doubt)

    def _reach_crash(self, delivery: Delivery, window: Window) -> None:
        verdict = crash_verdict(delivery, window, self.committed, self._loops)
        if verdict is not None:
            self._reach(delivery, verdict)
            if verdict.code == "CRASH_LOOP" and names_frame(verdict.cause):
                self._loops.add(verdict.cause)

    def exits_as_known(self, window: Window) -> bool:
        """Whether the window's last exit is one that was seen to come again after a restart."""
        return bool(window.exits) and window.exits[-1].cause in self._loops

    def _judge_repeat(self, window: Window) -> None:
        if window.outcome != "settled":
            if window.suspects:
                self._reach_crash(window.suspects[0], window)
            return
        self.pace.learn_gap(self._stalls.get(window.of, 0.0))  # it goes on if one waits
        again = {
            delivery.case.root: frozenset(s.symptom for s in symptoms(delivery, self._effects))
            for delivery in window.deliveries
        }
        for doubt in self.doubts:
            if str(doubt.window) == window.of and doubt.wants_repeat:
                doubt.repeated = again.get(doubt.root, frozenset())
                self._resolve(doubt)

    def _resolve(self, doubt: Doubt) -> None:
        """Reach the verdict of a confirmed doubt, and of those that follow it."""
        if not doubt.settled:
            return
        for one in (doubt, *(other for other in self.doubts if other.lead is doubt)):
            verdict = None if one.dismissed else doubt_verdict(one, doubt)
            if verdict is not None:
                self._reach(one.delivery, verdict)
            else:
                one.dismissed = one.dismissed or "not seen again"
                self.tally.count(one.delivery, "late" if one.dismissed == "it came late" else "not confirmed")
            self.ties.forget(one.delivery)

    def _reach(self, delivery: Delivery, reached: CaseVerdict) -> None:
        self.reached.append(reached)
        self.tally.count(delivery, reached.code)

    def _forget(self, window: Window) -> None:
        """Only deliveries that are still in doubt stay open to evidence."""
        doubted = {doubt.delivery.case.id for doubt in self.doubts if not doubt.settled}
        for delivery in window.deliveries:
            if delivery.case.id not in doubted:
                self.ties.forget(delivery)

    def _requests_settled(self, event: ev.RequestsSettled) -> None:
        self.reached.extend(self.requests.settle(event))

    def dismiss(self, doubt: Doubt, why: str) -> None:
        """Give up a doubt that cannot be confirmed, and those that follow it: nobody is blamed."""
        doubt.dismissed = why
        self._resolve(doubt)

    def close(self) -> None:
        """The unit has ended: what was not confirmed by now is dismissed."""
        for doubt in [doubt for doubt in self.doubts if doubt.lead is None and not doubt.settled]:
            self.dismiss(doubt, "not confirmed in time")


def _retry_seconds(source: Input) -> float:
    """Declared retries with back-off are no standing still."""
    retry = source.receive.retry
    return 2 * retry.attempts * retry.backoff if retry else 0.0


def _is_internal(topic: str) -> bool:
    """Changelogs and repartition topics of Kafka Streams, and the broker's own topics."""
    return topic.startswith("__") or topic.endswith(("-changelog", "-repartition"))
