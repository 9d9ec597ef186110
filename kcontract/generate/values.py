"""The stream of payload values of one event type: examples, edges, random."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import Any

from kcontract.errors import UsageError
from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.budget import TooDeepError
from kcontract.generate.contract_parts import EventType, payload_slots
from kcontract.generate.coverage import Coverage
from kcontract.generate.from_json import datum_of
from kcontract.model.contract import Message

_DULL = 200
"""Repetitions in a row after which a schema is taken to be used up."""


_LARGE = 20_000
"""Characters of a value, in Python's words, from which on it counts for what a run makes of large ones."""
_ALL_LARGE = 64 * 2**20


class Values:
    """Values of an event type's payload. `examples` are those of the message that fit this type."""

    def __init__(self, event: EventType, message: Message, rng: Random) -> None:
        self.event = event
        self.notes: list[str] = []
        """What was not generated, in words."""
        self._rng = rng
        self.examples = [value for example in message.examples for value in self._example(example)]
        self.coverage = Coverage(event.payload, (*payload_slots(message), *(place for place, _ in message.generators)))
        self.donor = self._full()

    def _example(self, example: Any) -> list[Any]:
        payload = self.event.payload
        try:
            value = datum_of(payload.schema, example) if isinstance(payload, AvroPayload) else example
        except UsageError:
            return []  # another event type's, or one that `lint` complains about
        return [value] if payload.fits(value) else []

    def _full(self) -> Any:
        """A value with everything optional in it: what mutants need, and what missing identities are taken from."""
        try:
            return self.event.payload.ordinary(self._rng, full=True)
        except TooDeepError:
            return self.examples[0] if self.examples else None

    def candidates(self) -> Iterator[Any]:
        """Values for a healthy record, the likeliest to be handled first."""
        payload = self.event.payload
        yield from self.examples
        try:
            yield payload.ordinary(self._rng)
        except TooDeepError:
            return
        yield from chain((self.donor,), payload.boundaries(self._rng), payload.random(self._rng))

    def edges(self, room: int) -> Iterator[Any]:
        """Each edge once, in at most so many values: several in one where there is too little room."""
        return self.coverage.planned(room)

    def random(self) -> Iterator[Any]:
        """Random values, each once; ends when the schema has no more, or large ones are too many together."""
        seen: set[str] = set()
        dull, room = 0, _ALL_LARGE
        for value in self.event.payload.random(self._rng):
            text = repr(value)
            dull = dull + 1 if text in seen else 0
            if dull > _DULL:
                return
            room -= len(text) if len(text) > _LARGE else 0
            if room < 0:
                self.notes.append(
                    f"more than {len(seen)} random values, which are large: {len(text):,} characters each"
                )
                return
            if not dull:
                seen.add(text)
                yield value
