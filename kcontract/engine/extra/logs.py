"""`skip: {log: REGEX}`: invalid records of many kinds in processes of their own, whose output is read at their end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from kcontract.engine.scene import Scene
from kcontract.judge.logs import LogBook
from kcontract.model.case import Case, Expectation

_KINDS, _LOOKED_AT, _TRIES = 12, 2_000, 5
"""So many kinds are tried, found among so many cases; one that left no line is looked for with so many tries."""


def read_logs(scene: Scene) -> None:
    """Each receiver that promises a line for what it passes over; the judge reads what processes printed."""
    inputs = scene.stage.state.promises.inputs
    for topic, source in inputs.items():
        if source.receive.on_invalid.skip_log is not None and scene.stage.tools.cluster.is_broker:
            scene.player.phase = "reading logs"
            _read(scene, topic)


def _read(scene: Scene, topic: str) -> None:
    book, cases = scene.stage.state.book(LogBook), _of_all_kinds(scene, topic)
    if not cases or not _try(scene, topic, []) or book.is_hopeless(topic) or not _try(scene, topic, cases):
        return
    suspects = book.suspects.get(topic, ())
    for _ in range(_TRIES):
        half = suspects[: (len(suspects) + 1) // 2]
        if not half or book.is_hopeless(topic) or not _try(scene, topic, half):
            return
        unlogged = {case.root for case in book.suspects.get(topic, ())}
        if len(half) == 1 and (unlogged or len(suspects) == 1):
            return  # it was alone, and is judged
        # few lines name their record: where the lines of a half are enough, one in the other half left none
        suspects = tuple(case for case in half if case.root in unlogged) or suspects[len(half) :]


def _of_all_kinds(scene: Scene, topic: str) -> list[Case]:
    """An invalid record of each kind, but for those that something is known to be wrong with."""
    source, found = scene.player.sources[topic], dict[str, Case]()
    blamed = {one.kind.partition(":")[0] for one in scene.stage.state.reached}
    for case in islice(source.malformed(), _LOOKED_AT):
        if case.expectation is Expectation.INVALID and case.code not in blamed:
            found.setdefault(case.code, case)
        if len(found) == _KINDS:
            break
    return list(found.values())


def _try(scene: Scene, topic: str, cases: Sequence[Case]) -> bool:
    """The cases among healthy records, in a process that is ended behind them. False if that cannot be done."""
    lifecycle, source = scene.stage.lifecycle, scene.player.sources[topic]
    if scene.stage.out_of_time:
        return False
    lifecycle.stop()
    if not lifecycle.restarts(behind=True):
        return False
    window = scene.player.play("log", [source.again(case) for case in cases], of=f"{topic}#{len(cases)}")
    lifecycle.stop()
    return window.outcome == "settled"
