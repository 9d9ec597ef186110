"""Size (kinds 60–63): the largest records that a topic takes, and very many small ones at once."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kcontract.engine.extra.sequences import play_all
from kcontract.engine.scene import Scene
from kcontract.model.case import Case, Expectation, Role

_BURST, _BURST_ASKED = 300, 10_000
"""Records over all partitions; the second number where `--kinds` names it."""
_LEAST, _SECONDS = 20, 5.0
"""A burst that may take longer than that is made smaller."""
_POISON, _FIRST_POISON = 100, 10
"""Of so many records one is poison, and which one is the first."""


def play_sizes(scene: Scene) -> None:
    """A phase: large records, then the burst, whose doubts are still to be confirmed."""
    play_all(scene, "sending large records", "batch", _large)
    if not scene.stage.out_of_time and scene.detective.revive():
        play_all(scene, "sending a burst", "batch", _burst)


def _large(scene: Scene) -> list[Case]:
    """Without letters where no invalid record got an outcome: what is to be said of those is said already."""
    cases = [case for topic in _goes_on(scene) for case in scene.player.sources[topic].sized()]
    return [case for case in cases if case.expectation is not Expectation.INVALID or case.topic in scene.player.markers]


def _goes_on(scene: Scene) -> list[str]:
    """Inputs whose receiver does not stop at what it cannot handle."""
    inputs = scene.stage.state.promises.inputs
    return [topic for topic in scene.player.sources if inputs[topic].receive.on_invalid.policy != "stop"]


def _burst(scene: Scene) -> list[Case]:
    """Healthy records, in every partition by turns, with poison where a kind is known to get its outcome."""
    kinds, topics = scene.stage.tools.settings.kinds, _goes_on(scene)
    places = [place for place in scene.player.places if place[0] in topics]
    if not places or (kinds is not None and "burst" not in kinds):
        return []
    make = _maker(scene)
    return [make(*places[number % len(places)], number) for number in range(_count(scene))]


def _count(scene: Scene) -> int:
    if scene.stage.tools.settings.kinds is not None:
        return _BURST_ASKED
    pace = scene.stage.state.pace.p50 or 0.0
    return max(_LEAST, min(_BURST, int(_SECONDS / max(pace, 0.001))))


def _maker(scene: Scene) -> Callable[[str, int, int], Case]:
    sources, markers = scene.player.sources, scene.player.markers

    def make(topic: str, partition: int, number: int) -> Case:
        kind = markers.get(topic) if number % _POISON == _FIRST_POISON else None
        source = sources[topic]
        case = source.marker(kind, partition) if kind else source.healthy(Role.HEALTHY, partition)
        return msgspec.structs.replace(case, kind="burst", role=Role.CASE)

    return make
