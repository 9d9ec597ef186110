"""`slo`: records at a rate, sent by the clock and not by the answers, beside an echo of our own (ORACLE.md §6)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

from kcontract.engine.load.plan import MIX, LoadPlan, load_plans
from kcontract.engine.scene import Scene
from kcontract.errors import KcontractError
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.load.book import LoadBook
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.load import EchoFigures

_ROUNDS = 3
"""What a load misses counts when the next one misses it as well; one that tells nothing is tried again."""
_LOOK_EVERY, _LAG_EVERY = 0.1, 0.5
_READ_SECONDS = 0.01
_WARM_SECONDS = 10.0
_ECHO_START = 3.0


def play_loads(scene: Scene) -> None:
    """A phase: the loads of every receiver with an `slo` whose effects can be seen."""
    if scene.stage.tools.settings.replay is not None:
        return
    for topic, source in scene.stage.state.promises.inputs.items():
        if source.receive.slo is None or not source.shows_events:
            continue
        book = scene.stage.state.book(LoadBook)
        for plan in load_plans(source.receive.slo):
            if plan.load == "mixed" and (book.is_slow(topic, "valid") or not _has_mix(scene, topic)):
                continue
            for number in range(1, _ROUNDS + 1):
                if not _play(scene, topic, plan, number):
                    return
                if not book.doubts(topic, plan.load):
                    break


def _has_mix(scene: Scene, topic: str) -> bool:
    """Whether malformed records can be mixed in: of a kind that the service was seen to handle."""
    if topic in scene.player.markers:
        return True
    _blind(scene, f"{topic}: no malformed kind was seen to be handled, so `slo` is judged under valid load only")
    return False


def _play(scene: Scene, topic: str, plan: LoadPlan, number: int) -> bool:
    """One load. False if there is no time for it, or the service cannot be had any more."""
    stage = scene.stage
    echo_seconds = _ECHO_START + (plan.echo_count / plan.rate if plan.rate else 0.0)
    if stage.deadline - stage.tools.recorder.now() < plan.seconds + echo_seconds + plan.patience:
        _blind(scene, f"{topic}: --max-time leaves too little time for `slo`", "raise --max-time")
        return False
    scene.player.phase = f"load on {topic}"
    echo = _measured(scene, plan)
    if echo is None or not scene.detective.revive():
        return False
    return Load(scene, topic, plan).play(number, echo)


def _measured(scene: Scene, plan: LoadPlan) -> EchoFigures | None:
    """The echo's figures; None, and the reason told, if it cannot be had."""
    echo = scene.stage.tools.echo
    if echo is None:
        _blind(scene, "`slo` is not judged: there is nothing to compare with", "run on a real broker")
        return None
    try:
        return echo.measure(plan.rate, plan.echo_count)
    except KcontractError as error:
        _blind(scene, f"`slo` is not judged: {error.message}", error.fix)
        return None


def _blind(scene: Scene, what: str, remedy: str = "") -> None:
    recorder = scene.stage.tools.recorder
    recorder.record(ev.Blind(recorder.now(), scene.stage.unit.name, what, remedy))


class Load:
    """One load, in a window of its own."""

    def __init__(self, scene: Scene, topic: str, plan: LoadPlan) -> None:
        self._scene = scene
        self._topic = topic
        self._plan = plan
        self._stage = scene.stage
        self._player = scene.player
        self._observer = scene.stage.observer
        self._recorder = scene.stage.tools.recorder
        self._places = [place for place in scene.player.places if place[0] == topic]
        self._looked_at = self._lag_at = 0.0

    def play(self, number: int, echo: EchoFigures) -> bool:
        """The whole of it; what tells nothing is told as such. Whether further loads can be tried."""
        cases = self._cases()
        window = self._player.begin("load", self._topic)
        broken = "" if self._is_warm(window) else "the service was not well before it"
        plan, begun = self._plan, self._recorder.now()
        self._recorder.record(ev.LoadStarted(begun, self._topic, plan.load, plan.rate, number, echo))
        if not broken:
            broken = self._run(window, cases)
        until = self._recorder.now()
        if not broken:
            self._observer.drain(_WARM_SECONDS)
            self._observer.look_at_commits()
            self._see_lag()
        self._player.end(window, "stopped" if broken else "settled")
        self._recorder.record(ev.LoadEnded(self._recorder.now(), self._topic, until, broken))
        if broken:
            _blind(self._scene, f"{self._topic}: `slo` is not judged: {broken}")
        return not broken and self._leave_behind(window)

    def _cases(self) -> list[Case]:
        """Made beforehand, so that making them does not delay their sending."""
        source, kinds = self._player.sources[self._topic], cycle(self._player.handled.get(self._topic, ()))
        cases = []
        for number in range(self._plan.count):
            partition = self._places[number % len(self._places)][1]
            if self._plan.load == "mixed" and number % MIX == MIX // 2 and (kind := next(kinds, "")):
                cases.append(source.marker(kind, partition))
            else:
                cases.append(source.healthy(Role.HEALTHY, partition))
        return cases

    def _is_warm(self, window: Window) -> bool:
        """A record for each partition: the first assignment and the first records are no part of the load."""
        self._player.send([self._player.sources[self._topic].healthy(Role.HEALTHY, n) for _, n in self._places])
        patience = max(_WARM_SECONDS, self._stage.state.pace.stall)
        deadline = self._recorder.now() + self._stage.left(patience)
        return self._observer.wait(lambda: not self._open(window), deadline)

    def _run(self, window: Window, cases: Sequence[Case]) -> str:
        """Send all, and wait for what comes of it. Why it tells nothing; empty if it does."""
        begun, rate = self._recorder.now(), self._plan.rate
        due = [begun + (number / rate if rate else 0.0) for number in range(len(cases))]
        sent = 0
        while sent < len(cases):
            now = self._recorder.now()
            ready = sent
            while ready < len(cases) and due[ready] <= now:
                ready += 1
            if ready > sent:
                self._player.send(cases[sent:ready], due[sent:ready])
                sent = ready
            if why := self._why_over():
                return why
            self._look(due[sent] if sent < len(cases) else now)
        return self._wait(window)

    def _wait(self, window: Window) -> str:
        deadline = self._recorder.now() + self._plan.patience
        while self._open(window) and self._recorder.now() < deadline:
            if why := self._why_over():
                return why
            self._look(self._recorder.now() + _READ_SECONDS)
        return ""

    def _why_over(self) -> str:
        if self._observer.exited:
            return "the service ended meanwhile"
        return "--max-time is over" if self._stage.out_of_time else ""

    def _look(self, until: float) -> None:
        """Read until the next record is due; look at commits and process now and then, for that takes its time."""
        now = self._recorder.now()
        wait = min(_READ_SECONDS, max(0.0, until - now))
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            self._observer.look(wait)
        else:
            self._observer.take(self._observer.read(wait))
        if now - self._lag_at >= _LAG_EVERY:
            self._see_lag()

    def _see_lag(self) -> None:
        """End offsets less what is committed. What never was committed has no lag that could be told."""
        committed = self._stage.state.committed
        ends = self._stage.tools.cluster.end_offsets(self._places)
        self._lag_at = now = self._recorder.now()
        if all(place in committed for place in self._places):
            lag = sum(max(0, ends[place] - committed[place]) for place in self._places)
            self._recorder.record(ev.LagSeen(now, self._topic, lag))

    def _open(self, window: Window) -> list[Delivery]:
        """Valid records that nothing was seen of."""
        return [one for one in window.open if one.expectation is Expectation.VALID and one.wanted]

    def _leave_behind(self, window: Window) -> bool:
        """A backlog is no part of what comes next. Whether the service runs."""
        if not self._open(window):
            return True
        return self._stage.lifecycle.restarts(behind=True)
