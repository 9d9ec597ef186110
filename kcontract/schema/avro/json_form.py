"""Datum → the JSON form of FORMAT.md: union unwrapped, bytes base64, decimal a string, times RFC 3339."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kcontract.schema.avro.logical import big_decimal_text, decimal_text, time_writer, uuid_text
from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    Branch,
    Datum,
    EnumType,
    Fixed,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
)  # fmt: skip
from kcontract.schema.base64_text import encode_base64

Converter = Callable[[Any], Any]


def json_form(schema: AvroSchema, datum: Datum) -> Any:
    """`datum` as JSON. What its logical type cannot say stays raw: an int for a time out of range, base64 for a decimal
    that is too long; NaN and the infinities are the strings that Avro's own JSON uses."""
    return converter_of(schema)(datum)


@lru_cache(maxsize=512)
def converter_of(schema: AvroSchema) -> Converter:
    """The compiled conversion of data of `schema`."""
    return _Compiler(schema).converter(schema.root)


def _same(value: Any) -> Any:
    return value


def _float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124


class _Compiler:
    def __init__(self, schema: AvroSchema) -> None:
        self.schema = schema
        self.records: dict[str, Converter] = {}

    def converter(self, node: Node) -> Converter:  # noqa: PLR0911  # one a type
        match self.schema.follow(node):
            case Primitive() as primitive:
                return _primitive(primitive)
            case Fixed(logical=logical) as fixed:
                return _bytes(fixed) if logical is not None else encode_base64
            case RecordType() as record:
                return self.record(record)
            case Array(items=items):
                return _array(self.converter(items))
            case Map(values=values):
                return _map(self.converter(values))
            case Union(branches=branches):
                return _union([self.converter(branch) for branch in branches])
            case EnumType():
                return _same
            case other:
                raise TypeError(f"no node: {other!r:.60}")

    def record(self, node: RecordType) -> Converter:
        if node.name in self.records:
            return lambda datum: self.records[node.name](datum)  # noqa: PLW0108  # not compiled yet
        fields: list[tuple[str, Converter]] = []

        def convert(datum: dict[str, Datum]) -> Any:
            return {name: datum[name] if field is _same else field(datum[name]) for name, field in fields}

        self.records[node.name] = convert
        fields.extend((field.name, self.converter(field.type)) for field in node.fields)
        return convert


def _array(item: Converter) -> Converter:
    return list if item is _same else lambda datum: [item(each) for each in datum]


def _map(value: Converter) -> Converter:
    return lambda datum: {key: value(each) for key, each in datum.items()}


def _union(branches: list[Converter]) -> Converter:
    def convert(datum: Branch) -> Any:
        return branches[datum.index](datum.value)

    return convert


def _primitive(node: Primitive) -> Converter:
    logical = node.logical
    if node.type == "bytes":
        return _bytes(node) if logical is not None else encode_base64
    if node.type in ("float", "double"):
        return _float
    if logical is None:
        return _same
    return uuid_text if logical.name == "uuid" else time_writer(logical)


def _bytes(node: Primitive | Fixed) -> Converter:
    logical = node.logical
    if logical is None or logical.name == "duration":
        return encode_base64
    if logical.name == "uuid":
        return uuid_text
    if logical.name == "big-decimal":
        return lambda raw: _or_base64(big_decimal_text(raw), raw)
    return lambda raw: _or_base64(decimal_text(raw, logical.scale), raw)


def _or_base64(text: str | None, raw: bytes) -> str:
    return encode_base64(raw) if text is None else text
