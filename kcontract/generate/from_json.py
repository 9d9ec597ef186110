"""The JSON form of an Avro value → datum, for examples. A union takes the first branch that the value fits."""

from __future__ import annotations

import math
import struct
from base64 import b64decode
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from kcontract.errors import UsageError
from kcontract.schema.avro.logical import UNITS_PER_SECOND, decimal_bytes
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
)  # fmt: skip

_LIMITS = {"int": 1 << 31, "long": 1 << 63}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def datum_of(schema: AvroSchema, value: Any) -> Datum:
    """The datum that a JSON form stands for. Raises UsageError (GENERATE_EXAMPLE) with a pointer where not."""
    return _datum(schema, schema.root, value, "")


def _refuse(path: str, value: Any, wanted: str) -> UsageError:
    text = f"{value!r:.60} at {path or 'the root'} is no {wanted}"
    return UsageError("GENERATE_EXAMPLE", text, "write the example in the JSON form of the payload's schema")


def _datum(schema: AvroSchema, node: Node, value: Any, path: str) -> Datum:
    node = schema.follow(node)
    match node:
        case Union():
            return _branch(schema, node, value, path)
        case RecordType() if isinstance(value, dict):
            names = [field.name for field in node.fields]
            missing = [name for name in names if name not in value]
            unknown = [name for name in value if name not in names]
            if missing or unknown:
                why = f"lacks {', '.join(missing)}" if missing else f"also has {', '.join(map(str, unknown))}"
                raise _refuse(path, value, f"record {node.name}: it {why}")
            return {f.name: _datum(schema, f.type, value[f.name], f"{path}/{f.name}") for f in node.fields}
        case Array() if isinstance(value, list):
            return [_datum(schema, node.items, item, f"{path}/{index}") for index, item in enumerate(value)]
        case Map() if isinstance(value, dict):
            return {key: _datum(schema, node.values, item, f"{path}/{key}") for key, item in value.items()}
        case EnumType() if value in node.symbols:
            return value
        case Primitive() | Fixed():
            return _leaf(node, value, path)
    raise _refuse(path, value, getattr(node, "name", type(node).__name__.lower()))


def _branch(schema: AvroSchema, node: Union, value: Any, path: str) -> Branch:
    for index, branch in enumerate(node.branches):
        try:
            return Branch(index, _datum(schema, branch, value, path))
        except UsageError:
            continue
    raise _refuse(path, value, "branch of the union")


def _leaf(node: Primitive | Fixed, value: Any, path: str) -> Any:
    wanted = node.logical.name if node.logical is not None else node.type if isinstance(node, Primitive) else node.name
    try:
        raw = _plain(node, value) if node.logical is None else _logical(node.logical, node, value)
    except (ValueError, OverflowError, InvalidOperation, AttributeError, TypeError, struct.error) as error:
        raise _refuse(path, value, wanted) from error
    if raw is None and wanted != "null":
        raise _refuse(path, value, wanted)
    return raw


def _plain(node: Primitive | Fixed, value: Any) -> Any:
    """The raw value, or None if the JSON value has the wrong type. Raises ValueError for what is not null or base64."""
    if isinstance(node, Fixed):
        raw = b64decode(value, validate=True)
        return raw if len(raw) == node.size else None
    match node.type:
        case "null":
            return _null(value)
        case "boolean" | "string":
            return value if type(value) is {"boolean": bool, "string": str}[node.type] else None
        case "bytes":
            return b64decode(value, validate=True)
        case "int" | "long":
            return value if type(value) is int and -_LIMITS[node.type] <= value < _LIMITS[node.type] else None
    return float(value) if type(value) in (int, float) and math.isfinite(value) else None


def _null(value: Any) -> None:
    if value is not None:
        raise ValueError("not null")


def _logical(logical: Logical, node: Primitive | Fixed, value: Any) -> Any:
    size = node.size if isinstance(node, Fixed) else None
    match logical.name:
        case "uuid":
            return str(UUID(value)) if size is None else UUID(value).bytes
        case "decimal":
            scaled = Decimal(value).scaleb(logical.scale)
            return decimal_bytes(int(scaled), size) if scaled == int(scaled) and isinstance(value, str) else None
        case "date":
            return date.fromisoformat(value).toordinal() - _EPOCH.toordinal()
        case "duration" | "big-decimal":
            return b64decode(value, validate=True)
    family, _, unit = logical.name.rpartition("-")
    text = f"1970-01-01T{value}" if family == "time" else value
    return _instant(text, UNITS_PER_SECOND[unit])


def _instant(text: str, per_second: int) -> int:
    """Units since the epoch of an RFC 3339 text, to the nanosecond."""
    whole, dot, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))] if dot else ""
    moment = datetime.fromisoformat(whole + rest[len(digits) :])
    delta = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * per_second + int((digits + "0" * 9)[:9]) * per_second // 10**9
