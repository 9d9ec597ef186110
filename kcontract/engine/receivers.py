"""Verifying a receiver: probe, cases in windows, culprits, the first record after a start, confirmation."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import msgspec

from kcontract.engine.batches import Batches
from kcontract.engine.confirming.confirm import Confirmer
from kcontract.engine.confirming.culprits import Detective
from kcontract.engine.confirming.late_ends import LateEnds
from kcontract.engine.confirming.triage import Triage
from kcontract.engine.extra.stops import play_stop, play_stops
from kcontract.engine.phases import AFTER_CONFIRMING, BEFORE_CONFIRMING, run_phases
from kcontract.engine.replays import recalled, replayed
from kcontract.engine.scene import Scene
from kcontract.engine.settings import ServiceGone
from kcontract.engine.shrink import shrink
from kcontract.engine.stage import Stage
from kcontract.engine.windows.case_queue import CaseQueue
from kcontract.engine.windows.compose import Sources
from kcontract.engine.windows.player import Player
from kcontract.errors import ServiceError
from kcontract.generate.source import CaseSource
from kcontract.judge.doubts import Doubt
from kcontract.judge.evidence import Window
from kcontract.judge.late_ends import LateEnd
from kcontract.judge.later import IT_WAITS, WHAT_HELPS, LaterBook
from kcontract.judge.symptoms import Symptom
from kcontract.judge.untied import NAME_IT
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Role
from kcontract.model.naming import run_prefix
from kcontract.model.stored import StoredCase

_WARMS = 2
"""A join may be lost (kafka-python 3.0, whose `poll` times out as the group forms), and a process stand still for it:
who stands still again and again is blamed."""
_PROBES = 3
"""Healthy records a partition in the probe phase."""


class ReceiverRun:
    """One unit's receiving side, from its first start to the last confirmation. The caller stops the service."""

    def __init__(self, stage: Stage, sources: Sources) -> None:
        self._stage = stage
        self._unit = stage.unit.name
        self._player = Player(stage, sources)
        self._lifecycle = stage.lifecycle
        self._recorder = stage.tools.recorder
        self._state = stage.state
        self._settings = stage.tools.settings
        self._detective = Detective(stage, self._player)
        self._confirmer = Confirmer(stage, self._player, self._detective)
        self._triage = Triage(stage, self._player, self._detective)
        self._probed = 0
        self.tested = 0
        """How many cases were judged, without those of the probe phase."""
        self._doubtful_key = "run"
        """Of the contract: where to look if nothing can be learnt."""

    def run(self) -> None:
        """Everything in order. ServiceGone if the service never became ready."""
        self._lifecycle.commit_ends()
        self._lifecycle.start()
        self._probe()
        self._probed = self._state.tally.cases + sum(not doubt.settled for doubt in self._state.doubts)
        replay: Window | None = None
        scene = Scene(self._stage, self._player, self._detective)
        if not self._stage.alive:
            self._give_up()
        elif self._storms:
            self._triage.leave_out(self._queue(), "the group forms on and on, and nothing is committed")
        elif self._settings.replay is not None:
            replay = self._replay(self._stored(self._settings.replay))
        else:
            self._cases()
            self._first_after_start()
            run_phases(BEFORE_CONFIRMING, scene)
        most = None if self._stage.alive else 1
        self._confirmer.settle(most)
        if self._stage.alive and self._settings.replay is None:
            run_phases((shrink, play_stops, *AFTER_CONFIRMING), scene)
        judged = max(0, self._state.tally.cases - self._probed)
        self.tested = judged if self._settings.replay is None else int(_is_judged(replay, self._state.doubts))
        if self._triage.gave_up and not self._state.reached:
            failure = self._lifecycle.failure
            raise ServiceGone(self._triage.gave_up, failure.stderr if failure else "", self._doubtful_key)

    def _probe(self) -> None:
        """Get over the first records, learn the service's pace, then which plainly invalid ones get an outcome."""
        self._player.phase = "probing"
        self._try_probes()
        self._warm()
        self._wait_for_commit()
        self._try_probes()
        self._try_probes_again()
        if not self._stage.alive or self._storms or not self._detective.revive():
            return
        sources = self._player.sources
        healthy = [sources[t].healthy(Role.HEALTHY, p) for t, p in self._player.places for _ in range(_PROBES)]
        self._triage.resolve(self._player.play("probe", healthy))
        self._confirm_late()
        invalid = [case for source in self._judged_sources() for case in source.probes()]
        if invalid and self._detective.revive():
            window = self._player.play("probe", invalid)
            self._triage.resolve(window)
            self._learn_markers(window)

    def _warm(self) -> None:
        """The first records; once more where a process stood still with them, or ended, and its successor did not."""
        for _ in range(_WARMS):
            window = self._player.play("warm", [])
            self._triage.resolve(window)
            self._check_moments()
            if self._stage.alive or not window.disturbed or self._state.reached or not self._detective.revive():
                return

    def _check_moments(self) -> None:
        """ServiceError if no moment is known at which an effect is due."""
        if self._state.book(LaterBook).waits and not self._state.reached:
            raise ServiceError("EFFECTS_WAIT", IT_WAITS, WHAT_HELPS)

    def _try_probes(self) -> None:
        """Ask for a record that was never sent, of each topic whose receiver has a probe: before the first records, for
        all that is wrong may be wrong from then on, or behind them if nobody answered so early."""
        probing = self._stage.observer.probing
        if probing is not None:
            for source in self._player.sources.values():
                probing.look_before_sending(source.healthy(Role.HEALTHY, 0))

    def _try_probes_again(self) -> None:
        """And for another one, now that records were handled."""
        probing = self._stage.observer.probing
        if probing is not None and self._stage.alive:
            for source in self._player.sources.values():
                probing.look_behind_others(source.healthy(Role.HEALTHY, 0))

    def _confirm_late(self) -> None:
        """Answers that are late are so for each record: what is sent must fit the time."""
        if any(Symptom.LATE in doubt.symptoms for doubt in self._state.doubts) and self._detective.revive():
            self._confirmer.settle(1)
            self._player.phase = "probing"

    def _give_up(self) -> None:
        """No healthy record had its effect: nothing can be learnt from the others."""
        topic = self._state.untied.topic
        if topic and not self._is_for_replies(topic):
            raise ServiceGone(f"records come to {topic}, but none of them can be tied to what was sent; {NAME_IT}")
        failure = self._state.views.failure
        self._triage.gave_up = "no healthy record had its effect"
        if failure:
            self._triage.gave_up += f"; the probe gives no answer: {failure}"
            self._doubtful_key = "probe"
        self._triage.leave_out(self._queue(), self._triage.gave_up)

    def _is_for_replies(self, topic: str) -> bool:
        """Whether it is a reply topic, where an answer without its request's correlation id is a finding."""
        return any(output.topic == topic for output in self._state.promises.replies.values())

    @property
    def not_sent(self) -> Counter[tuple[str, str]]:
        """How many cases of a code were not sent, and why."""
        return self._triage.not_sent

    @property
    def _storms(self) -> bool:
        """Whether healthy records alone were seen to keep the group from coming to rest."""
        return any(verdict.code == "REBALANCE_STORM" for verdict in self._state.reached)

    def _wait_for_commit(self) -> None:
        """Auto-commit comes after seconds: learn once how long, so that windows know what to wait for."""
        if not self._state.pace.commits and self._stage.alive:
            deadline = self._recorder.now() + self._stage.left(6.0)
            self._stage.observer.wait(lambda: self._state.pace.commits, deadline)

    def _learn_markers(self, window: Window) -> None:
        """A kind whose outcome can be seen marks the end of each window; the others are good for a mix as well."""
        handled: dict[str, list[str]] = {}
        for delivery in window.deliveries:
            case = delivery.case
            if case.expectation is not Expectation.INVALID:
                continue
            passed = self._state.pace.prompt_commits and self._state.is_past(delivery)
            if delivery.dead_letters or delivery.answers or (passed and not delivery.source.shows_rejections):
                handled.setdefault(case.topic, []).append(case.kind)
        self._player.handled = handled
        self._player.markers = {topic: kinds[0] for topic, kinds in handled.items()}

    def _cases(self) -> None:
        self._player.phase = "sending"
        queue = self._queue()
        stored = [*self._settings.shard.share(self._recalled())]
        queue.put_back(stored)
        self._player.total = queue.total + len(stored)
        Batches(self._stage, self._player, self._detective, self._triage, queue).play()

    def _stored(self, stored: StoredCase) -> Case:
        """The stored case for this run. ServiceError CASE_TOPIC if the unit does not receive its topic."""
        run = self._settings.run
        case = replayed(stored, self._stage.book, run, "" if self._stage.tools.cluster.ours else run_prefix(run))
        if case.topic not in self._player.sources:
            what = f"{self._unit} does not receive {stored.topic}, where the stored case belongs"
            raise ServiceError("CASE_TOPIC", what, "run `kcontract verify` for a new one")
        return case

    def _recalled(self) -> Iterator[Case]:
        """What failed before, where the receiver promises something for it that can be judged in a window."""
        prefix = "" if self._stage.tools.cluster.ours else run_prefix(self._settings.run)
        sources = {topic: source for topic, source in self._player.sources.items() if source in self._judged_sources()}
        yield from recalled(sources, self._stage.book, self._stage.unit, self._settings, prefix)

    def _replay(self, case: Case) -> Window | None:
        """A stored case, in a window of its own; None if the service does not start any more."""
        self._player.phase = "replaying"
        if not self._detective.revive():
            self._triage.leave_out([case], self._triage.why_stopped())
            return None
        stops = self._state.promises.inputs[case.topic].receive.on_invalid.policy == "stop"
        if stops and case.expectation is Expectation.INVALID:
            return play_stop(Scene(self._stage, self._player, self._detective), case)
        window = self._player.play("replay", [case])
        stored = self._settings.replay
        if (
            stored is not None
            and stored.verdict == "CRASHED"
            and not window.exits
            and case.expectation is not Expectation.VALID
        ):
            LateEnds(self._stage, self._player).find(LateEnd(code=0, lag=math.inf, suspects=(case,)))
        for left in self._triage.resolve(window):
            self._triage.leave_out([left], "the service exited or stood still before it, and not for it")
        return window

    def _judged_sources(self) -> list[CaseSource]:
        """Sources whose receiver promises something for an invalid record that this version can judge."""
        inputs = self._state.promises.inputs
        return [
            source
            for topic, source in self._player.sources.items()
            if inputs[topic].receive.on_invalid.policy != "stop"
        ]

    def _queue(self) -> CaseQueue:
        """Valid and malformed cases in one shuffled order, so that every window holds both."""
        rng = random.Random(self._settings.seed)  # noqa: S311 - an order, not a secret
        sources = self._player.sources.values()
        valid = chain.from_iterable(source.valid() for source in sources)
        malformed = chain.from_iterable(source.malformed() for source in self._judged_sources())
        shard = self._settings.shard
        most = -(-len(sources) * self._settings.max_examples // shard.of)
        return CaseQueue(shard.share(valid), list(shard.share(malformed)), rng, most)

    def _first_after_start(self) -> None:
        """poison_run:first: an invalid record right after a start, before any healthy one."""
        kinds = self._settings.kinds
        wanted = kinds is None or any(kind.partition(":")[0] == "poison_run" for kind in kinds)
        if self._stage.out_of_time or not self._player.markers or not wanted:
            return
        if not self._stage.tools.cluster.is_broker:
            what = "no record right after a restart: the mock holds a restarted consumer back for its session"
            self._recorder.record(ev.Blind(self._recorder.now(), self._unit, what, "run on a real broker"))
            return
        self._lifecycle.stop()
        if not self._lifecycle.restarts(behind=True):
            self._triage.why_stopped()
            return
        poisons = [
            msgspec.structs.replace(
                self._player.sources[topic].marker(self._player.markers[topic], partition),
                kind="poison_run:first",
                role=Role.CASE,
            )
            for topic, partition in self._player.places
            if topic in self._player.markers
        ]
        self._triage.resolve(self._player.play("first", poisons, healthy=False))


def _is_judged(replay: Window | None, doubts: Sequence[Doubt]) -> bool:
    """Whether a stored case came through, and no doubt about it was left without an answer."""
    if replay is None or replay.outcome != "settled":
        return False
    cases = [delivery for delivery in replay.deliveries if delivery.case.role is Role.CASE]
    own = [doubt for doubt in doubts if any(doubt.delivery is case for case in cases)]
    return not any(case.refused for case in cases) and all(doubt.settled for doubt in own)
