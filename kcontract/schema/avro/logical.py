"""Logical types: where they are legal, which raw values they allow, and their JSON form (FORMAT.md)."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from kcontract.schema.avro.nodes import Logical

UNITS_PER_SECOND = {"millis": 1_000, "micros": 1_000_000, "nanos": 1_000_000_000}
_DIGITS = {"millis": 3, "micros": 6, "nanos": 9}
_EPOCH = datetime(1970, 1, 1)  # UTC throughout; without a zone its text has none
_EPOCH_DAY = date(1970, 1, 1).toordinal()
DATE_RANGE = (date.min.toordinal() - _EPOCH_DAY, date.max.toordinal() - _EPOCH_DAY)
"""Days from 0001-01-01 to 9999-12-31: what RFC 3339 can write (year 0000 aside, ORACLE.md §1)."""
SECONDS_RANGE = (DATE_RANGE[0] * 86_400, (DATE_RANGE[1] + 1) * 86_400 - 1)

_UNDERLYING = {
    "date": "int", "time-millis": "int", "time-micros": "long", "big-decimal": "bytes",
    **{f"{zone}timestamp-{unit}": "long" for zone in ("", "local-") for unit in UNITS_PER_SECOND},
}  # fmt: skip
MAX_DECIMAL_BYTES = 4_096
"""Longer decimals are `decimal_abuse`: their conversion to digits takes quadratic time in most readers."""


def logical_of(schema: dict[str, Any], underlying: str, size: int = 0) -> Logical | None:
    """The logical type that the JSON object `schema` declares over `underlying`, None if none or illegal there."""
    name = schema.get("logicalType")
    match name:
        case "decimal" if underlying in ("bytes", "fixed"):
            return _decimal(schema.get("precision"), schema.get("scale", 0), size if underlying == "fixed" else None)
        case "uuid" if underlying == "string" or (underlying == "fixed" and size == 16):
            return Logical(name)
        case "duration" if underlying == "fixed" and size == 12:
            return Logical(name)
        case str() if _UNDERLYING.get(name) == underlying:
            return Logical(name)
    return None


def _decimal(precision: Any, scale: Any, size: int | None) -> Logical | None:
    if type(precision) is not int or type(scale) is not int or not 0 <= scale <= precision or precision < 1:
        return None
    if size is not None and (size == 0 or precision > math.floor(math.log10(2) * (8 * size - 1))):
        return None
    return Logical("decimal", precision, scale)


def raw_range(logical: Logical) -> tuple[int, int] | None:
    """Least and greatest legal raw int of a date, time or timestamp, None for other logical types."""
    family, _, unit = logical.name.rpartition("-")
    if logical.name == "date":
        return DATE_RANGE
    if family == "time":
        return 0, 86_400 * UNITS_PER_SECOND[unit] - 1
    if family in ("timestamp", "local-timestamp"):
        per_second = UNITS_PER_SECOND[unit]
        return SECONDS_RANGE[0] * per_second, (SECONDS_RANGE[1] + 1) * per_second - 1
    return None


def time_writer(logical: Logical) -> Callable[[int], str | int]:
    """How a date's, time's or timestamp's raw int becomes RFC 3339 text; it stays raw where there is no text for it."""
    low, high = raw_range(logical) or (0, -1)
    family, _, unit = logical.name.rpartition("-")
    if logical.name == "date":
        return lambda raw: date.fromordinal(raw + _EPOCH_DAY).isoformat() if low <= raw <= high else raw
    per_second, digits, is_time = UNITS_PER_SECOND[unit], _DIGITS[unit], family == "time"

    def write(raw: int) -> str | int:
        if not low <= raw <= high:
            return raw
        seconds, fraction = divmod(raw, per_second)
        # isoformat, not strftime: the latter writes year 1 without leading zeros on Linux
        text = (_EPOCH + timedelta(seconds=seconds)).isoformat()
        text = text[11:] if is_time else text
        return f"{text}.{fraction:0{digits}d}Z" if fraction else f"{text}Z"

    return write


def time_text(logical: Logical, raw: int) -> str | int:
    """RFC 3339 text of one date, time or timestamp; the raw int where there is none."""
    return time_writer(logical)(raw)


def unscaled(raw: bytes) -> int:
    """The int in a decimal's two's complement bytes; empty bytes are 0."""
    return int.from_bytes(raw, "big", signed=True)


def decimal_bytes(value: int, size: int | None = None) -> bytes:
    """Two's complement of an unscaled decimal: the fewest bytes, or `size` for a fixed. Raises OverflowError."""
    length = size if size is not None else (value if value >= 0 else ~value).bit_length() // 8 + 1
    return value.to_bytes(length, "big", signed=True)


def decimal_text(raw: bytes, scale: int) -> str | None:
    """Plain digits with exactly `scale` places, None if longer than MAX_DECIMAL_BYTES."""
    if len(raw) > MAX_DECIMAL_BYTES:
        return None
    return _plain(unscaled(raw), scale)


def _plain(value: int, scale: int) -> str | None:
    try:
        digits = str(abs(value)).rjust(scale + 1, "0")
    except ValueError:  # more than 4,300 digits
        return None
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else sign + digits


def big_decimal_parts(raw: bytes) -> tuple[int, int] | None:
    """Unscaled value and scale of a big-decimal (bytes, then int, both Avro binary), None if it is none."""
    first = _zigzag(raw, 0)
    if first is None:
        return None
    length, start = first
    second = _zigzag(raw, start + length) if 0 < length <= min(len(raw) - start, MAX_DECIMAL_BYTES) else None
    if second is None or second[1] != len(raw) or not 0 <= second[0] <= MAX_DECIMAL_BYTES:
        return None
    return unscaled(raw[start : start + length]), second[0]


def big_decimal_text(raw: bytes) -> str | None:
    """Plain digits of a big-decimal, None if it is none."""
    parts = big_decimal_parts(raw)
    return None if parts is None else _plain(*parts)


def _zigzag(raw: bytes, pos: int) -> tuple[int, int] | None:
    value = shift = 0
    for end in range(pos, min(len(raw), pos + 10)):
        value |= (raw[end] & 0x7F) << shift
        shift += 7
        if raw[end] < 0x80:
            return (value >> 1) ^ -(value & 1), end + 1
    return None


def uuid_text(raw: bytes | str) -> str:
    """Lower case text of a uuid over string or fixed(16); a string that is none stays as it is."""
    return str(uuid.UUID(bytes=raw)) if isinstance(raw, bytes) else raw.lower()
