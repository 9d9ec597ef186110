"""`where: module:function`: asked once for each effect, by the harness; the judge has the answer (ORACLE.md §2)."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.engine.stage import Stage
from kcontract.judge.crediting import is_due
from kcontract.judge.evidence import Delivery, Effect, Window
from kcontract.model import events as ev
from kcontract.model.contract import Emits
from kcontract.oracle.expressions import MISSING


def decide(stage: Stage, window: Window) -> None:
    """Record what the functions say of the window's effects, as long as there is time. Before it is closed."""
    decider, recorder = stage.tools.decider, stage.tools.recorder
    if decider is None or not any(_function(output.emits) for output in stage.state.promises.effects):
        return
    for delivery, effect, function in _undecided(window):
        if stage.out_of_time:
            return
        said = decider.decide(function, _or_null(delivery.payload()), effect.look()[0])
        place = effect.record.topic, effect.record.partition, effect.record.offset
        recorder.record(ev.Decided(recorder.now(), delivery.case.id, *place, said.holds, said.error))


def _undecided(window: Window) -> Iterator[tuple[Delivery, Effect, str]]:
    """Effects that can be read, of valid records, and the function that compares them."""
    for delivery in window.deliveries:
        for effect in delivery.effects if delivery.wanted else ():
            function = _function(effect.output.emits)
            if function and is_due(delivery, effect.output) and effect.look()[0] is not MISSING:
                yield delivery, effect, function


def _function(emits: Emits | None) -> str:
    return emits.where.function or "" if emits is not None and emits.where is not None else ""


def _or_null(payload: object) -> object:
    """A tombstone has no payload: null."""
    return None if payload is MISSING else payload
