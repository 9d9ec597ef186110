"""`idempotent`: the same bytes once more, in every way in which Kafka hands a record out again (ORACLE.md §2, §5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kcontract.engine.extra.visits import GRIP_SECONDS, Visit
from kcontract.engine.scene import Scene
from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.errors import BrokerError
from kcontract.judge.evidence import Window
from kcontract.judge.promises import Input
from kcontract.model import events as ev
from kcontract.model.case import Case, Role
from kcontract.model.record import TopicPartition

_IDENTITIES = 6
"""Records for each kind of redelivery, over all partitions; one of each partition at least."""
_OTHERS, _OTHERS_AT_MOST, _OTHERS_SECONDS = (20, 80, 400), 2_000, 5.0
"""Rounds of others between a record and its repeat: 500 a partition, as many as one poll brings by default, and all of
them come again if it is not committed. So many in all, and no round that would take longer."""


def redeliver(scene: Scene) -> None:
    """Every kind of redelivery, for receivers that promise one effect an identity; what is seen is judged at once."""
    if not any(source.receive.idempotent and source.shows_events for source in _inputs(scene)):
        return
    if scene.stage.tools.settings.replay is not None:
        return
    scene.player.phase = "delivering again"
    for kind in _KINDS:
        if scene.stage.out_of_time or not scene.detective.revive():
            return
        if _exited(kind(scene)) and scene.detective.revive():
            kind(scene)  # once more: does it end the service again?


def _exited(window: Window | None) -> bool:
    return window is not None and bool(window.exits)


def _twice_in_a_row(scene: Scene) -> Window | None:
    cases = _fresh(scene)
    _tell(scene, cases, "twice in a row")
    return _play(scene, [one for case in cases for one in (case, _repeat(scene, case))])


def _after_others(scene: Scene) -> Window | None:
    cases = _fresh(scene)
    _tell(scene, cases, "after others")
    return _play(scene, [*cases, *(_repeat(scene, case) for case in cases)])


def _later(scene: Scene) -> Window | None:
    """In another window, when their effects have been seen."""
    cases = _fresh(scene)
    window = _play(scene, cases)
    if window.outcome != "settled":
        return window
    _tell(scene, cases, "later")
    return _play(scene, [_repeat(scene, case) for case in cases])


def _behind_others(scene: Scene) -> Window | None:
    """Who remembers no more than the last hundred has forgotten it."""
    cases = _fresh(scene)
    window = _play(scene, cases)
    number, each = 0, 0.0
    for size in _OTHERS:
        others = _healthy(scene, size, Role.HEALTHY)
        too_many = number + len(others) > _OTHERS_AT_MOST or each * len(others) > _OTHERS_SECONDS
        if too_many or window.outcome != "settled":
            break
        begun = scene.stage.tools.recorder.now()
        window = _play(scene, others)
        scene.player.forget(window)
        number, each = number + len(others), (window.progress_at - begun) / len(others)  # settling takes its time, too
    if window.outcome != "settled" or not number:
        return window
    _tell(scene, cases, f"behind {number} others")
    return _play(scene, [_repeat(scene, case) for case in cases])


def _restart(scene: Scene) -> Window | None:
    """Killed when the effects had been seen; its commit is taken back, as if it had not got that far."""
    cases = _fresh(scene)
    window = _play(scene, cases)
    if window.outcome != "settled" or not scene.stage.tools.cluster.is_broker:
        return window
    _tell(scene, [delivery.case for delivery in window.deliveries if delivery.wanted], "restart")
    try:
        scene.stage.lifecycle.rewind(_first_offsets(window))
    except ServiceGone:
        return None
    return _play(scene, [])


def _rebalance(scene: Scene) -> Window | None:
    """A second member is given partitions when the effects had been seen; it takes the commit back, as if the service
    had lost them before it, and leaves."""
    stage = scene.stage
    window = _play(scene, _fresh(scene))
    if window.outcome != "settled" or stage.tools.levers.cluster is None:
        return window
    visit = Visit(stage, stage.tools.levers.cluster, "idempotent, rebalance")
    first: dict[TopicPartition, int] = {}
    try:
        visit.begin()
        _wait(stage, visit.grips)
        first = {place: offset for place, offset in _first_offsets(window).items() if place in visit.places}
        if first:
            visit.take_back(first)
            _tell(scene, [one.case for one in window.deliveries if one.wanted and one.place in first], "rebalance")
    except BrokerError as error:
        recorder = stage.tools.recorder
        recorder.record(ev.Blind(recorder.now(), stage.unit.name, f"idempotent, rebalance: {error.message}"))
    finally:
        visit.end()
    _wait(stage, lambda: stage.observer.look_at_members().assigned() >= set(stage.lifecycle.places))
    return _play(scene, []) if first else window


def _wait(stage: Stage, condition: Callable[[], bool]) -> None:
    stage.observer.wait(condition, stage.tools.recorder.now() + stage.left(GRIP_SECONDS))


_KINDS: tuple[Callable[[Scene], Window | None], ...] = (
    _twice_in_a_row,
    _after_others,
    _later,
    _behind_others,
    _restart,
    _rebalance,
)


def _first_offsets(window: Window) -> dict[TopicPartition, int]:
    """Where each partition of the window begins."""
    first: dict[TopicPartition, int] = {}
    for delivery in window.deliveries:
        if delivery.place is not None:
            first[delivery.place] = min(delivery.offset, first.get(delivery.place, delivery.offset))
    return first


def _inputs(scene: Scene) -> list[Input]:
    return list(scene.stage.state.promises.inputs.values())


def _fresh(scene: Scene) -> list[Case]:
    """Valid records with identities of their own, in every partition of every idempotent input."""
    rounds = max(1, _IDENTITIES // len(_places(scene)))
    return [msgspec.structs.replace(case, kind="exact_duplicate") for case in _healthy(scene, rounds, Role.CASE)]


def _healthy(scene: Scene, rounds: int, role: Role) -> list[Case]:
    sources, places = scene.player.sources, _places(scene)
    return [sources[topic].healthy(role, partition) for _ in range(rounds) for topic, partition in places]


def _places(scene: Scene) -> list[TopicPartition]:
    inputs = scene.stage.state.promises.inputs
    return [place for place in scene.player.places if inputs[place[0]].receive.idempotent]


def _repeat(scene: Scene, case: Case) -> Case:
    return scene.player.sources[case.topic].repeat(case)


def _tell(scene: Scene, cases: Sequence[Case], how: str) -> None:
    recorder = scene.stage.tools.recorder
    for case in cases:
        recorder.record(ev.Redelivered(recorder.now(), case.id, how))


def _play(scene: Scene, cases: Sequence[Case]) -> Window:
    return scene.player.play("redelivery", cases)
