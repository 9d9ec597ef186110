"""Schema coverage: which boundaries of which places of a payload the valid records have shown.

The goals are what the whole coverage phase (`Payload.boundaries`) would show of a schema: each enum symbol, union
branch, bound and its neighbours, shortest and longest text, count of items, and absence of each optional property.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any

from kcontract.generate.budget import light
from kcontract.generate.json_schema import step
from kcontract.generate.packing import packed
from kcontract.generate.payload import Payload
from kcontract.generate.tokens import is_uuid
from kcontract.model.coverage import SchemaCoverage
from kcontract.schema.avro.nodes import Branch

Boundary = tuple[str, str]
"""A place (pointer into the JSON form, `*` for items and for the keys of maps) and what stood there, in words."""
_MOST = 2_000
"""Values of the coverage phase that are looked at; a schema with more has goals of these."""
_WEIGHT = 400_000
"""What they may weigh together (`budget.weight`): fewer large ones are looked at."""
_WATCHED = 20_000
"""Records of one run that are looked at."""
_MAP = 30
"""Different keys of one object from which on it is taken for a map."""
_LONG = 40


class Coverage:
    """What the records of one event type have shown. `open_places`: pointers whose values are not the generator's
    choice (identities, `generators`)."""

    def __init__(self, payload: Payload, open_places: Iterable[str]) -> None:
        self._payload = payload
        self._open = frozenset(open_places)
        self._seen: list[Any] = []
        self._room = 0
        self._plan: list[Any] = []
        self._phase: list[Any] | None = None
        self._known: dict[str, frozenset[str]] = {}

    def planned(self, room: int) -> Iterator[Any]:
        """The coverage phase in at most so many values."""
        self._room, self._plan = room, []
        for value in islice(packed(self._whole(), room, self._shown, self._payload.fits), room):
            self._plan.append(value)
            yield value

    def _whole(self) -> list[Any]:
        """All that the coverage phase would show, one edge a value."""
        if self._phase is None:
            edges = islice(self._payload.boundaries(Random(0)), _MOST)  # noqa: S311 - test data
            self._phase = list(light(edges, _WEIGHT))
            self._known = _keys(self._phase)
        return self._phase

    def _shown(self, value: Any) -> set[Hashable]:
        return {pair for pair in _shown(value, "", self._known) if pair[0] not in self._open}

    def note(self, value: Any) -> None:
        """A value (JSON, or an Avro datum) that was made into a valid record."""
        if len(self._seen) < _WATCHED:
            self._seen.append(value)

    def measured(self, topic: str, event: str) -> SchemaCoverage:
        """How much of the coverage phase the values that were noted have shown."""
        goals = self._boundaries(self._whole())
        missed = goals - self._boundaries(self._seen)
        words = tuple(sorted(f"{place or '/'} {what}" for place, what in missed))
        return SchemaCoverage(topic, event, len(goals), words, self._why(missed) if missed else "")

    def _why(self, missed: set[Boundary]) -> str:
        if not self._plan:
            return "no records were made for them"
        if missed <= self._boundaries(self._plan):
            return "what else the contract says does not allow the records that would show the rest"
        if len(self._plan) < self._room:
            return "there was no time for more records"
        return f"--max-examples leaves room for {self._room} records of this phase"

    def _boundaries(self, values: Iterable[Any]) -> set[Boundary]:
        return {
            (place, what)
            for value in values
            for place, what in _shown(value, "", self._known)
            if place not in self._open
        }


def _shown(value: Any, place: str, keys: dict[str, frozenset[str]]) -> Iterator[Boundary]:
    """All boundaries in one value."""
    match value:
        case Branch(index=index, value=inner):
            yield place, f"branch {index + 1}"
            yield from _shown(inner, place, keys)
        case dict():
            known = keys.get(place)
            if known is None:
                yield place, ("no entries", "one entry", "several entries")[min(len(value), 2)]
            for name, inner in value.items():
                yield from _shown(inner, step(place, name if known else "*"), keys)
            yield from ((step(place, name), "absent") for name in known or () if name not in value)
        case list():
            yield place, f"{len(value)} items"
            for inner in value:
                yield from _shown(inner, f"{place}/*", keys)
        case _:
            yield place, _words(value)


def _words(value: Any) -> str:
    if isinstance(value, str) and is_uuid(value.encode(errors="replace")):
        return "a UUID"
    if isinstance(value, bytes) and len(value) == 16:
        return "16 bytes"
    text = repr(value)
    return text if len(text) <= _LONG else f"{text[: _LONG // 2]}… of length {len(value)}"


def _keys(values: Iterable[Any]) -> dict[str, frozenset[str]]:
    """The properties of each object; maps are left out."""
    found: dict[str, set[str]] = {}
    for value in values:
        _collect(value, "", found)
    return {place: frozenset(names) for place, names in found.items() if len(names) <= _MAP}


def _collect(value: Any, place: str, found: dict[str, set[str]]) -> None:
    match value:
        case Branch(value=inner):
            _collect(inner, place, found)
        case dict():
            found.setdefault(place, set()).update(value)
            for name, inner in value.items():
                _collect(inner, step(place, name), found)
        case list():
            for inner in value:
                _collect(inner, f"{place}/*", found)
