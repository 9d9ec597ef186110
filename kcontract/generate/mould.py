"""A valid record as a mould: what stands around its tokens, looked for once for the many mutants made of it."""

from __future__ import annotations

from collections.abc import Callable

from kcontract.generate.tokens import both_forms, raw_form, replaced, stands_in, whole
from kcontract.model.record import Record

Tokens = tuple[bytes, ...]
Fill = Callable[[Tokens], bytes | None]
"""Bytes with these tokens in place of the old ones."""


class Mould:
    """A record and its tokens: puts fresh ones into it, and beside it into what was made of it."""

    __slots__ = ("_headers", "_key", "_old", "_record", "_value")

    def __init__(self, record: Record, tokens: Tokens) -> None:
        self._record = record
        self._old = both_forms(tokens)
        self._key = _filling(record.key, tokens)
        self._value = _filling(record.value, tokens)
        self._headers = tuple((name, _filling(value, tokens)) for name, value in record.headers)

    def cast(self, mutant: Record, fresh: Tokens) -> tuple[Record, bytes | None, Record | None]:
        """With fresh tokens: the mutant, its parent's value, and its parent without that; None for the latter if the
        mutant differs from it in nothing else."""
        own, old = self._record, self._old
        key, value = self._key(fresh), self._value(fresh)
        headers = tuple([(name, fill(fresh)) for name, fill in self._headers]) if self._headers else ()
        body = value if mutant.value == own.value else replaced(mutant.value, old, fresh)
        if mutant.key == own.key and mutant.headers == own.headers and mutant.timestamp == own.timestamp:
            return Record(key, body, headers, mutant.timestamp), value, None
        envelope = Record(key, None, headers, own.timestamp)
        if mutant.key != own.key:
            key = replaced(mutant.key, old, fresh)
        if mutant.headers != own.headers:
            headers = tuple([(name, replaced(value, old, fresh)) for name, value in mutant.headers])
        return Record(key, body, headers, mutant.timestamp), value, envelope


def _filling(data: bytes | None, tokens: Tokens) -> Fill:
    inside = [place for place, token in enumerate(tokens) if data and stands_in(token, data)]
    if not data or not inside:
        return lambda _: data
    place, token = inside[0], tokens[inside[0]]
    raw = raw_form(token)
    if len(inside) > 1 or (raw is not None and raw in data):
        old = both_forms(tokens)
        return lambda fresh: replaced(data, old, fresh)
    around = whole(token).split(data) if raw is None else data.split(token)
    return lambda fresh: fresh[place].join(around)
