"""Strategies for the raw values of Avro's leaf types, within exact bounds; shrinking to ordinary small values."""

from __future__ import annotations

import struct
from typing import Literal
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kcontract.generate.avro_leaves import moment_range
from kcontract.schema.avro.encode import long_bytes
from kcontract.schema.avro.logical import decimal_bytes
from kcontract.schema.avro.nodes import EnumType, Fixed, Logical, Primitive, PrimitiveName
from kcontract.strategies.json_texts import CHARACTERS

INT32, INT64 = 2**31, 2**63
Raw = SearchStrategy[object]
"""Values of the underlying type: a date is an int, a decimal bytes (`schema.avro.nodes.Datum`)."""
TEXT = st.text(CHARACTERS)
UUIDS = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number, version=4))
"""UUIDs, shrinking to one of zeros, as Hypothesis' own do not."""


def plain_floats(width: Literal[32, 64]) -> SearchStrategy[float]:
    """Finite numbers of binary32 or binary64; the negative zero, which JSON libraries lose, is the positive one."""
    return st.floats(width=width, allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)


def raw_values(node: Primitive | EnumType | Fixed, *, non_finite: bool) -> Raw:
    """All legal raw values of a leaf; `non_finite`: also NaN, the infinities and -0.0."""
    if isinstance(node, EnumType):
        return st.sampled_from(node.symbols)
    if node.logical is not None:
        return _logical(node.logical, node)
    if isinstance(node, Fixed):
        return st.binary(min_size=node.size, max_size=node.size)
    return _primitive(node, non_finite)


_PRIMITIVES: dict[PrimitiveName, Raw] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-INT32, INT32 - 1),
    "long": st.integers(-INT64, INT64 - 1),
    "float": plain_floats(32),
    "double": plain_floats(64),
    "bytes": st.binary(),
    "string": TEXT,
}


def _primitive(node: Primitive, non_finite: bool) -> Raw:
    if non_finite and node.type in ("float", "double"):
        return st.floats(width=32 if node.type == "float" else 64)
    return _PRIMITIVES[node.type]


def _logical(logical: Logical, node: Primitive | Fixed) -> Raw:
    size = node.size if isinstance(node, Fixed) else None
    match logical.name:
        case "uuid":
            return UUIDS.map(str) if size is None else UUIDS.map(lambda one: one.bytes)
        case "decimal":
            most = 10**logical.precision - 1
            return st.integers(-most, most).map(lambda unscaled: decimal_bytes(unscaled, size))
        case "duration":
            parts = st.integers(0, 2**32 - 1)
            return st.tuples(parts, parts, parts).map(lambda three: struct.pack("<III", *three))
        case "big-decimal":
            return st.tuples(st.integers(-(10**40), 10**40), st.integers(0, 40)).map(_big_decimal)
    return st.integers(*moment_range(logical))


def _big_decimal(parts: tuple[int, int]) -> bytes:
    raw = decimal_bytes(parts[0])
    return long_bytes(len(raw)) + raw + long_bytes(parts[1])
