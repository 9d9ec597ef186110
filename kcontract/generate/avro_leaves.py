"""Raw values of Avro's leaf types at their edges, an ordinary one first. Logical types stay within what is legal."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Callable
from random import Random
from typing import Any

from kcontract.generate.numbers import FLOATS, INT32, INT64, random_integer
from kcontract.generate.text import boundary_texts, random_text
from kcontract.schema.avro.encode import long_bytes
from kcontract.schema.avro.logical import (
    big_decimal_text,
    decimal_bytes,
    decimal_text,
    raw_range,
    time_text,
    uuid_text,
)  # fmt: skip
from kcontract.schema.avro.nodes import EnumType, Fixed, Logical, Node, Primitive

Leaf = Primitive | EnumType | Fixed
_INTS = (1, 0, -1, 63, 64, -64, -65, 8_191, 8_192, INT32 - 1, -INT32)
_LONGS = (*_INTS, INT32, -INT32 - 1, 2**53 - 1, 2**53 + 1, 2**62, INT64 - 1, -INT64)
_FLOATS = (1.5, 0.0, -1.5, 0.10000000149011612, 16777216.0, 3.4028234663852886e38, -3.4028234663852886e38,
           1.1754943508222875e-38, 1.401298464324817e-45)  # fmt: skip
_BYTES = (b"abc", b"", b"\0", b"\xff\xfe", bytes(range(256)), b"x" * 1_000)
_DAY, _SECOND_OF_DAY = 19_782, 45_015  # 2024-02-29, 12:30:15
_SECOND = _DAY * 86_400 + _SECOND_OF_DAY
_UNITS = {"millis": 1_000, "micros": 1_000_000, "nanos": 1_000_000_000}
_UUIDS = ("6f9619ff-8b86-4011-b42d-00cf4fc964ff", "00000000-0000-0000-0000-000000000000")


def leaf_values(node: Leaf) -> list[Any]:
    """Legal raw values of a leaf type: an ordinary one, then its edges. NaN and infinities are a kind of their own."""
    if isinstance(node, EnumType):
        return list(node.symbols)
    if node.logical is not None:
        return _logical(node.logical, node)
    if isinstance(node, Fixed):
        return list(dict.fromkeys((bytes(i % 256 for i in range(node.size)), bytes(node.size), b"\xff" * node.size)))
    values: dict[str, list[Any]] = {
        "null": [None], "boolean": [True, False], "int": list(_INTS), "long": list(_LONGS), "float": list(_FLOATS),
        "double": [1.5, *FLOATS, 5e-324], "bytes": list(_BYTES),
    }  # fmt: skip
    return values[node.type] if node.type != "string" else ["abc", *boundary_texts()]


def _logical(logical: Logical, node: Primitive | Fixed) -> list[Any]:
    if logical.name == "uuid":
        return list(_UUIDS) if isinstance(node, Primitive) else [bytes.fromhex(u.replace("-", "")) for u in _UUIDS]
    if logical.name == "decimal":
        return _decimals(logical, node.size if isinstance(node, Fixed) else None)
    if logical.name == "duration":
        return [struct.pack("<III", *parts) for parts in ((1, 2, 3_000), (0, 0, 0), (2**32 - 1,) * 3)]
    if logical.name == "big-decimal":
        return [_big(*parts) for parts in ((150, 2), (0, 0), (-1, 10), (10**30, 0))]
    return _moments(logical)


def _decimals(logical: Logical, size: int | None) -> list[bytes]:
    most = 10**logical.precision - 1
    one = min(10**logical.scale, most)
    edges = (one, 0, 1, -1, 127, 128, -128, -129, 255, 256, most, most - 1, -most)
    return [decimal_bytes(edge, size) for edge in dict.fromkeys(edges) if abs(edge) <= most]


def _big(unscaled: int, scale: int) -> bytes:
    raw = decimal_bytes(unscaled)
    return long_bytes(len(raw)) + raw + long_bytes(scale)


def _moments(logical: Logical) -> list[int]:
    low, high = moment_range(logical)
    family, _, unit = logical.name.rpartition("-")
    if logical.name == "date":
        ordinary = _DAY
        more: tuple[int, ...] = (-1, -25_509, 11_016, 24_855)
    else:
        scale = _UNITS[unit]
        ordinary = (_SECOND_OF_DAY if family == "time" else _SECOND) * scale
        more = (-1, ordinary + 1, ordinary + scale - 1, (2**31 - 1) * scale, 2**31 * scale, 1_729_989_000 * scale)
    found = (ordinary, 0, 1, low, low + 1, high - 1, high, *more)
    return [value for value in dict.fromkeys(found) if low <= value <= high]


def moment_range(logical: Logical) -> tuple[int, int]:
    """Least and greatest legal raw value of a date, time or timestamp that its int or long can hold."""
    low, high = raw_range(logical) or (-INT64, INT64 - 1)
    return max(low, -INT64), min(high, INT64 - 1)


_RANDOM: dict[str, Callable[[Random], Any]] = {
    "int": lambda rng: random_integer(rng, -INT32, INT32 - 1),
    "long": lambda rng: random_integer(rng, -INT64, INT64 - 1),
    "string": random_text,
    "bytes": lambda rng: rng.randbytes(rng.randint(0, 40)),
    "double": lambda rng: rng.choice((rng.random(), rng.uniform(-1e6, 1e6), rng.uniform(-1e300, 1e300))),
    "float": lambda rng: struct.unpack("<f", struct.pack("<f", rng.uniform(-1e6, 1e6)))[0],
}


def random_leaf(node: Leaf, rng: Random, known: list[Any]) -> Any:
    """A random legal raw value, or one of the known ones (`leaf_values`)."""
    if isinstance(node, EnumType) or rng.random() < 0.4:
        return rng.choice(known)
    if node.logical is not None:
        return _random_logical(node.logical, node, rng.choice(known), rng)
    if isinstance(node, Fixed):
        return rng.randbytes(node.size)
    make = _RANDOM.get(node.type)
    return make(rng) if make is not None else rng.choice(known)


def _random_logical(logical: Logical, node: Primitive | Fixed, known: Any, rng: Random) -> Any:
    if logical.name == "decimal":
        most = 10**logical.precision - 1
        return decimal_bytes(rng.randint(-most, most), node.size if isinstance(node, Fixed) else None)
    if isinstance(known, int):
        return random_integer(rng, *moment_range(logical))
    return known


def leaf_json(node: Leaf, raw: Any) -> Any:
    """The JSON form of a leaf's raw value (FORMAT.md), for constraints."""
    logical = None if isinstance(node, EnumType) else node.logical
    if logical is None or logical.name == "duration":
        return b64encode(raw).decode() if isinstance(raw, bytes) else raw
    if logical.name == "decimal":
        return decimal_text(raw, logical.scale)
    if logical.name == "big-decimal":
        return big_decimal_text(raw)
    return uuid_text(raw) if logical.name == "uuid" else time_text(logical, raw)


def is_leaf(node: Node) -> bool:
    """Whether a node holds no other nodes."""
    return isinstance(node, Primitive | EnumType | Fixed)
