"""What may be said of a service that is only observed (`run: {group: NAME}`): its dead letters, by what they say.

A dead letter that names the place of its record can be compared with it. Of everything else it is unknown whose it is:
on a cluster that others use, correlation ids and values do not prove who wrote a record.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.evidence import Delivery
from kcontract.judge.origins import Place, families, read_origins
from kcontract.judge.promises import Input, OutputRole
from kcontract.judge.symptoms import changes
from kcontract.model import events as ev
from kcontract.model.case import Case, Expectation
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord

T = TypeVar("T")

LIVE_KIND = "live"
_REMEMBERED, _WAITING = 20_000, 1_000
"""Records that a dead letter may name, and dead letters whose record has not been read yet."""


class ObservedBook(Book):
    """DEAD_LETTER_ALTERED for live records. Partitions are read in no order, so either side may come first."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._records: OrderedDict[Place, LogRecord] = OrderedDict()
        self._letters: OrderedDict[Place, list[tuple[Input, LogRecord]]] = OrderedDict()
        self.compared = 0
        """Dead letters that were compared with their records."""

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.Watched: self._watched}

    def _watched(self, event: ev.Watched) -> Iterable[CaseVerdict]:
        record = event.record
        if record.topic in self.grounds.promises.inputs:
            place = record.topic, record.partition, record.offset
            _remember(self._records, place, record, _REMEMBERED)
            for source, letter in self._letters.pop(place, ()):
                yield from self._compare(source, record, letter)
            return
        for output in self.grounds.promises.outputs.get(record.topic, ()):
            if output.role is OutputRole.DEAD_LETTER:
                yield from self._letter(output.source, record)

    def _letter(self, source: Input, letter: LogRecord) -> Iterator[CaseVerdict]:
        known = families(source.receive.on_invalid.dead_letter)
        place = next((at for at in read_origins(letter.record, known) if at[0] == source.topic), None)
        if place is None:
            return
        if place in self._records:
            yield from self._compare(source, self._records[place], letter)
        else:
            _remember(self._letters, place, [*self._letters.get(place, ()), (source, letter)], _WAITING)

    def _compare(self, source: Input, record: LogRecord, letter: LogRecord) -> Iterator[CaseVerdict]:
        rule = source.receive.on_invalid
        if rule.dead_letter is None:
            return
        self.compared += 1
        name = f"{record.partition}@{record.offset}"
        case = Case(name, record.topic, record.record, LIVE_KIND, Expectation.EITHER)
        delivery = Delivery(case, source, 0, 0.0)
        delivery.place, delivery.offset = (record.topic, record.partition), record.offset
        found = tuple(changes(delivery, letter, rule.dead_letter))
        if found:
            at = f"{letter.topic}/{letter.partition}@{letter.offset}"
            yield CaseVerdict(
                "DEAD_LETTER_ALTERED",
                name,
                LIVE_KIND,
                record.topic,
                rule.at,
                f"a dead letter of {source.receive.name} keeps {', '.join(rule.dead_letter.preserve)} unchanged",
                tuple(f"{at}: {fact}" for _, fact in found),
                cause="+".join(part for part, _ in found),
                record=record.record,
                evidence=(letter,),
            )


def _remember(kept: OrderedDict[Place, T], place: Place, what: T, most: int) -> None:
    kept[place] = what
    if len(kept) > most:
        kept.popitem(last=False)
