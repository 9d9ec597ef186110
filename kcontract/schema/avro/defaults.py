"""Default values: JSON as it stands in a schema → datum (Avro 1.12, "Complex Types", table of field defaults)."""

from __future__ import annotations

import math
from typing import Any

from kcontract.schema.avro.errors import AvroSchemaError
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

_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class _NoDefaultError(ValueError):
    """The value is no default for the type."""


def check_defaults(schema: AvroSchema) -> None:
    """Raise AvroSchemaError for the first field whose default does not fit its type."""
    for record in schema.named.values():
        for field in record.fields if isinstance(record, RecordType) else ():
            if field.has_default:
                default_datum(schema, field.type, field.default, f"{record.name}.{field.name}")


def default_datum(schema: AvroSchema, node: Node, value: Any, where: str = "") -> Datum:
    """The datum of the default `value` of a field of type `node`; of a union, for the first branch that it fits.

    Raises AvroSchemaError naming `where`.
    """
    try:
        return _convert(schema, node, value)
    except (_NoDefaultError, RecursionError) as error:
        fix = "give a default of the field's type, for a union of its first branch"
        raise AvroSchemaError("AVRO_DEFAULT", f"default of {where}: {error}", where, fix) from error


def _convert(schema: AvroSchema, node: Node, value: Any) -> Datum:  # noqa: PLR0911  # one a type
    match schema.follow(node):
        case Primitive(type=kind):
            return _primitive(kind, value)
        case Union(branches=branches):
            return _branch(schema, branches, value)
        case Array(items=items) if isinstance(value, list):
            return [_convert(schema, items, item) for item in value]
        case Map(values=values) if isinstance(value, dict):
            return {key: _convert(schema, values, item) for key, item in value.items()}
        case EnumType(symbols=symbols) if value in symbols:
            return value
        case Fixed(size=size) if len(raw := _latin(value)) == size:
            return raw
        case RecordType() as record if isinstance(value, dict):
            return _record(schema, record, value)
        case other:
            raise _NoDefaultError(f"{value!r:.60} is no {type(other).__name__.lower()}")


def _record(schema: AvroSchema, record: RecordType, value: dict[str, Any]) -> Datum:
    datum = {}
    for field in record.fields:
        if field.name not in value and not field.has_default:
            raise _NoDefaultError(f"field {field.name} of {record.name} has no value")
        datum[field.name] = _convert(schema, field.type, value.get(field.name, field.default))
    return datum


def _branch(schema: AvroSchema, branches: tuple[Node, ...], value: Any) -> Branch:
    for index, branch in enumerate(branches):
        try:
            return Branch(index, _convert(schema, branch, value))
        except _NoDefaultError:
            continue
    raise _NoDefaultError(f"{value!r:.60} fits no branch")


def _primitive(kind: str, value: Any) -> Datum:
    match kind, value:
        case ("null", None) | ("boolean", bool()) | ("string", str()):
            return value
        case ("int" | "long", int()) if not isinstance(value, bool):
            bound = 2**31 if kind == "int" else 2**63
            if -bound <= value < bound:
                return value
        case ("float" | "double", int() | float()) if not isinstance(value, bool):
            return _finite(value)
        case ("float" | "double", str()) if value in _NON_FINITE:
            return _NON_FINITE[value]
        case ("bytes", str()):
            return _latin(value)
    raise _NoDefaultError(f"{value!r:.60} is no {kind}")


def _finite(value: float) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise _NoDefaultError("beyond a double") from error


def _latin(value: Any) -> bytes:
    try:
        return str.encode(value, "latin-1")
    except (TypeError, UnicodeEncodeError) as error:
        raise _NoDefaultError(f"{value!r:.60} is not bytes written as code points 0-255") from error
