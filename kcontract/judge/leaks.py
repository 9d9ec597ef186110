"""LEAK: what came of a record of one contract stands where only another contract's may (ORACLE.md §6)."""

from __future__ import annotations

from collections.abc import Iterable

from kcontract.judge.book import Book, Grounds
from kcontract.judge.effect_verdict import effect_verdict, place_of
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Input, Output, OutputRole, Promises
from kcontract.model.case import Expectation
from kcontract.model.finding import CaseVerdict
from kcontract.model.location import Location
from kcontract.model.record import LogRecord


class LeakBook(Book):
    """Only a record that holds what is fresh in one case, and nothing of a case that may lead there, has leaked."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._reach = {topic: reach_of(topic, grounds.promises) for topic in grounds.promises.inputs}
        self._several = len(self._reach) > 1
        self._told: set[tuple[str, str]] = set()
        self._waiting: list[CaseVerdict] = []

    def hears(self, _topic: str) -> bool:
        return self._several

    def tied(self, _at: float, delivery: Delivery, record: LogRecord, output: Output) -> Iterable[CaseVerdict]:
        if output.source is delivery.source or not self._several:
            return ()
        if delivery.expectation is Expectation.INVALID and output.role is OutputRole.EFFECT:
            return ()  # that is ACCEPTED_INVALID
        return self._judge(record, (output,))

    def untied(self, _at: float, record: LogRecord, outputs: tuple[Output, ...]) -> bool:
        found = list(self._judge(record, outputs)) if self._several else []
        self._waiting += found
        return bool(found)

    def closed(self, _window: Window) -> Iterable[CaseVerdict]:
        return self.ended()

    def ended(self) -> Iterable[CaseVerdict]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _judge(self, record: LogRecord, outputs: tuple[Output, ...]) -> Iterable[CaseVerdict]:
        named = self.grounds.ties.named(record, outputs)
        if not named or any(record.topic in self._reach[one.case.topic] for one in named):
            return
        delivery = named[0]
        if (delivery.case.topic, record.topic) in self._told:
            return
        self._told.add((delivery.case.topic, record.topic))
        facts = (f"{place_of(record)} holds what is fresh in this record, and nothing of one that leads there",)
        promised = _promise(delivery.source, outputs[0])
        yield effect_verdict("LEAK", delivery, promised, facts, cause=record.topic, evidence=(record,))


def reach_of(topic: str, promises: Promises) -> frozenset[str]:
    """The topics where something may come of a record: those that its contract names, and on from there where the
    unit reads what it writes."""
    reached: set[str] = set()
    waiting = [topic]
    while waiting:
        source = waiting.pop()
        own = {name for name, outputs in promises.outputs.items() if any(o.source.topic == source for o in outputs)}
        waiting += [name for name in own - reached if name in promises.inputs]
        reached |= own
    return frozenset(reached)


def _promise(source: Input, output: Output) -> tuple[Location, str]:
    other = output.source
    said = f"{output.topic} is declared for records of {other.topic}, and not for those of {source.topic}"
    return other.receive.at, said
