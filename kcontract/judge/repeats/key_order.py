"""OUT_OF_ORDER under `order: key`: the first effects of one key against the offsets of their causes (§5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kcontract.judge.book import Grounds
from kcontract.judge.crediting import is_due
from kcontract.judge.effect_verdict import effect_verdict, place_of
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Output, OutputRole
from kcontract.judge.repeats.calm import CalmBook
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord, TopicPartition

_KEYS_KEPT = 10_000
_KEPT_A_WINDOW = 50
"""Overtakings; more of them tell no more."""

Slot = tuple[TopicPartition, bytes, int, int]
"""Where a key's records stand, the key, the output, and the partition of its effects: all of one log, all in order."""


@dataclass(frozen=True, slots=True)
class _Overtaking:
    at: float
    delivery: Delivery
    """The earlier record, whose effect came second."""
    record: LogRecord
    """That effect."""
    output: Output
    before: str
    """The later record, and where its effect stands."""


class KeyOrderBook(CalmBook):
    """Needs to see it in two windows: one overtaking may have been the machine's doing, or a retry of a client."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._furthest: dict[Slot, tuple[int, int, str]] = {}
        """The last record with an effect: its offset, that of the effect, and both in words."""
        self._new: list[_Overtaking] = []
        self._seen: list[_Overtaking] = []
        self._windows = 0

    def hears(self, _topic: str) -> bool:
        return any(source.receive.order == "key" for source in self.grounds.promises.inputs.values())

    def tied(self, at: float, delivery: Delivery, record: LogRecord, output: Output) -> Iterable[CaseVerdict]:
        if delivery.source.receive.order != "key" or output.role is not OutputRole.EFFECT:
            return ()
        key = delivery.case.record.key
        if key is not None and is_due(delivery, output):
            self._first_effect(at, delivery, record, output, key)
        return ()

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        """A window's overtakings count if nothing in it can have had a record delivered again."""
        found = [one for one in self._new if not window.disturbed and self.was_calm(one.delivery.sent_at, one.at)]
        self._new.clear()
        if len(self._furthest) > _KEYS_KEPT:
            self._furthest.clear()
        if found:
            self._windows += 1
            self._seen += found
        return list(self._verdicts()) if self._windows > 1 else ()

    def blind(self) -> Iterator[tuple[str, str]]:
        if self._windows == 1:
            yield f"one key's events came out in another order in one window ({len(self._seen)} times), not again", ""

    def _first_effect(self, at: float, delivery: Delivery, record: LogRecord, output: Output, key: bytes) -> None:
        place = delivery.place
        if place is None or sum(effect.output is output for effect in delivery.effects) > 1:
            return
        slot = place, key, id(output), record.partition
        furthest = self._furthest.get(slot)
        if furthest is None or furthest[0] < delivery.offset:
            before = f"case {delivery.case.id}, sent to {place[0]}/{place[1]}@{delivery.offset}: its effect is"
            self._furthest[slot] = delivery.offset, record.offset, f"{before} {place_of(record)}"
        elif furthest[1] < record.offset and len(self._new) < _KEPT_A_WINDOW:  # else it was only told later
            self._new.append(_Overtaking(at, delivery, record, output, furthest[2]))

    def _verdicts(self) -> Iterator[CaseVerdict]:
        for one in self._seen:
            facts = (
                f"its first effect is {place_of(one.record)}, behind that of a later record of the same key",
                f"the later record is {one.before}",
                f"seen in {self._windows} windows; nothing was delivered twice in them",
            )
            receive = one.delivery.source.receive
            promise = receive.at, f"{receive.name} sends the events of one key in the order of their inputs"
            self.grounds.tally.count(one.delivery, "OUT_OF_ORDER")
            yield effect_verdict(
                "OUT_OF_ORDER", one.delivery, promise, facts, cause=one.output.topic, evidence=(one.record,)
            )
        self._seen.clear()
