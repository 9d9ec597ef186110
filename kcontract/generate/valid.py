"""Valid records of one contract: its examples, the edges of its schemas, random ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from kcontract.generate.kind import Parent
from kcontract.generate.round_robin import round_robin
from kcontract.generate.templates import Builder
from kcontract.generate.values import Values
from kcontract.model.case import VALID_KIND, Expectation
from kcontract.model.record import Record
from kcontract.oracle.topic import TopicOracle

Noted = tuple[Parent, str]
"""A record, and what is to be said of it."""


class ValidRecords:
    """Makes records of the values of all event types; those that the oracle does not call valid are left out."""

    def __init__(self, values: Sequence[Values], builder: Builder, oracle: TopicOracle) -> None:
        self._values = tuple(values)
        self._builder = builder
        self._oracle = oracle

    def examples(self) -> Iterator[Noted]:
        for values in self._values:
            for value in values.examples:
                yield from self._if_valid(values, value, "an example of the contract")

    def edges(self, room: int) -> Iterator[Noted]:
        """Each edge once, the event types by turns; at most so many records."""
        share = max(1, room // len(self._values))
        yield from self._of([values.edges(share) for values in self._values])

    def random(self) -> Iterator[Noted]:
        """Without end, unless the schemas are used up."""
        yield from self._of([values.random() for values in self._values])

    def is_valid(self, record: Record) -> bool:
        return self._oracle.expect(record, hint=VALID_KIND).expectation is Expectation.VALID

    def _of(self, lists: list[Iterator[Any]]) -> Iterator[Noted]:
        pairs = [zip(repeat(values), source) for values, source in zip(self._values, lists, strict=True)]
        for values, value in round_robin(pairs):
            yield from self._if_valid(values, value, "")

    def _if_valid(self, values: Values, value: Any, note: str) -> Iterator[Noted]:
        parent = self._builder.build(values.event, value, values.donor)
        if self.is_valid(parent.record):
            values.coverage.note(parent.json if parent.datum is None else parent.datum)
            yield parent, note
