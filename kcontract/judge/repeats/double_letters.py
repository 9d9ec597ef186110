"""DUPLICATE_EFFECT of dead letters: one record, delivered once, leads to two copies on the dead letter topic (§5.3).

Whoever repairs and replays a dead letter topic does so twice then. What ends a case tells nothing of this (the case's
own verdict is about the first copy), so that it is a finding of its own, on invalid records only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kcontract.judge.book import Grounds, Listener
from kcontract.judge.effect_verdict import effect_verdict, place_of
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Output, OutputRole
from kcontract.judge.repeats.calm import CalmBook
from kcontract.model import events as ev
from kcontract.model.case import Expectation, Role
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord

CAUSE = "dead letter"
_CASES = 3
"""So many are needed: a producer that sends once more after a time-out does so now and then, a handler each time."""


@dataclass(slots=True)
class _Sighting:
    at: float
    delivery: Delivery
    topic: str
    places: tuple[LogRecord, ...]


class DoubleLetterBook(CalmBook):
    """Counts dead letters for each invalid case. Told at the end, for one that is alone is not believed."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._redelivered: set[str] = set()
        self._new: list[_Sighting] = []
        self._calm: list[_Sighting] = []

    def listeners(self) -> Mapping[type, Listener]:
        return {**super().listeners(), ev.Redelivered: self._delivered_again}

    def hears(self, topic: str) -> bool:
        outputs = self.grounds.promises.outputs.get(topic, ())
        return any(output.role is OutputRole.DEAD_LETTER for output in outputs)

    def tied(self, at: float, delivery: Delivery, _record: LogRecord, output: Output) -> Iterable[CaseVerdict]:
        if output.role is OutputRole.DEAD_LETTER and len(delivery.dead_letters) == 2 and self._counts(delivery):
            self._new.append(_Sighting(at, delivery, output.topic, tuple(delivery.dead_letters)))
        return ()

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        """What stirred the group is told within a second: the windows that follow tell it of those before them."""
        ripe = [one for one in self._new if one.delivery.window != window.number]
        self._new = [one for one in self._new if one.delivery.window == window.number]
        self._keep(ripe)
        return ()

    def ended(self) -> Iterable[CaseVerdict]:
        self._keep(self._new)
        if len(self._calm) < _CASES:
            return []
        return [self._reached(one) for one in self._calm]

    def _keep(self, sightings: Iterable[_Sighting]) -> None:
        self._calm += [
            one
            for one in sightings
            if one.delivery.case.id not in self._redelivered and self.was_calm(one.delivery.sent_at, one.at)
        ]

    def _delivered_again(self, event: ev.Redelivered) -> tuple[CaseVerdict, ...]:
        self._redelivered.add(event.case)
        return ()

    def _reached(self, one: _Sighting) -> CaseVerdict:
        receive = one.delivery.source.receive
        promise = receive.on_invalid.at, f"for each invalid record {receive.name} writes one dead letter to {one.topic}"
        count = len(one.delivery.dead_letters)
        first = ", the first of them" if count > len(one.places) else ""
        seen = (
            f"{count} dead letters came to {one.topic}{first}: {', '.join(map(place_of, one.places))}",
            "delivered once: no exit, start or rebalance lies between",
        )
        self.grounds.tally.count(one.delivery, "DUPLICATE_EFFECT")
        return effect_verdict("DUPLICATE_EFFECT", one.delivery, promise, seen, cause=CAUSE, evidence=one.places)

    def _counts(self, delivery: Delivery) -> bool:
        """Only copies that name the case themselves: what ties by its contents may be another record's."""
        marked = all(self.grounds.ties.marked(one.record) == delivery.case.id for one in delivery.dead_letters)
        return marked and delivery.expectation is Expectation.INVALID and delivery.case.role is not Role.REPEAT
