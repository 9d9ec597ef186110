"""Putting a receiver through faults: records before, during and after each, all of them accounted for in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import msgspec

from kcontract.engine.extra.visits import GRIP_SECONDS
from kcontract.engine.faults.health import GRACE, HealthPage
from kcontract.engine.faults.injection import Injection
from kcontract.engine.faults.plan import injections
from kcontract.engine.faults.rounds import Round, play_rounds
from kcontract.engine.scene import Scene
from kcontract.engine.settings import ServiceGone
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.faults.records import is_back, is_handled, is_welcome
from kcontract.judge.faults.trial import recovers
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role

_IDLE_BURST, _BUSY_BURST = 4, 15
"""Healthy records a partition; more of them where the service is to be met at work."""
_COLD_SECONDS = 15.0
_BATCH_SECONDS, _COMMIT_SECONDS = 5.0, 8.0
"""How long the moment is waited for; auto-commit comes every five seconds."""
_QUIET = 1.0
_TOP_UP_SECONDS, _OPEN_AT_MOST, _LOOKED_AT = 0.05, 10, 500
"""While a fault gets its grip: how often records come, how many of a partition may be open, of the last so many."""
_AGAIN_SECONDS = 2.0
"""How often sentinels come where a client has to look for its position, and `latest` passes over what was there; and
where they are refused."""


def receiver_faults(scene: Scene) -> None:
    """A phase: every fault that is asked for, in up to three rounds each."""
    play_rounds(scene.stage, injections(scene.stage), partial(_play, scene))


def _play(scene: Scene, injection: Injection, number: int) -> Round:
    scene.player.phase = f"fault {injection.kind.name}"
    return ReceiverTrial(scene, injection).play(number) if scene.detective.revive() else "gone"


def blind(scene: Scene, what: str, remedy: str) -> None:
    """Something that is not judged."""
    recorder = scene.stage.tools.recorder
    recorder.record(ev.Blind(recorder.now(), scene.stage.unit.name, what, remedy))


class ReceiverTrial:
    """One fault, put on once."""

    def __init__(self, scene: Scene, injection: Injection) -> None:
        self._scene = scene
        self._injection = injection
        self._kind = injection.kind
        self._stage = scene.stage
        self._player = scene.player
        self._observer = scene.stage.observer
        self._life = scene.stage.lifecycle
        self._recorder = scene.stage.tools.recorder
        self._state = scene.stage.state
        self._page = HealthPage(scene.stage)
        self._on = self._lost = False

    def play(self, number: int) -> Round:
        """The whole of it. What cannot be judged, because the service was not well before, is told."""
        if not self._is_well():
            blind(self._scene, f"{self._kind.name}: the service was not well before it", "")
            return "unjudged"
        window = self._player.begin("fault", self._kind.name)
        waited: float | None = None
        try:
            self._page.before()
            self._prepare()
            waited = self._fault(window, number)
        finally:
            self._injection.end()
            self._player.end(window, "settled" if waited is not None else "stopped")
        judged = not self._stage.out_of_time
        if judged:
            self._recorder.record(ev.FaultSettled(self._recorder.now(), self._kind.name, waited))
        return "gone" if self._lost else "judged" if judged else "unjudged"

    def _is_well(self) -> bool:
        """Healthy records are handled. One that hangs after an earlier fault is started anew, behind what it left; so
        is one that refuses them, which is this fault's matter only where a new process does as well."""
        for takes in (self._is_welcome, self._has_outcome):
            if self._handles_healthy(takes):
                return True
            if not self._life.restarts(behind=True):
                return False
        return False

    def _handles_healthy(self, takes: Callable[[Delivery], bool]) -> bool:
        """In a window of its own: what is not handled now is nothing that the fault has done."""
        window = self._player.begin("fault", self._kind.name)
        well = False
        try:
            self._player.send(self._healthy(Role.HEALTHY))
            well = self._wait(lambda: all(map(takes, window.deliveries)), max(10.0, self._state.pace.stall))
        finally:
            self._player.end(window, "settled" if well else "stopped")
        return well

    def _is_welcome(self, one: Delivery) -> bool:
        return bool(one.refused) or is_welcome(one, self._state.is_past)

    def _has_outcome(self, one: Delivery) -> bool:
        return bool(one.refused) or is_handled(one, self._state.is_past)

    def _prepare(self) -> None:
        """A cold start under the fault, for a service that can; else it keeps what it knows."""
        if not self._injection.cold:
            return
        try:
            self._put_on()
            self._life.restart(behind=False, at_most=_COLD_SECONDS)
        except ServiceGone:
            self._injection.end()
            self._on = False
            what = f"{self._kind.name}: the service does not start meanwhile; it was started before the fault"
            blind(self._scene, what, "let it wait for what it needs when it needs it")
            self._life.restart(behind=False)

    def _put_on(self) -> None:
        if not self._on:
            self._on = True
            self._injection.begin()

    def _fault(self, window: Window, number: int) -> float:
        """Seconds for which its return was waited for."""
        injection = self._injection
        self._recorder.record(ev.FaultBegan(self._recorder.now(), self._kind.name, number))
        if injection.moment == "idle":
            self._put_on()
            self._player.send(self._burst(_BUSY_BURST if injection.strike else _IDLE_BURST))
            self._await_strike()
        else:
            burst = self._burst(_BUSY_BURST)
            self._player.send(burst)
            self._await_moment([d for d in window.deliveries if d.case in burst])
            self._put_on()
        self._await_grip(window)
        self._hold(window)
        injection.end()
        begun = self._recorder.now()
        self._revive()
        self._recorder.record(ev.FaultEnded(self._recorder.now(), self._kind.name))
        return self._follow(window) if not self._lost else self._recorder.now() - begun

    def _await_moment(self, burst: list[Delivery]) -> None:
        if self._injection.moment == "commit":
            self._wait(lambda: any(map(self._state.is_past, burst)), _COMMIT_SECONDS)
        else:
            self._wait(lambda: any(is_handled(d, self._state.is_past) for d in burst), _BATCH_SECONDS)

    def _await_strike(self) -> None:
        """Until the service has done what the fault lies in wait for."""
        strike, seconds = self._injection.strike, _BATCH_SECONDS + self._state.pace.stall
        if strike is not None and not self._wait(strike, seconds) and not self._life.gone:
            what = f"{self._kind.name}: in {seconds:.0f} s the service wrote nothing that could be kept from the broker"
            blind(self._scene, what, "")

    def _await_grip(self, window: Window) -> None:
        """Until the fault is in force; records go on coming, so that there are some in hand when it is."""
        grips, topped_up_at = self._injection.grips, 0.0

        def gripped() -> bool:
            nonlocal topped_up_at
            if grips is None or grips():
                return True
            now = self._recorder.now()
            if now - topped_up_at >= _TOP_UP_SECONDS and self._unhandled(window) < _OPEN_AT_MOST * len(
                self._player.places
            ):
                topped_up_at = now
                self._player.send(self._healthy(Role.HEALTHY))
            return False

        if grips is not None and self._wait(gripped, GRIP_SECONDS):
            self._player.send(self._burst(_IDLE_BURST))

    def _unhandled(self, window: Window) -> int:
        return sum(not self._handled([delivery]) for delivery in window.deliveries[-_LOOKED_AT:])

    def _hold(self, window: Window) -> None:
        """Until the health page has said what it must, and either time has passed or nothing is left to do."""
        begun = self._recorder.now()
        says = self._page.waits(self._kind)
        said = False

        def over() -> bool:
            nonlocal said
            said = said or says()
            idle = not self._injection.broker_away and self._handled(window.deliveries)
            return said and (idle or self._recorder.now() - begun >= self._injection.hold)

        self._wait(over, GRACE if self._page.expected(self._kind) else self._injection.hold)

    def _revive(self) -> None:
        if self._life.gone:
            self._lost = not self._life.comes_back(behind=False, within=self._limit)

    @property
    def _limit(self) -> float:
        return recovers(self._kind, self._stage.unit.contracts)

    def _follow(self, window: Window) -> float:
        """Send sentinels, and wait until everything is accounted for or it is clear that it will not be."""
        begun = self._recorder.now()
        limit = self._limit
        backlog = 4 * self._state.pace.p50 * len(window.deliveries)
        deadline = begun + self._stage.left(limit + self._state.pace.stall + backlog)
        sent_at = begun
        self._player.send(self._healthy(Role.SENTINEL))
        while not self._lost and not self._is_over(window) and self._recorder.now() < deadline:
            self._observer.look()
            if self._observer.exited:
                self._revive()
            if self._recorder.now() - sent_at >= self._patience(window, limit) and not self._came_back(window):
                sent_at = self._recorder.now()
                self._player.send(self._healthy(Role.SENTINEL))
        self._observer.drain(30.0)
        self._observer.look_at_commits()
        self._wait(self._page.is_well, max(0.0, deadline - self._recorder.now()))
        return self._recorder.now() - begun

    def _patience(self, window: Window, limit: float) -> float:
        """Seconds between sentinels. One that is refused, or passed over, says nothing of those behind it."""
        sentinels = (one for one in window.deliveries if one.case.role is Role.SENTINEL)
        answered = any(one.dead_letters or one.answers for one in sentinels)
        return _AGAIN_SECONDS if answered or self._kind.effect == "position" else limit / 2

    def _is_over(self, window: Window) -> bool:
        """All is handled; or the rest is committed past, and nothing has come for a while."""
        valid = [one for one in window.deliveries if one.expectation is Expectation.VALID]
        left = [one for one in valid if not is_handled(one, self._state.is_past)]
        owed = [one for one in window.markers if not one.has_outcome]
        if not self._came_back(window):
            return False
        if not left and not owed:
            return True
        if self._recorder.now() - window.evidence_at < _QUIET + 2 * self._state.pace.quiet:
            return False
        return self._kind.effect == "position" or all(map(self._state.is_past, [*left, *owed]))

    def _came_back(self, window: Window) -> bool:
        """A sentinel of each partition has its outcome; where offsets were reset the first ones may be passed over, and
        where the fault excuses a dead letter they may have one, being met just after it."""
        sentinels = [one for one in window.deliveries if one.case.role is Role.SENTINEL]
        back = (one for one in sentinels if one.refused or is_back(one, self._kind, self._state.is_past))
        return {one.place for one in back} >= set(self._player.places)

    def _handled(self, deliveries: Iterable[Delivery]) -> bool:
        """All valid ones of them have their outcome."""
        return all(self._has_outcome(one) for one in deliveries if one.expectation is Expectation.VALID)

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        return self._observer.wait(condition, self._recorder.now() + self._stage.left(seconds))

    def _healthy(self, role: Role) -> list[Case]:
        return [self._player.sources[topic].healthy(role, number) for topic, number in self._player.places]

    def _burst(self, count: int) -> list[Case]:
        """Healthy records for every partition, and an invalid one of a kind that was seen to get its outcome."""
        cases = [self._named(case) for _ in range(count) for case in self._healthy(Role.HEALTHY)]
        markers = self._player.markers
        bad = [self._player.sources[t].marker(markers[t], n) for t, n in self._player.places if t in markers]
        return [*cases[: len(cases) // 2], *bad, *cases[len(cases) // 2 :]]

    def _named(self, case: Case) -> Case:
        """Valid records around trouble of the registry are a kind of their own (49)."""
        if self._kind.family != "registryDown":
            return case
        variant = self._kind.name.partition(":")[2] or "reset"
        return msgspec.structs.replace(case, kind=f"registry_trouble:{variant}", role=Role.CASE)
