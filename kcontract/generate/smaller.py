"""Smaller variants of a record: headers left out, fields and items left out, strings, numbers and bytes shortened.

Nothing is known here of what a variant is worth: the oracle must still say of it what it says of the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from kcontract.errors import UsageError
from kcontract.generate.tokens import forms
from kcontract.generate.written import compact
from kcontract.model.case import CASE_HEADER
from kcontract.model.record import Record
from kcontract.schema.avro.decode import decode
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import AvroSchema, Branch
from kcontract.schema.problem import DecodeError

_NODES = 200
"""So many places of a value are tried."""
_DEEPEST = 24
_AFTERWARDS = ", then made smaller"
_SHORT = 4
"""Bytes: what is as short is not cut any further."""


def smaller(record: Record, tokens: Sequence[bytes], avro: AvroSchema | None, start: int) -> Iterator[Record]:
    """Smaller records, those first that leave most out. Each holds every token that the record holds.

    The payload begins at byte `start` of the value. `avro` is the schema that it was written with, None for JSON; what
    is neither is cut by bytes.
    """
    kept = tuple(form for token in tokens for form in forms(token))
    for headers in _fewer_headers(record, kept):
        yield Record(record.key, record.value, headers, record.timestamp)
    frame, body = (record.value or b"")[:start], (record.value or b"")[start:]
    wanted = [form for form in kept if form in body]
    seen = {body}
    for variant in _bodies(body, avro):
        if len(variant) < len(body) and variant not in seen and all(form in variant for form in wanted):
            seen.add(variant)
            yield Record(record.key, frame + variant, record.headers, record.timestamp)


def noted(note: str) -> str:
    """What was done to a record, and that it was made smaller afterwards: what is told of may be gone."""
    return f"{note.removesuffix(_AFTERWARDS)}{_AFTERWARDS}" if note else ""


def size(record: Record) -> tuple[int, int]:
    """What is smaller: the value first, then the headers."""
    return len(record.value or b""), sum(len(name) + len(value or b"") for name, value in record.headers)


def _fewer_headers(record: Record, kept: Sequence[bytes]) -> Iterator[tuple[tuple[str, bytes | None], ...]]:
    """Without any header that can be spared, then without each of them. Those that tie evidence to the case stay."""
    spare = [
        place
        for place, (name, value) in enumerate(record.headers)
        if name != CASE_HEADER and not any(form in (value or b"") for form in kept)
    ]
    groups = [set(spare), *({place} for place in spare)] if len(spare) > 1 else [{place} for place in spare]
    for group in groups:
        yield tuple(pair for place, pair in enumerate(record.headers) if place not in group)


def _bodies(body: bytes, avro: AvroSchema | None) -> Iterator[bytes]:
    if avro is not None:
        try:
            datum = decode(avro, body, strict=True)
        except DecodeError:
            yield from _cuts(body)
            return
        for variant in islice(_values(datum, 0), _NODES):
            try:
                yield encode(avro, variant)
            except UsageError:  # does not fit the schema
                continue
        return
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        yield from _cuts(body)
        return
    yield from (_text(variant) for variant in islice(_values(value, 0), _NODES))


def _text(value: Any) -> bytes:
    return compact(value).encode("utf-8", "surrogatepass")


def _cuts(body: bytes) -> Iterator[bytes]:
    """Without its second half, its first half, then quarters and eighths."""
    for parts in (2, 4, 8, 16):
        width = -(-len(body) // parts)
        if width < 1 or len(body) <= _SHORT:
            return
        for at in range(len(body) - width, -1, -width):
            yield body[:at] + body[at + width :]


def _values(value: Any, depth: int) -> Iterator[Any]:
    """The value with one place made smaller, larger steps first."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield from _objects(value, depth)
    elif isinstance(value, list):
        yield from _lists(value, depth)
    elif isinstance(value, Branch):
        if value.index != 0:
            yield Branch(0, None)
        yield from (Branch(value.index, inner) for inner in _values(value.value, depth + 1))
    elif isinstance(value, str | bytes):
        yield from _shorter(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from (0, 1, -1, value // 10, -(-value // 10))
    elif isinstance(value, float):
        yield from (0.0, 1.0, -1.0)


def _objects(value: dict[str, Any], depth: int) -> Iterator[Any]:
    for name in value:
        yield {other: inner for other, inner in value.items() if other != name}
    for name, inner in value.items():
        yield from ({**value, name: less} for less in _values(inner, depth + 1))


def _lists(value: list[Any], depth: int) -> Iterator[Any]:
    if len(value) > 1:
        yield value[:1]
        yield value[: len(value) // 2]
    for place in range(min(len(value), 8)):
        yield value[:place] + value[place + 1 :]
    for place, inner in enumerate(value[:8]):
        yield from ([*value[:place], less, *value[place + 1 :]] for less in _values(inner, depth + 1))


def _shorter(value: Any) -> Iterator[Any]:
    if value:
        yield value[:0]
    if len(value) > 1:
        yield value[:1]
        yield value[: len(value) // 2]
        yield value[len(value) // 2 :]
    if len(value) > _SHORT:
        yield value[:-1]
