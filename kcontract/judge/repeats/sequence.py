"""OUT_OF_ORDER among the effects of one case: `emits.order` says in which order their values come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kcontract.judge.book import Book
from kcontract.judge.crediting import is_due
from kcontract.judge.effect_verdict import effect_verdict, place_of
from kcontract.judge.evidence import Delivery, Effect, Window
from kcontract.judge.promises import Output
from kcontract.model.finding import CaseVerdict
from kcontract.oracle.expressions import resolve_pointer


class SequenceBook(Book):
    """Looks at the first effect with each value: repeats after a restart begin anew and say nothing of the order."""

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        if not any(output.emits is not None and output.emits.order for output in self.grounds.promises.effects):
            return ()
        several = [delivery for delivery in window.deliveries if len(delivery.effects) > 1]
        return [verdict for delivery in several for verdict in self._of(delivery)]

    def _of(self, delivery: Delivery) -> Iterator[CaseVerdict]:
        for output in self.grounds.promises.effects:
            for pointer, values in output.emits.order if output.emits and is_due(delivery, output) else ():
                wrong = next(_wrong(delivery, output, pointer, values), None)
                if wrong is not None:
                    yield self._reached(delivery, output, pointer, values, wrong)

    def _reached(
        self, delivery: Delivery, output: Output, pointer: str, values: tuple[Any, ...], wrong: tuple[Effect, Effect]
    ) -> CaseVerdict:
        first, second = (
            f"{resolve_pointer(effect.look()[0], pointer)!r} stands at {place_of(effect.record)}" for effect in wrong
        )
        at = output.emits.at if output.emits else delivery.source.receive.at
        promise = at, f"the events of one input come to {output.topic} with {pointer} in the order {_names(values)}"
        self.grounds.tally.count(delivery, "OUT_OF_ORDER")
        records = [effect.record for effect in wrong]
        return effect_verdict("OUT_OF_ORDER", delivery, promise, (first, second), cause=pointer, evidence=records)


def _wrong(
    delivery: Delivery, output: Output, pointer: str, values: tuple[Any, ...]
) -> Iterator[tuple[Effect, Effect]]:
    """Pairs of effects in one partition whose values stand the other way round in `values`."""
    before: dict[int, tuple[int, Effect]] = {}
    known: set[int] = set()
    own = [effect for effect in delivery.effects if effect.output is output]
    for effect in sorted(own, key=lambda one: (one.record.partition, one.record.offset)):
        value = resolve_pointer(effect.look()[0], pointer)
        place = next((number for number, each in enumerate(values) if each == value), -1)
        if place < 0 or place in known:
            continue
        known.add(place)
        last = before.get(effect.record.partition)
        if last is not None and last[0] > place:
            yield last[1], effect
        before[effect.record.partition] = place, effect


def _names(values: tuple[Any, ...]) -> str:
    return ", ".join(map(str, values))
