"""One part of a payload's JSON form, without making the whole of it: what a key is compared with."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kcontract.oracle.expressions import resolve_pointer
from kcontract.oracle.reading import MISSING, ValueReading
from kcontract.schema.avro.json_form import converter_of
from kcontract.schema.avro.nodes import Array, AvroSchema, Map, Node, RecordType, Union
from kcontract.schema.json.shape import is_index

Part = Callable[[Any], Any]
"""From a datum to the JSON form of one of its parts, MISSING where it has none."""


def part_at(reading: ValueReading, pointer: str) -> Any:
    """What stands at an RFC 6901 pointer in a payload, MISSING where nothing does."""
    if reading.make_part is not None:
        return reading.make_part(pointer)
    payload = reading.payload()
    return MISSING if payload is MISSING else resolve_pointer(payload, pointer)


@lru_cache(maxsize=512)
def part_of(schema: AvroSchema, pointer: str) -> Part:
    """The same of data of an Avro schema: `resolve_pointer(json_form(schema, datum), pointer)`."""
    steps = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]] if pointer else []
    return _part(schema, schema.root, steps)


def _nothing(_datum: Any) -> Any:
    return MISSING


def _part(schema: AvroSchema, node: Node, steps: list[str]) -> Part:
    node = schema.follow(node)
    if not steps:
        return converter_of(AvroSchema(node, schema.named))
    step, rest = steps[0], steps[1:]
    match node:
        case Union(branches=branches):
            parts = [_part(schema, branch, steps) for branch in branches]
            return lambda datum: parts[datum.index](datum.value)
        case RecordType(fields=fields):
            inner = next((_part(schema, field.type, rest) for field in fields if field.name == step), None)
            return _nothing if inner is None else lambda datum: inner(datum[step])
        case Map(values=values):
            value = _part(schema, values, rest)
            return lambda datum: value(datum[step]) if step in datum else MISSING
        case Array(items=items) if is_index(step):
            item, place = _part(schema, items, rest), int(step)
            return lambda datum: item(datum[place]) if place < len(datum) else MISSING
    return _nothing
