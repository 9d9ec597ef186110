"""DUPLICATE_EFFECT: more effects than promised, from one delivery or, under `idempotent`, from several (§5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from kcontract.judge.book import Grounds, Listener
from kcontract.judge.crediting import is_due, output_of
from kcontract.judge.effect_verdict import effect_verdict, place_of
from kcontract.judge.evidence import Delivery, Effect, Window
from kcontract.judge.promised import promise
from kcontract.judge.promises import Output, OutputRole
from kcontract.judge.repeats.calm import CalmBook
from kcontract.judge.repeats.recent import Recent
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import LogRecord

REDELIVERED = "redelivered"
"""The cause of what a service does twice because it is given a record twice."""
REWOUND = "rewound"
"""The cause of what a service does again and again because it goes back by itself."""
_ENDLESS = 8
"""Whoever goes back so often for one record does not end."""
_EFFECTS_KEPT = 16
"""Of one delivery, once it is closed: a flood tells no more than that."""


@dataclass(slots=True)
class _Sighting:
    """A delivery with one effect too many."""

    at: float
    delivery: Delivery
    output: Output
    redelivered: tuple[str, ...]
    late: bool

    @property
    def effects(self) -> list[Effect]:
        """All that came to the output."""
        return [effect for effect in self.delivery.effects if effect.output is self.output]


class DuplicateBook(CalmBook):
    """Counts effects for each valid delivery, also behind the end of its window.

    A sighting is judged one window later: what had a record delivered again may be told after its effects.
    """

    only_repeats = True

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._recent = Recent(grounds.run)
        self._redelivered: dict[str, list[str]] = {}
        self._told: set[str] = set()
        self._new: list[_Sighting] = []
        self._waiting: list[_Sighting] = []
        self._groups: list[_Sighting] = []

    def listeners(self) -> Mapping[type, Listener]:
        return {**super().listeners(), ev.Redelivered: self._delivered_again}

    def tied(self, at: float, delivery: Delivery, _record: LogRecord, output: Output) -> Iterable[CaseVerdict]:
        if output.role is OutputRole.EFFECT and len(delivery.effects) > 1:
            self._count(at, delivery, output, late=False)
        return ()

    def untied(self, at: float, record: LogRecord, outputs: tuple[Output, ...]) -> bool:
        effects = tuple(output for output in outputs if output.role is OutputRole.EFFECT)
        delivery = self._recent.tie(record, effects) if effects else None
        if delivery is not None and len(delivery.effects) < _EFFECTS_KEPT:
            output = output_of(delivery, record, effects)
            delivery.effects += (Effect(at, record, output),)
            self._count(at, delivery, output, late=True)
        return delivery is not None

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        latest = (one for one in reversed(window.deliveries) if one.wanted and one.place is not None)
        self._recent.keep([*islice(latest, self._recent.most)][::-1])
        ready, self._waiting, self._new = self._waiting, self._new, []
        return list(self._of_single(ready))

    def ended(self) -> Iterable[CaseVerdict]:
        ready = [*self._waiting, *self._new]
        self._waiting, self._new = [], []
        return [*self._of_single(ready), *self._of_groups()]

    def _delivered_again(self, event: ev.Redelivered) -> tuple[CaseVerdict, ...]:
        self._redelivered.setdefault(event.case, []).append(event.how)
        return ()

    def _count(self, at: float, delivery: Delivery, output: Output, *, late: bool) -> None:
        case = delivery.case.id
        if case in self._told or not is_due(delivery, output):
            return
        if _number(delivery, output) > _wanted(output):
            self._told.add(case)
            self._new.append(_Sighting(at, delivery, output, tuple(self._redelivered.get(case, ())), late))

    def _of_single(self, sightings: list[_Sighting]) -> Iterator[CaseVerdict]:
        """Those with one delivery; groups wait for the end, so that every finding names all redeliveries."""
        for one in sightings:
            if one.redelivered:
                self._groups.append(one)
            elif self.was_calm(one.delivery.sent_at, one.at):
                late = ("the second came when its window had been closed",) if one.late else ()
                yield self._reached(one, ("delivered once: no exit, start or rebalance lies between", *late), "")
            elif (rewinds := self._takes_again(one)) > 0:
                yield self._endless(one, rewinds)

    def _takes_again(self, one: _Sighting) -> int:
        """How often the service itself went back, if it has had the record so often that there is no end to it."""
        effects = one.effects
        often = len(effects) >= _ENDLESS * _wanted(one.output)
        return self.rewinds(one.delivery.sent_at, effects[-1].at) if often else 0

    def _endless(self, one: _Sighting, rewinds: int) -> CaseVerdict:
        delivery, topic = one.delivery, one.output.topic
        records = [effect.record for effect in one.effects]
        seen = (
            f"its effect came to {topic} {len(records)} times and more: {', '.join(map(place_of, records[:4]))}",
            f"committed offsets went back {rewinds} times, and no exit, start or rebalance lies between",
        )
        self.grounds.tally.count(delivery, "ENDLESS_RETRY")
        told = promise("ENDLESS_RETRY", delivery)
        return effect_verdict("ENDLESS_RETRY", delivery, told, seen, cause=REWOUND, evidence=records)

    def _of_groups(self) -> Iterator[CaseVerdict]:
        """A service that does not promise to be idempotent may repeat what it is given again."""
        groups = [one for one in self._groups if one.delivery.source.receive.idempotent]
        hows = ", ".join(dict.fromkeys(one.redelivered[-1] for one in groups))
        for one in groups:
            yield self._reached(one, (f"redelivered: {hows}",), REDELIVERED)

    def _reached(self, one: _Sighting, facts: tuple[str, ...], cause: str) -> CaseVerdict:
        delivery, output = one.delivery, one.output
        records = [effect.record for effect in one.effects]
        wanted = _wanted(output)
        places = ", ".join(map(place_of, records[:4]))
        seen = (f"{len(records)} effects instead of {wanted} came to {output.topic}: {places}", *facts)
        self.grounds.tally.count(delivery, "DUPLICATE_EFFECT")
        return effect_verdict("DUPLICATE_EFFECT", delivery, _promise(one, wanted), seen, cause=cause, evidence=records)


def _wanted(output: Output) -> int:
    return output.emits.count if output.emits else 1


def _number(delivery: Delivery, output: Output) -> int:
    if len(delivery.effects) < 2:
        return len(delivery.effects)
    return sum(effect.output is output for effect in delivery.effects)


def _promise(one: _Sighting, wanted: int) -> tuple[Location, str]:
    receive = one.delivery.source.receive
    times = "one event" if wanted == 1 else f"{wanted} events"
    if one.redelivered:
        return receive.at, f"{receive.name} is idempotent: {times} on {one.output.topic}, however often a record comes"
    at = one.output.emits.at if one.output.emits else receive.at
    return at, f"for each valid record {receive.name} sends {times} to {one.output.topic}, not more"
