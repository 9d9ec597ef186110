"""Places in a JSON value with what the schema says there, and texts in which a place holds anything at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from kcontract.generate.json_schema import JsonSchemaView, Plain, item_schema, property_schemas, step
from kcontract.generate.kind import Ground, Parent
from kcontract.generate.written import body_of
from kcontract.model.record import Record

_ITEMS = 2
"""Of a list so many items are places."""


class Site(NamedTuple):
    """A place in a value; `plains` are the alternatives that the schema has for it."""

    pointer: str
    value: Any
    plains: list[Plain]

    @property
    def is_leaf(self) -> bool:
        return not isinstance(self.value, dict | list)

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


@lru_cache(maxsize=32)
def sites(ground: Ground, parent: Parent) -> tuple[Site, ...]:
    """All places of the parent's value, outer before inner; for Avro without constraints none."""
    view = ground.payload.view
    return () if view is None else tuple(_sites(view, view.document, parent.json, ""))


def _sites(view: JsonSchemaView, schema: Any, value: Any, pointer: str) -> Iterator[Site]:
    plains = view.choices(schema)
    yield Site(pointer, value, plains)
    if isinstance(value, dict):
        known = [(property_schemas(plain), plain.get("additionalProperties", True)) for plain in plains]
        for name, inner in value.items():
            schemas = [declared.get(name, others) for declared, others in known]
            yield from _sites(view, _any_of(schemas), inner, step(pointer, name))
    elif isinstance(value, list):
        for index, inner in reversed([*enumerate(value[:_ITEMS])]):  # who looks at the first one only is found so
            yield from _sites(view, _any_of([item_schema(p, index) for p in plains]), inner, step(pointer, index))


def _any_of(schemas: list[Any]) -> Any:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


@lru_cache(maxsize=32)
def _spans(parent: Parent) -> dict[str, tuple[int, int]]:
    """Where in the body the text of each place begins and ends."""
    found: dict[str, tuple[int, int]] = {}
    _measure(parent.json, "", 0, found)
    return found


def _measure(value: Any, pointer: str, start: int, found: dict[str, tuple[int, int]]) -> int:
    """Note the spans of a value that begins at `start`, and of those in it; returns where it ends."""
    inside = start + 1
    if isinstance(value, dict):
        for name, inner in value.items():
            inside = _measure(inner, step(pointer, name), inside + len(body_of(name)) + 1, found) + 1
        end = max(inside, start + 2)
    else:
        for index, inner in enumerate(value[:_ITEMS] if isinstance(value, list) else ()):
            inside = _measure(inner, step(pointer, index), inside, found) + 1
        end = start + len(body_of(value))
    found[pointer] = start, end
    return end


def with_raw(parent: Parent, pointer: str, raw: bytes) -> Record:
    """The record with these very bytes in place of a JSON value."""
    start, end = _spans(parent)[pointer]
    body = parent.body
    return parent.with_body(body[:start] + raw + body[end:])


def with_value(ground: Ground, parent: Parent, pointer: str, value: Any) -> Record | None:
    """The record with another value at a place, in the payload's own encoding; None if Avro cannot say it."""
    if ground.json:
        return with_raw(parent, pointer, body_of(value))
    datum = ground.payload.put(parent.datum, pointer, value)
    return None if datum is parent.datum else parent.with_body(ground.payload.encode(datum))


def is_token(parent: Parent, site: Site) -> bool:
    """Whether a place holds an identity."""
    return str(site.value).encode() in parent.tokens
