"""JSON numbers: exact where int64 and binary64 hold them, noted where they do not (ORACLE.md §1, Numbers)."""

from __future__ import annotations

import math
from typing import Any

MAX_DIGITS = 1_000
"""Numbers with more digits are *either*; also far below the 4,300 at which Python refuses to convert."""
HUGE = 10**400
"""Stands for a number that is not converted: no binary64 holds it."""


class Literal(float):
    """A float with a way of writing that matters: `2.0` may be an integer, `1e400` is beyond binary64."""

    __slots__ = ("exact", "integral")

    exact: bool
    """False if binary64 has no value near it (overflow, underflow) or it has too many digits."""
    integral: int | None
    """The integer that it equals, as JSON Schema sees it."""


def parse_int(text: str) -> int:
    """An integer literal; HUGE if it has more than MAX_DIGITS digits."""
    if len(text) <= MAX_DIGITS:
        return int(text)
    return -HUGE if text[0] == "-" else HUGE


def parse_float(text: str) -> float:
    """A literal with fraction or exponent."""
    value = float(text)
    if math.isinf(value):
        return _literal(math.copysign(1.7976931348623157e308, value), exact=False)
    if len(text) > MAX_DIGITS or (value == 0 and _has_digits(text)):
        return _literal(value, exact=False)
    if value.is_integer():
        return _literal(value, exact=True, integral=int(value))
    return value


def _has_digits(text: str) -> bool:
    mantissa = text.lower().partition("e")[0]
    return mantissa.strip("-0.") != ""


def _literal(value: float, *, exact: bool, integral: int | None = None) -> Literal:
    literal = Literal(value)
    literal.exact, literal.integral = exact, integral
    return literal


def beyond_int64(value: Any) -> bool:
    """Whether it is an int that int64 does not hold."""
    return type(value) is int and not -(2**63) <= value < 2**63


def beyond_binary64(value: int) -> bool:
    """Whether an int is out of binary64's range."""
    try:
        float(value)
    except OverflowError:
        return True
    return False
