"""Readings of the types without parts: primitives, enum, fixed, and their logical types."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import Any

from kcontract.model.case import Layer
from kcontract.schema.avro.cursor import Cursor, read_block, read_int, read_long, read_sized, wrapped
from kcontract.schema.avro.logical import MAX_DECIMAL_BYTES, big_decimal_parts, raw_range, unscaled
from kcontract.schema.avro.nodes import Datum, EnumType, Fixed, Logical, Primitive

Reader = Callable[[Cursor], Datum]

_FLOAT, _DOUBLE = struct.Struct("<f"), struct.Struct("<d")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def read_null(_: Cursor) -> None:
    """No bytes."""


def read_boolean(cursor: Cursor) -> bool:
    start = cursor.pos
    byte = read_block(cursor, 1)[0]
    if byte > 1:
        cursor.note("odd_encodings:boolean", f"boolean {byte:#04x}", start)
    return byte != 0


def read_string(cursor: Cursor) -> str:
    data, pos = cursor.data, cursor.pos
    if pos < cursor.end and not (size := data[pos]) & 0x81:  # up to 63 bytes, nearly always
        end = pos + 1 + (size >> 1)
        raw = data[pos + 1 : end]
        if end <= cursor.end and raw.isascii():
            cursor.pos = end
            return raw.decode("ascii")
    raw = read_sized(cursor)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        at = cursor.pos - len(raw) + error.start
        cursor.problems.fault(cursor.error("invalid_utf8", f"not UTF-8: {error.reason}", at))
        return raw.decode(errors="replace")


def read_float(cursor: Cursor) -> float:
    return _check_finite(cursor, _FLOAT.unpack(read_block(cursor, 4))[0], 4)


def read_double(cursor: Cursor) -> float:
    return _check_finite(cursor, _DOUBLE.unpack(read_block(cursor, 8))[0], 8)


def _check_finite(cursor: Cursor, value: float, size: int) -> float:
    if not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0):
        cursor.note("non_finite", f"{value}", cursor.pos - size, Layer.CONSTRAINTS)
    return value


_PRIMITIVES: dict[str, Reader] = {
    "null": read_null, "boolean": read_boolean, "int": read_int, "long": read_long, "float": read_float,
    "double": read_double, "bytes": read_sized, "string": read_string,
}  # fmt: skip


def primitive_reader(node: Primitive) -> Reader:
    """How a primitive is read and checked."""
    plain = _PRIMITIVES[node.type]
    return plain if node.logical is None else _logical_reader(plain, node.logical)


def fixed_reader(node: Fixed) -> Reader:
    """How a fixed is read."""
    size = node.size

    def read(cursor: Cursor) -> bytes:
        return read_block(cursor, size)

    return read if node.logical is None else _logical_reader(read, node.logical)


def enum_reader(node: EnumType) -> Reader:
    """How an enum is read: its symbol."""
    symbols, count = node.symbols, len(node.symbols)

    def read(cursor: Cursor) -> str:
        start = cursor.pos
        index = read_long(cursor)
        if 0 <= index < count:
            return symbols[index]
        return _bad_symbol(cursor, node, index, start)

    return read


def _bad_symbol(cursor: Cursor, node: EnumType, index: int, start: int) -> str:
    reason = f"index {index} in {node.name}, which has {len(node.symbols)} symbols"
    if -len(node.symbols) <= index < 0:  # Python's stock decoders count from the end
        cursor.note("enum_index_bad:negative", reason, start)
        return node.symbols[index]
    if 0 <= wrapped(index) < len(node.symbols):
        cursor.note("enum_index_bad:wrapped", reason, start)
        return node.symbols[wrapped(index)]
    code = "enum_index_bad:negative" if index < 0 else "enum_index_bad"
    cursor.problems.fault(cursor.error(code, reason, start))
    return node.symbols[0] if node.symbols else ""


def _logical_reader(plain: Reader, logical: Logical) -> Reader:
    bounds = raw_range(logical)
    if bounds is not None:
        return _ranged(plain, logical.name, *bounds)
    check = _CHECKS.get(logical.name)
    if check is None or (logical.name == "uuid" and plain is not read_string):
        return plain  # duration and uuid over fixed: every value is legal

    def read(cursor: Cursor) -> Datum:
        start = cursor.pos
        value = plain(cursor)
        check(cursor, logical, value, start)
        return value

    return read


def _ranged(plain: Reader, name: str, low: int, high: int) -> Reader:
    def read(cursor: Cursor) -> int:
        start = cursor.pos
        value: int = plain(cursor)
        if not low <= value <= high:
            cursor.note("logical_out_of_range", f"{value} as {name}", start, Layer.CONSTRAINTS)
        return value

    return read


def _check_decimal(cursor: Cursor, logical: Logical, raw: bytes, start: int) -> None:
    if not raw:
        cursor.note("decimal_abuse:empty", "a decimal without bytes", start, Layer.CONSTRAINTS)
    elif len(raw) > MAX_DECIMAL_BYTES:
        cursor.note("decimal_abuse:huge", f"a decimal of {len(raw)} bytes", start, Layer.RESOURCES)
    elif len(raw) * 2.5 > logical.precision and abs(unscaled(raw)) >= 10**logical.precision:
        reason = f"more than {logical.precision} digits"
        cursor.note("decimal_abuse:precision", reason, start, Layer.CONSTRAINTS)


def _check_big_decimal(cursor: Cursor, _: Logical, raw: bytes, start: int) -> None:
    if big_decimal_parts(raw) is None:
        cursor.note("decimal_abuse", "not a big-decimal's bytes and scale", start, Layer.CONSTRAINTS)


def _check_uuid(cursor: Cursor, _: Logical, text: str, start: int) -> None:
    if not _UUID.fullmatch(text):
        spelling = _UUID.fullmatch(text.lower()) is not None
        code = "logical_out_of_range:uuid_case" if spelling else "logical_out_of_range:uuid"
        cursor.note(code, f"uuid {text[:60]!r}", start, Layer.CONSTRAINTS)


_CHECKS: dict[str, Callable[[Cursor, Logical, Any, int], None]] = {
    "decimal": _check_decimal, "big-decimal": _check_big_decimal, "uuid": _check_uuid,
}  # fmt: skip
