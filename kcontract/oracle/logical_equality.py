"""When two scalars are one value, by what the schema says of the place."""

from __future__ import annotations

import math
import re
import struct
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kcontract.oracle.shapes import Kind, Shape
from kcontract.schema.avro.logical import unscaled

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?(Z|[+-]00:?00)?", re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,12}))?(Z|z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_PICO = 10**12
_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Same = Callable[[Any, Any, Shape], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(effect: Any, expected: Any, _: Shape) -> bool:
    """Integers exact, a float on either side as binary64, anything else of one type and equal."""
    if isinstance(effect, bool) or isinstance(expected, bool):
        return effect is expected
    if _is_number(effect) and _is_number(expected):
        return _same_numbers(effect, expected)
    if expected in _NON_FINITE if isinstance(expected, str) else False:
        return effect == expected or (isinstance(effect, float) and str(effect) == str(_NON_FINITE[expected]))
    return type(effect) is type(expected) and bool(effect == expected)


def _same_numbers(effect: float, expected: float) -> bool:
    if isinstance(effect, int) and isinstance(expected, int):
        return effect == expected
    return _as_binary64(effect) == _as_binary64(expected) is not None


def _integer(effect: Any, expected: Any, shape: Shape) -> bool:
    """Exact; `5.0` is 5, but a float near 2^53+1 is not."""
    if isinstance(effect, float) and _is_number(expected):
        return effect.is_integer() and int(effect) == expected
    return _plain(effect, expected, shape)


def _number(effect: Any, expected: Any, shape: Shape) -> bool:
    """Both as binary64, whichever way they are written: 9007199254740993 is read as 9007199254740992 by many."""
    if not (_is_number(effect) and _is_number(expected)):
        return _plain(effect, expected, shape)
    return effect == expected or _as_binary64(effect) == _as_binary64(expected) is not None


def _as_binary64(value: float) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _float32(effect: Any, expected: Any, shape: Shape) -> bool:
    """Rounded to binary32: 0.1 and 0.10000000149011612 are one float."""
    if not (_is_number(effect) and _is_number(expected)):
        return _plain(effect, expected, shape)
    return _round32(effect) == _round32(expected)


def _round32(value: float) -> float | None:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except (OverflowError, struct.error):
        return None


def _decimal(effect: Any, expected: Any, shape: Shape) -> bool:
    """As number or string; also as Avro's JSON writes its bytes."""
    wanted = _to_decimal(expected)
    if wanted is None:
        return _plain(effect, expected, shape)
    got = _to_decimal(effect)
    if isinstance(effect, float):
        return got is not None and (got == wanted or effect == float(wanted))
    if got is not None and got == wanted:
        return True
    return any(Decimal(unscaled(raw)).scaleb(-shape.scale) == wanted for raw in _raw_bytes(effect) if len(raw) < 512)


def _to_decimal(value: Any) -> Decimal | None:
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        return Decimal(value)
    except (InvalidOperation, ValueError):
        return None


def _raw_bytes(text: Any) -> list[bytes]:
    """What bytes a string may stand for: base64 of either alphabet, or Avro JSON's code points 0-255."""
    if not isinstance(text, str):
        return []
    found: list[bytes] = []
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    with suppress(ValueError):  # not base64
        found.append(b64decode(bare + "=" * (-len(bare) % 4), validate=True))
    with suppress(UnicodeEncodeError):  # not Avro JSON
        found.append(text.encode("latin-1"))
    return found


def _bytes(effect: Any, expected: Any, shape: Shape) -> bool:
    """As base64 or Avro JSON. `expected` is base64."""
    wanted = _raw_bytes(expected)
    if not wanted or not isinstance(effect, str):
        return _plain(effect, expected, shape)
    return effect == expected or wanted[0] in _raw_bytes(effect)


def _uuid(effect: Any, expected: Any, shape: Shape) -> bool:
    """Without case."""
    if isinstance(effect, str) and isinstance(expected, str):
        return effect.lower() == expected.lower()
    return _plain(effect, expected, shape)


def _instant(effect: Any, expected: Any, shape: Shape) -> bool:
    """As RFC 3339 in any zone, or as seconds, millis, micros or nanos since the epoch."""
    wanted = _picos(expected)
    if wanted is None:
        return _plain(effect, expected, shape)
    if _is_number(effect):
        return _is_epoch(effect, wanted, shape)
    return _picos(effect) == wanted


def _is_epoch(effect: float, wanted: int, shape: Shape) -> bool:
    units = dict.fromkeys((*((shape.unit,) if shape.unit else ()), *_UNITS))
    if isinstance(effect, int):
        return any(effect * (_PICO // unit) == wanted for unit in units)
    return math.isfinite(effect) and any(effect == wanted / (_PICO // unit) for unit in units)


def _picos(text: Any) -> int | None:
    """Picoseconds since the epoch of an ISO 8601 text; without a zone it is UTC."""
    match = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    zone = "+00:00" if zone in (None, "Z", "z") else zone
    leap = clock.endswith(":60")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock[:-2] + '59' if leap else clock}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    seconds = (moment.toordinal() - _EPOCH_DAY) * 86_400 + moment.hour * 3600 + moment.minute * 60 + moment.second
    return (seconds + leap) * _PICO + int((fraction or "").ljust(12, "0"))


def _date(effect: Any, expected: Any, shape: Shape) -> bool:
    """As RFC 3339, as days since the epoch, or as midnight of that day."""
    if effect == expected or not isinstance(expected, str) or not _DAY.fullmatch(expected):
        return _plain(effect, expected, shape)
    midnight = _picos(f"{expected}T00:00:00Z")
    if isinstance(effect, int) and not isinstance(effect, bool):
        return midnight is not None and (effect * 86_400 * _PICO == midnight or _is_epoch(effect, midnight, shape))
    return midnight is not None and _picos(effect) == midnight


def _time(effect: Any, expected: Any, shape: Shape) -> bool:
    """As a time of day with or without Z, or as units since midnight."""
    wanted = _clock(expected)
    if wanted is None:
        return _plain(effect, expected, shape)
    if isinstance(effect, int) and not isinstance(effect, bool):
        return any(effect * (_PICO // unit) == wanted for unit in (shape.unit, *_UNITS) if unit)
    return effect == expected or _clock(effect) == wanted


def _clock(text: Any) -> int | None:
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    hours, minutes, seconds, fraction, _ = match.groups()
    whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    return whole * _PICO + int((fraction or "").ljust(12, "0"))


SAME: dict[Kind, Same] = {
    "plain": _plain, "unknown": _plain, "integer": _integer, "number": _number, "float32": _float32,
    "decimal": _decimal, "instant": _instant, "date": _date, "time": _time, "uuid": _uuid, "bytes": _bytes,
}  # fmt: skip
"""How values are compared, by the kind of the place."""
