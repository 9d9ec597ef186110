"""Numbers at the edges of a JSON Schema's bounds and of the machine's types."""

from __future__ import annotations

import sys
from fractions import Fraction
from math import ceil, floor, isfinite
from random import Random
from typing import Any

INT32, INT64 = 2**31, 2**63
INTEGERS: tuple[int, ...] = (
    0, 1, -1, 127, 128, 255, 256, 32_767, 65_536, INT32 - 1, INT32, -INT32, -INT32 - 1,
    2**32, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, INT64 - 1, -INT64,
)  # fmt: skip
FLOATS: tuple[float, ...] = (
    0.0, 1.5, -1.5, 0.1, 1 / 3, 1e-7, 123456.789, 1e21, -1e21, 2.2250738585072014e-308, 1.7976931348623157e308,
)  # fmt: skip

_MOST = Fraction(sys.float_info.max)


def limits(plain: dict[str, Any]) -> tuple[Any, Any, bool, bool]:
    """Lower and upper bound (None: none) and whether each is excluded (both the older and the newer keywords)."""
    low, high = plain.get("minimum"), plain.get("maximum")
    low_open, high_open = plain.get("exclusiveMinimum"), plain.get("exclusiveMaximum")
    if isinstance(low_open, int | float) and not isinstance(low_open, bool) and (low is None or low_open >= low):
        low, low_open = low_open, True
    if isinstance(high_open, int | float) and not isinstance(high_open, bool) and (high is None or high_open <= high):
        high, high_open = high_open, True
    return low, high, low_open is True, high_open is True


def integer_limits(plain: dict[str, Any]) -> tuple[int, int]:
    """The least and the greatest integer in bounds, within int64."""
    low, high, low_open, high_open = limits(plain)
    least = -INT64 if low is None else max(-INT64, ceil(low) + (low_open and low == ceil(low)))
    most = INT64 - 1 if high is None else min(INT64 - 1, floor(high) - (high_open and high == floor(high)))
    return least, most


def integers(plain: dict[str, Any]) -> list[int]:
    """Legal integers: an ordinary one first, then bounds, their neighbours, and machine limits."""
    low, high = integer_limits(plain)
    if low > high:
        return []
    step = plain.get("multipleOf")
    ordinary = min(max(1, low), high)
    found = [ordinary, low, low + 1, high - 1, high, *INTEGERS]
    if isinstance(step, int | float) and step > 0:
        found = [nearby for number in found for nearby in _multiples(number, step)]
    return list(dict.fromkeys(number for number in found if low <= number <= high))


def _multiples(number: int, step: float) -> list[int]:
    exact = Fraction(str(step))
    below = int(number // exact * exact)
    wanted = [below, below + int(exact)] if exact.denominator == 1 else [below]
    return [candidate for candidate in wanted if candidate % exact == 0]


def floats(plain: dict[str, Any]) -> list[float | int]:
    """Legal numbers within binary64; integers count as numbers too."""
    low, high, low_open, high_open = limits(plain)
    edges = [float(bound) for bound in (low, high) if bound is not None]
    found: list[float | int] = [1.5, *edges, *(edge + delta for edge in edges for delta in (0.5, -0.5, 1, -1))]
    if low is not None and high is not None:
        found.insert(0, (float(low) + float(high)) / 2)
    step = plain.get("multipleOf")
    if isinstance(step, int | float) and step > 0:
        exact = Fraction(str(step))
        multiples = [*(Fraction(str(number)) // exact * exact for number in found), exact, -exact, exact * 1000]
        found = [float(number) for number in multiples if abs(number) <= _MOST] + [0.0]
    else:
        found += [*FLOATS, 1, 2**53]
    return [n for n in dict.fromkeys(found) if isfinite(n) and _inside(n, low, high, low_open, high_open)]


def _inside(number: float, low: Any, high: Any, low_open: bool, high_open: bool) -> bool:
    above = low is None or number > low or (number == low and not low_open)
    return above and (high is None or number < high or (number == high and not high_open))


def random_integer(rng: Random, low: int, high: int) -> int:
    """Uniform in the number of digits, so that small and large ones are both seen."""
    if rng.random() < 0.5 or high - low < 100:
        return rng.randint(low, high)
    near = rng.choice((low, high, 0))
    offset = rng.getrandbits(rng.randint(1, 63))
    return min(max(low, near + rng.choice((offset, -offset))), high)
