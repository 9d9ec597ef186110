"""Avro data → the Python values that fastavro and Confluent's serializers take: logical types applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from kcontract.schema.avro.logical import UNITS_PER_SECOND, unscaled
from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    Branch,
    Datum,
    EnumType,
    Fixed,
    Logical,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
    parts,
    type_name,
)  # fmt: skip

Converter = Callable[[Datum], Any]
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1)  # in UTC where its type says so
_NUMBERS = ("int", "long", "float", "double")


def python_form(schema: AvroSchema) -> Converter:
    """The conversion of data of a schema.

    Dates, times, timestamps to microseconds, decimals and UUIDs of strings are Python's own types; what fastavro
    leaves raw stays so (`duration`, nanoseconds, UUIDs of `fixed`). A union's value is `(branch, value)` where branches
    could be taken for each other, or are named inside the value; else the bare value.
    """
    return _Compiler(schema).converter(schema.root)


def _same(datum: Datum) -> Any:
    return datum


class _Compiler:
    def __init__(self, schema: AvroSchema) -> None:
        self._schema = schema
        self._records: dict[str, Converter] = {}

    def converter(self, node: Node) -> Converter:
        match self._schema.follow(node):
            case RecordType() as record:
                return self._record(record)
            case Array(items=items):
                item = self.converter(items)
                return _same if item is _same else lambda datum: [item(each) for each in datum]
            case Map(values=values):
                value = self.converter(values)
                return _same if value is _same else lambda datum: {key: value(each) for key, each in datum.items()}
            case Union(branches=branches):
                return self._union(branches)
            case Primitive(logical=logical) | Fixed(logical=logical) as leaf if logical is not None:
                return _logical(logical, leaf)
        return _same

    def _record(self, node: RecordType) -> Converter:
        if node.name in self._records:
            return lambda datum: self._records[node.name](datum)  # noqa: PLW0108 - not compiled yet
        fields: list[tuple[str, Converter]] = []

        def convert(datum: dict[str, Datum]) -> dict[str, Any]:
            out = dict(datum)
            for name, field in fields:
                out[name] = field(datum[name])
            return out

        self._records[node.name] = convert
        fields += [(f.name, inner) for f in node.fields if (inner := self.converter(f.type)) is not _same]
        return convert

    def _union(self, branches: tuple[Node, ...]) -> Converter:
        nodes = [self._schema.follow(branch) for branch in branches]
        clashing = _clashing(nodes)
        names = [type_name(node) if clashing or self._names_below(node, set()) else None for node in nodes]
        inner = [self.converter(node) for node in nodes]

        def convert(datum: Branch) -> Any:
            value, name = inner[datum.index](datum.value), names[datum.index]
            return value if name is None else (name, value)

        return convert

    def _names_below(self, node: Node, seen: set[str]) -> bool:
        """Whether branches may be named inside a value: fastavro, which would try the bare one, refuses it then."""
        node = self._schema.follow(node)
        if isinstance(node, Union) and _clashing([self._schema.follow(branch) for branch in node.branches]):
            return True
        if isinstance(node, RecordType):
            if node.name in seen:
                return False
            seen.add(node.name)
        return any(self._names_below(inner, seen) for inner in parts(node))


def _clashing(nodes: list[Node]) -> bool:
    """Whether some value of one branch would be taken for another's: two of a sort, or a logical type (fastavro tries
    to make dates of texts)."""
    real = [node for node in nodes if _sort(node) != "null"]
    logical = any(getattr(node, "logical", None) is not None for node in real)
    return len(real) > 1 and (logical or max(Counter(map(_sort, real)).values()) > 1)


def _sort(node: Node) -> str:
    """What serializers cannot tell apart by the Python value."""
    match node:
        case Primitive(type="string") | EnumType():
            return "text"
        case Primitive(type="bytes") | Fixed() | Array():
            return "sequence"  # fastavro takes bytes for an array of numbers
        case Primitive(type=name):
            return "number" if name in _NUMBERS else name
    return "dictionary"


def _logical(logical: Logical, node: Primitive | Fixed) -> Converter:
    if logical.name == "uuid":
        return UUID if isinstance(node, Primitive) else _same
    if logical.name == "decimal":
        return partial(_decimal, scale=logical.scale)
    if logical.name == "date":
        return lambda raw: date.fromordinal(raw + _EPOCH_DAY)
    family, _, unit = logical.name.rpartition("-")
    if unit not in ("millis", "micros"):
        return _same
    scale = 1_000_000 // UNITS_PER_SECOND[unit]
    if family == "time":
        return lambda raw: (_EPOCH + timedelta(microseconds=raw * scale)).time()
    epoch = _EPOCH.replace(tzinfo=UTC) if family == "timestamp" else _EPOCH
    return lambda raw: epoch + timedelta(microseconds=raw * scale)


def _decimal(raw: bytes, *, scale: int) -> Decimal:
    number = unscaled(raw)
    return Decimal((number < 0, tuple(map(int, str(abs(number)))), -scale))
