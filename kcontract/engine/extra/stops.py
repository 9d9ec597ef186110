"""Policy `stop`: a few invalid records, each behind a healthy one, and then one that must not be handled."""

from __future__ import annotations

from collections.abc import Iterable

from kcontract.engine.scene import Scene
from kcontract.engine.windows.compose import pinned
from kcontract.generate.catalogue import kind_of
from kcontract.judge.evidence import Delivery, Window
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation, Layer, Role

_SAMPLE = 8
"""Invalid records a receiver, of as many layers as there are: each ends with a start."""
_SECONDS = 20.0
"""As long as all of a receiver took no longer, further ones are sent: starts of some services are cheap."""
_LEAST_CALM = 2.0
"""Seconds in which a service may stop, and in which it may go on."""


def play_stops(scene: Scene) -> None:
    """Every receiver that promises to stop."""
    state, stage = scene.stage.state, scene.stage
    for topic, source in scene.player.sources.items():
        if state.promises.inputs[topic].receive.on_invalid.policy != "stop":
            continue
        now, kinds = stage.tools.recorder.now, sample(source.malformed())
        begun = now()
        for sent, case in enumerate(kinds):
            if sent >= _SAMPLE and now() - begun >= _SECONDS:
                what = f"{topic}: under `stop` each invalid record costs a start, so {sent} of {len(kinds)} were sent"
                stage.tools.recorder.record(ev.Blind(now(), stage.unit.name, what))
                break
            if stage.out_of_time or not scene.detective.revive():
                return
            play_stop(scene, case)


def sample(cases: Iterable[Case]) -> list[Case]:
    """One invalid case a kind, of each layer in turn: what fails to decode and what breaks the schema are refused in
    different places of a service."""
    layers: dict[Layer, list[Case]] = {}
    for case in cases:
        if case.expectation is Expectation.INVALID:
            of_layer = layers.setdefault(kind_of(case.kind).layer, [])
            if all(other.code != case.code for other in of_layer):
                of_layer.append(case)
    rounds = max(map(len, layers.values()), default=0)
    return [group[turn] for turn in range(rounds) for group in layers.values() if turn < len(group)]


def play_stop(scene: Scene, case: Case) -> Window:
    """One invalid record in a window of its own. The service is gone afterwards: the next one begins with a start."""
    player = scene.player
    case = pinned(case, player.partitions)
    source = player.sources[case.topic]
    player.phase = "stopping at invalid records"
    window = player.begin("stop", case.root)
    patience = _LEAST_CALM + scene.stage.state.pace.stall
    reached = _send(scene, window, source.healthy(Role.HEALTHY, case.partition), patience)
    if reached:
        _send(scene, window, case, _calm(scene))
        if not scene.stage.observer.has_ended:
            _send(scene, window, source.healthy(Role.SENTINEL, case.partition), _calm(scene))
    scene.stage.observer.drain(_LEAST_CALM)
    scene.stage.observer.look_at_commits()
    player.end(window, "settled" if reached and not scene.stage.out_of_time else "stopped")
    scene.stage.lifecycle.kill("restart")
    return window


def _calm(scene: Scene) -> float:
    """Seconds in which a service that goes on would show it, by an effect or by its next commit."""
    pace = scene.stage.state.pace
    return max(_LEAST_CALM, 2 * pace.quiet, 1.5 * pace.commit_lag)


def _send(scene: Scene, window: Window, case: Case, seconds: float) -> bool:
    """Send it and look until it is handled or passed, the service has ended or the time is over. Whether it was."""
    scene.player.send([case])
    delivery = window.deliveries[-1]
    observer, recorder = scene.stage.observer, scene.stage.tools.recorder
    observer.wait(lambda: _is_done(scene, delivery), recorder.now() + scene.stage.left(seconds))
    return _is_done(scene, delivery)


def _is_done(scene: Scene, delivery: Delivery) -> bool:
    return delivery.has_outcome or scene.stage.state.is_past(delivery)
