"""Avro schema texts to values (Avro 1.12, "Schema Declaration"). Strict: what the spec forbids is an error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kcontract.schema.avro.defaults import check_defaults
from kcontract.schema.avro.errors import AvroSchemaError
from kcontract.schema.avro.logical import logical_of
from kcontract.schema.avro.names import Names, is_name
from kcontract.schema.avro.nodes import (
    PRIMITIVES,
    Array,
    AvroSchema,
    EnumType,
    Field,
    Fixed,
    Map,
    Node,
    Primitive,
    RecordType,
    Ref,
    Union,
    type_name,
)  # fmt: skip

MAX_DEPTH = 100
"""Levels of nesting in a schema: more is refused, so that everything compiled from it stays within Python's stack."""

_NONE: Mapping[str, str] = MappingProxyType({})
_ORDERS = ("ascending", "descending", "ignore")


def parse(text: str, references: Mapping[str, str] = _NONE) -> AvroSchema:
    """The schema in `text`, a JSON document. `references`: name used in it → text of the schema that defines it.

    Raises AvroSchemaError (code, path, fix) for whatever the spec forbids; illegal *logical* types are ignored.
    """
    parser = _Parser(references)
    root = parser.node(_load(text), "", "", 0)
    schema = AvroSchema(root=root, named=parser.named)
    check_defaults(schema)
    return schema


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AvroSchemaError("AVRO_NOT_JSON", f"the schema is not JSON: {error}", "", "write it as JSON") from error


class _Parser:
    def __init__(self, references: Mapping[str, str]) -> None:
        self.named: dict[str, RecordType | EnumType | Fixed] = {}
        self.known: set[str] = set()
        self.pending = dict(references)

    def node(self, value: Any, space: str, path: str, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise AvroSchemaError("AVRO_TOO_DEEP", f"nested more than {MAX_DEPTH} levels", path, "name the inner types")
        match value:
            case str():
                return self.by_name(value, space, path)
            case list():
                return self.union(value, space, path, depth)
            case {"type": (dict() | list()) as inner}:
                return self.node(inner, space, f"{path}/type", depth + 1)
            case {"type": str()}:
                return self.complex(value, space, path, depth)
            case _:
                raise AvroSchemaError("AVRO_TYPE", f"not a type: {_short(value)}", path, "give a type's name or object")

    def by_name(self, name: str, space: str, path: str) -> Node:
        if name in PRIMITIVES:
            return Primitive(name)
        full = name if "." in name or not space else f"{space}.{name}"
        # A name without dots may also mean the null namespace's type: Java and Python fall back likewise.
        for candidate in (full, name):
            if self.is_known(candidate):
                return Ref(candidate)
        raise AvroSchemaError(
            "AVRO_UNKNOWN_TYPE", f"unknown type {name!r}", path, "define it, or add it as a reference"
        )

    def is_known(self, full: str) -> bool:
        if full not in self.known and full in self.pending:
            self.reference(full)
        while full not in self.known and self.pending:
            self.reference(next(iter(self.pending)))
        return full in self.known

    def reference(self, name: str) -> None:
        self.node(_load(self.pending.pop(name)), "", f"[reference {name}]", 0)

    def complex(self, value: dict[str, Any], space: str, path: str, depth: int) -> Node:
        kind = value["type"]
        match kind:
            case "record" | "error":
                return self.record(value, space, path, depth)
            case "enum":
                return self.enum(value, space, path)
            case "fixed":
                return self.fixed(value, space, path)
            case "array":
                return Array(self.node(_need(value, "items", path), space, f"{path}/items", depth + 1))
            case "map":
                return Map(self.node(_need(value, "values", path), space, f"{path}/values", depth + 1))
        plain = self.by_name(kind, space, path)
        return Primitive(plain.type, logical_of(value, plain.type)) if isinstance(plain, Primitive) else plain

    def union(self, value: list[Any], space: str, path: str, depth: int) -> Union:
        branches = tuple(self.node(item, space, f"{path}/{i}", depth + 1) for i, item in enumerate(value))
        seen: set[str] = set()
        for i, branch in enumerate(branches):
            name = type_name(branch)
            if isinstance(branch, Union):
                raise AvroSchemaError("AVRO_UNION", "a union directly in a union", f"{path}/{i}", "merge the two")
            if name in seen:
                raise AvroSchemaError("AVRO_UNION", f"two branches of type {name}", f"{path}/{i}", "remove one")
            seen.add(name)
        return Union(branches)

    def names(self, value: dict[str, Any], space: str, path: str) -> Names:
        names = Names.of(value, space, path)
        if names.full in self.known:
            raise AvroSchemaError("AVRO_DUPLICATE_NAME", f"{names.full} is defined twice", path, "refer to it by name")
        self.known.add(names.full)
        return names

    def record(self, value: dict[str, Any], space: str, path: str, depth: int) -> RecordType:
        names = self.names(value, space, path)
        fields = _need(value, "fields", path)
        if not isinstance(fields, list):
            raise AvroSchemaError("AVRO_FIELDS", "fields is not a list", path, "give a list of objects")
        parsed = tuple(self.field(f, names.space, f"{path}/fields/{i}", depth) for i, f in enumerate(fields))
        _unique([field.name for field in parsed], "field", f"{path}/fields")
        record = RecordType(names.full, parsed, names.aliases, str(value.get("doc") or ""))
        self.named[names.full] = record
        return record

    def field(self, value: Any, space: str, path: str, depth: int) -> Field:
        if not isinstance(value, dict):
            raise AvroSchemaError("AVRO_FIELDS", f"not a field: {_short(value)}", path, "give an object")
        name, order = _need(value, "name", path), value.get("order", "ascending")
        aliases = value.get("aliases", [])
        if not is_name(name) or not isinstance(aliases, list) or not all(map(is_name, aliases)):
            raise AvroSchemaError("AVRO_NAME", f"field {_short(name)}: not a name, or an alias is none", path)
        if order not in _ORDERS:
            raise AvroSchemaError("AVRO_FIELDS", f"order {_short(order)}", path, f"one of {', '.join(_ORDERS)}")
        kind = self.node(_need(value, "type", path), space, f"{path}/type", depth + 1)
        doc = str(value.get("doc") or "")
        return Field(name, kind, "default" in value, value.get("default"), tuple(aliases), doc, order)

    def enum(self, value: dict[str, Any], space: str, path: str) -> EnumType:
        names = self.names(value, space, path)
        symbols, default = _need(value, "symbols", path), value.get("default")
        if not isinstance(symbols, list) or not all(map(is_name, symbols)):
            raise AvroSchemaError("AVRO_ENUM", "symbols is not a list of names", path, "letters, digits and _ only")
        _unique(symbols, "symbol", f"{path}/symbols")
        if default is not None and default not in symbols:
            raise AvroSchemaError("AVRO_ENUM", f"default {_short(default)} is not a symbol", path, "use one of them")
        enum = EnumType(names.full, tuple(symbols), default, names.aliases)
        self.named[names.full] = enum
        return enum

    def fixed(self, value: dict[str, Any], space: str, path: str) -> Fixed:
        names, size = self.names(value, space, path), _need(value, "size", path)
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 2**31:
            raise AvroSchemaError("AVRO_FIXED", f"size {_short(size)}", path, "a whole number of bytes")
        fixed = Fixed(names.full, size, logical_of(value, "fixed", size), names.aliases)
        self.named[names.full] = fixed
        return fixed


def _need(value: dict[str, Any], key: str, path: str) -> Any:
    if key not in value:
        raise AvroSchemaError("AVRO_MISSING", f"{key} is missing", path, f"add {key}")
    return value[key]


def _unique(names: list[str], what: str, path: str) -> None:
    twice = (
        next((name for i, name in enumerate(names) if name in names[:i]), None)
        if len(set(names)) < len(names)
        else None
    )
    if twice is not None:
        raise AvroSchemaError("AVRO_DUPLICATE_NAME", f"{what} {twice!r} stands twice", path, "remove one")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
