"""Payloads of an Avro schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from kcontract.errors import UsageError
from kcontract.generate.avro_leaves import is_leaf
from kcontract.generate.avro_values import AvroValues
from kcontract.generate.from_json import datum_of
from kcontract.generate.json_schema import JsonSchemaView, parts_of, step
from kcontract.generate.payload import Check, replaced
from kcontract.generate.tokens import INT_HIGH, INT_LOW, LONG_HIGH, LONG_LOW, Mint
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    Branch,
    Datum,
    Fixed,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
)  # fmt: skip

_OPEN = {"string": str, "int": int, "long": int, "double": float, "float": float, "boolean": bool}


class AvroPayload:
    """Data of an Avro schema, written in the one plain form."""

    def __init__(self, schema: AvroSchema, constraints: JsonSchemaView | None, check: Check = lambda _: True) -> None:
        self.schema = schema
        self.view = constraints
        self._check = check if constraints is not None else None
        self._has_uuids = '"uuid"' in msgspec.json.encode(schema).decode()
        self._values = AvroValues(schema, self.fits, constraints)
        self.ordinary, self.boundaries, self.random = (
            self._values.ordinary,
            self._values.boundaries,
            self._values.random,
        )

    @property
    def unsupported(self) -> list[str]:
        return self._values.unsupported

    @property
    def too_large(self) -> list[str]:
        return self._values.too_large

    def fits(self, value: Datum) -> bool:
        """Whether the contract's constraints allow the datum."""
        return self._check is None or self._check(self.to_json(value))

    def encode(self, value: Datum) -> bytes:
        return encode(self.schema, value)

    def to_json(self, value: Datum) -> Any:
        return json_form(self.schema, value)

    def node_at(self, value: Datum, pointer: str) -> tuple[Node, Datum] | None:
        """The innermost node at a pointer (behind unions) and what stands there; None if nothing does."""
        node: Node = self.schema.root
        for part in ("", *parts_of(pointer)):
            if part:
                below = self._below(node, value, part)
                if below is None:
                    return None
                node, value = below
            node = self.schema.follow(node)
            while isinstance(node, Union):
                node, value = self.schema.follow(node.branches[value.index]), value.value
        return node, value

    @staticmethod
    def _below(node: Node, value: Datum, part: str) -> tuple[Node, Datum] | None:
        if isinstance(node, RecordType) and part in value:
            return next(field.type for field in node.fields if field.name == part), value[part]
        if isinstance(node, Map) and part in value:
            return node.values, value[part]
        if isinstance(node, Array) and part.isdigit() and int(part) < len(value):
            return node.items, value[int(part)]
        return None

    def uuids(self, value: Datum) -> list[str]:
        return list(self._uuids(self.schema.root, value, "")) if self._has_uuids else []

    def _uuids(self, node: Node, value: Datum, pointer: str) -> Iterator[str]:
        node = self.schema.follow(node)
        match node:
            case RecordType():
                for field in node.fields:
                    yield from self._uuids(field.type, value[field.name], step(pointer, field.name))
            case Union():
                yield from self._uuids(node.branches[value.index], value.value, pointer)
            case Array():
                for index, item in enumerate(value):
                    yield from self._uuids(node.items, item, step(pointer, index))
            case Map():
                for key, item in value.items():
                    yield from self._uuids(node.values, item, step(pointer, key))
            case Primitive(logical=logical) | Fixed(logical=logical) if logical is not None and logical.name == "uuid":
                yield pointer

    def get(self, value: Datum, pointer: str) -> Any:
        found = self.node_at(value, pointer)
        return None if found is None else _form(self.schema, *found)

    def put(self, value: Datum, pointer: str, new: Any) -> Datum:
        found = self.node_at(value, pointer)
        if found is None or not is_leaf(found[0]):
            return value
        raw = self._raw(found[0], new)
        return value if raw is None else replaced(value, parts_of(pointer), raw)

    def _raw(self, node: Node, new: Any) -> Any:
        """The raw value of a leaf's JSON form; None if there is none."""
        if isinstance(node, Primitive) and node.type in _OPEN and (node.logical is None or node.logical.name == "uuid"):
            return new if type(new) is _OPEN[node.type] else None  # mutants put in what is out of range
        try:
            return datum_of(AvroSchema(node, self.schema.named), new)
        except UsageError:
            return None

    def stamped(self, value: Datum, pointer: str, mint: Mint) -> tuple[Datum, bytes] | None:
        found = self.node_at(value, pointer)
        if found is None:
            return None
        for token in self._candidates(*found, mint):
            new = self.put(value, pointer, token)
            if new is not value and self.fits(new):
                return new, str(token).encode()
        return None

    @staticmethod
    def _candidates(node: Node, old: Any, mint: Mint) -> Iterator[Any]:
        """The likeliest first: most often nothing else is made."""
        if isinstance(node, Fixed):
            yield mint.uuid()
        if not isinstance(node, Primitive) or (node.logical is not None and node.logical.name != "uuid"):
            return
        if node.type == "string":
            yield mint.uuid()
            yield from (mint.like(old.encode()).decode() for _ in range(3) if old)
        if node.type == "long":
            yield mint.number(LONG_LOW, LONG_HIGH)
        if node.type in ("int", "long"):
            yield mint.number(INT_LOW, INT_HIGH)

    def graft(self, value: Datum, pointer: str, donor: Datum) -> Datum:
        return _grafted(value, parts_of(pointer), donor)


def _grafted(value: Any, parts: tuple[str, ...], donor: Any) -> Any:
    if isinstance(value, Branch):
        if not isinstance(donor, Branch):
            return value
        if value.value is None or value.index != donor.index:
            return donor
        return Branch(value.index, _grafted(value.value, parts, donor.value))
    if not parts:
        return value
    head = parts[0]
    if isinstance(value, dict) and isinstance(donor, dict) and head in donor:
        return {**value, head: _grafted(value[head], parts[1:], donor[head]) if head in value else donor[head]}
    return value


def _form(schema: AvroSchema, node: Node, value: Datum) -> Any:
    """The JSON form of a part of a datum."""
    return json_form(AvroSchema(node, schema.named), value)
