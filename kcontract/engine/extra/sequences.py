"""Delivery (kinds 54–59): records that only their order makes difficult, and runs of poison."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from kcontract.engine.scene import Scene
from kcontract.generate.catalogue import selects
from kcontract.judge.evidence import Window
from kcontract.model import events as ev
from kcontract.model.case import Case, Role

ROW = 12
"""Poisons in a row."""


def play_sequences(scene: Scene) -> None:
    """A phase: all sequences in one window."""
    play_all(scene, "sending sequences", "redelivery", _sequences)


def play_poison_runs(scene: Scene) -> None:
    """A phase: poison in a row and in every partition, in one window, whose doubts are still to be confirmed."""
    play_all(scene, "sending poison", "batch", _poison_runs)


def play_all(scene: Scene, phase: str, purpose: ev.Purpose, make: Callable[[Scene], list[Case]]) -> None:
    """What `make` makes in one window, which is localised at once; no more of it where nothing is made."""
    if scene.stage.tools.settings.replay is not None:
        return
    scene.player.phase = phase
    cases = make(scene)
    if not cases:
        return
    window = _play(scene, purpose, cases)
    if window.disturbed and window.outcome != "stopped":
        culprit = scene.detective.find(window.suspects, len(scene.player.places))
        if culprit is None and not scene.stage.out_of_time and scene.detective.revive():
            _play(scene, "repeat", make(scene), of=str(window.number), patience=2.0)


def _play(scene: Scene, purpose: ev.Purpose, cases: Sequence[Case], of: str = "", patience: float = 1.0) -> Window:
    window = scene.player.play(purpose, cases, of=of, patience=patience)
    scene.player.forget(window)
    return window


def _sequences(scene: Scene) -> list[Case]:
    """What repeats an identity is told beforehand: its effects are those of a group."""
    recorder = scene.stage.tools.recorder
    cases: list[Case] = []
    for topic, source in scene.player.sources.items():
        for case in source.sequences():
            if case.role is Role.REPEAT:
                how = "twice in a row" if case.code == "exact_duplicate" else "with another payload"
                recorder.record(ev.Redelivered(recorder.now(), f"{case.root}", how))
            if not _is_redelivered(scene, topic, case):
                cases.append(case)
    return cases


def _is_redelivered(scene: Scene, topic: str, case: Case) -> bool:
    """`engine.extra.redelivery` sends these again in every way."""
    source = scene.stage.state.promises.inputs[topic]
    return case.code == "exact_duplicate" and source.receive.idempotent and source.shows_effects


def _poison_runs(scene: Scene) -> list[Case]:
    """A row in one partition of each input, and one in every partition; each window ends in poison anyway."""
    markers, sources, kinds = scene.player.markers, scene.player.sources, scene.stage.tools.settings.kinds
    cases: list[Case] = []
    for topic, kind in markers.items():
        partitions = [partition for name, partition in scene.player.places if name == topic]
        places = [("poison_run:row", partitions[0])] * ROW
        places += [("poison_run:every_partition", partition) for partition in partitions]
        for name, partition in places:
            if kinds is None or selects(kinds, name):
                case = sources[topic].marker(kind, partition)
                cases.append(msgspec.structs.replace(case, kind=name, role=Role.CASE))
    return cases
