"""Putting senders through faults: requests meanwhile, and whether what was accepted is published in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from kcontract.engine.asking.senders import SenderRun
from kcontract.engine.faults.health import GRACE, HealthPage
from kcontract.engine.faults.injection import Injection
from kcontract.engine.faults.plan import injections
from kcontract.engine.faults.rounds import Round, play_rounds
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.judge.faults.requests import BOUND, LONGEST
from kcontract.judge.faults.trial import recovers
from kcontract.model import events as ev
from kcontract.model.faults import FaultKind

_REQUESTS = 3
"""Of each sender, while the fault is on."""
_TIMEOUT = LONGEST + 2.0
_EVERY = 0.5
"""Seconds between requests while the sender's return is waited for."""
_QUIET = 1.5


def sender_faults(stage: Stage, senders: Sequence[SenderRun]) -> None:
    """Every fault that is asked for, in up to three rounds each, for all senders of the unit at once."""
    if senders:
        wanted = injections(stage, _concerns_senders)
        play_rounds(stage, wanted, lambda injection, number: SenderTrial(stage, senders, injection).play(number))


def _concerns_senders(kind: FaultKind) -> bool:
    """What is accepted and not yet published lives in the service's own store, which a kill need not spare here."""
    return kind.effect == "outage" or kind.name in ("recordLimit", "terminated")


def _blind(stage: Stage, what: str, remedy: str = "") -> None:
    recorder = stage.tools.recorder
    recorder.record(ev.Blind(recorder.now(), stage.unit.name, what, remedy))


class SenderTrial:
    """One fault, put on once."""

    def __init__(self, stage: Stage, senders: Sequence[SenderRun], injection: Injection) -> None:
        self._stage = stage
        self._senders = senders
        self._injection = injection
        self._kind = injection.kind
        self._observer = stage.observer
        self._life = stage.lifecycle
        self._recorder = stage.tools.recorder
        self._book = stage.state.requests
        self._page = HealthPage(stage)

    def play(self, number: int) -> Round:
        """The whole of it. What cannot be judged, because the service was not well before, is told."""
        if not self._is_well():
            _blind(self._stage, f"{self._kind.name}: the service was not well before it")
            return "unjudged"
        self._page.before()
        try:
            self._prepare()
            bounds = [(sender, sender.prepare()) for sender in self._senders for _ in range(_REQUESTS)]
            self._recorder.record(ev.FaultBegan(self._recorder.now(), self._kind.name, number))
            asked = self._meanwhile(bounds)
        finally:
            self._injection.end()
        begun = self._recorder.now()
        runs = not self._life.missing or self._life.comes_back(behind=True, within=self._limit)
        self._recorder.record(ev.FaultEnded(self._recorder.now(), self._kind.name))
        waited = self._follow(asked) if runs else self._recorder.now() - begun
        judged = not self._stage.out_of_time
        if judged:
            self._tell_refused(asked)
            self._recorder.record(ev.FaultSettled(self._recorder.now(), self._kind.name, waited))
        return "gone" if not runs else "judged" if judged else "unjudged"

    def _is_well(self) -> bool:
        """Each sender has an event for a request. A service that hangs after an earlier fault is started anew."""
        for _ in range(2):
            if not self._life.missing and self._come(self._senders, 10.0):
                return True
            if not self._life.restarts(behind=True):
                return False
        return self._come(self._senders, 10.0)

    def _prepare(self) -> None:
        """The service is started anew under a fault that its caches would hide; if it cannot, it keeps them."""
        if not self._injection.cold:
            return
        self._injection.begin()
        try:
            self._life.restart(behind=True, at_most=15.0)
        except ServiceGone:
            self._injection.end()
            what = f"{self._kind.name}: the service does not start meanwhile; it was started before the fault"
            _blind(self._stage, what, "let it wait for what it needs when it needs it")
            self._life.restart(behind=True)

    def _meanwhile(self, bounds: Iterable[tuple[SenderRun, dict[str, str]]]) -> list[str]:
        """Requests while the fault is on; before it, where the service itself is what is ended."""
        injection = self._injection
        if injection.moment == "idle" or injection.broker_away:
            injection.begin()
            asked = self._ask(bounds)
            self._hold()
        else:
            asked = self._ask(bounds)
            injection.begin()
        return asked

    def _ask(self, bounds: Iterable[tuple[SenderRun, dict[str, str]]]) -> list[str]:
        """One request after the other; no more of a sender whose caller had to wait."""
        asked: list[str] = []
        waited: set[str] = set()
        for sender, bound in bounds:
            if sender.topic in waited or not sender.is_prepared(bound) or self._life.missing or self._stage.out_of_time:
                continue
            begun = self._recorder.now()
            asked.append(sender.ask(bound, _TIMEOUT))
            if self._recorder.now() - begun > BOUND:
                waited.add(sender.topic)
        return asked

    def _hold(self) -> None:
        begun, says = self._recorder.now(), self._page.waits(self._kind)
        said = False

        def over() -> bool:
            nonlocal said
            said = said or says()
            return said and self._recorder.now() - begun >= self._injection.hold

        self._wait(over, GRACE if self._page.expected(self._kind) else self._injection.hold)

    @property
    def _limit(self) -> float:
        return recovers(self._kind, self._stage.unit.contracts)

    def _follow(self, asked: Sequence[str]) -> float:
        """Until each sender has an event again, and what was accepted meanwhile as well; the seconds waited."""
        begun = self._recorder.now()
        limit = self._limit + BOUND
        back = self._come(self._senders, limit)
        deadline = begun + self._stage.left(limit)
        if back:
            self._wait(lambda: not self._missing(asked), max(_QUIET, deadline - self._recorder.now()))
        self._wait(self._page.is_well, max(0.0, deadline - self._recorder.now()))
        self._observer.drain(30.0)
        return self._recorder.now() - begun

    def _missing(self, asked: Sequence[str]) -> bool:
        return any(request.requested.case in asked for request in self._book.missing())

    def _come(self, senders: Iterable[SenderRun], seconds: float) -> bool:
        """Requests until each of the senders has had an event; False if one had none in time."""
        deadline = self._recorder.now() + self._stage.left(seconds)
        left = list(senders)
        while left and self._recorder.now() < deadline:
            asked = [(sender, sender.ask(sender.prepare(), _TIMEOUT)) for sender in left]
            self._wait(partial(self._all_have_events, asked), _EVERY)
            left = [sender for sender, case in asked if not self._book.has_event(case)]
            if left and self._life.missing:
                return False
        return not left

    def _all_have_events(self, asked: Iterable[tuple[SenderRun, str]]) -> bool:
        return all(self._book.has_event(case) for _, case in asked)

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        return self._observer.wait(condition, self._recorder.now() + self._stage.left(seconds))

    def _tell_refused(self, asked: Sequence[str]) -> None:
        """An event for a refused request is a phantom; said only where no other request could be its cause.

        5xx means that nobody knows: the broker may have the event, or the client yet send it.
        """
        requests = [request for case in asked if (request := self._book.get(case)) is not None]
        unclear = any(not request.accepted and not request.refused for request in requests)
        refused = tuple(request.requested.case for request in requests if 400 <= request.status < 500)
        if refused and not unclear and not any(sender.has_steps for sender in self._senders):
            self._recorder.record(ev.RequestsSettled(self._recorder.now(), refused))
