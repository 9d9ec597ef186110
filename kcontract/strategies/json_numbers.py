"""Strategies for JSON numbers within bounds. Integers stay within int64 where the bounds allow it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from jsonschema_rs.canonical import IntegerView, NumberView

INT64 = 2**63
_LARGEST = 1.7976931348623157e308
_FACTOR = 10**9


def integers(view: IntegerView) -> SearchStrategy[int]:
    """Integers of a view: its bounds and their neighbours often, shrinking to the one nearest to 0."""
    step = math.lcm(*(Fraction(str(one)).numerator for one in view.multiple_of)) if view.multiple_of else 1
    low, high = _within_int64(view.minimum, view.maximum)
    least, most = -(-low // step), high // step
    if least > most:
        return st.nothing()
    found = st.integers(least, most)
    scaled = found if step == 1 else found.map(lambda factor: factor * step)
    return _without(scaled, view.not_multiple_of)


def _within_int64(low: int | None, high: int | None) -> tuple[int, int]:
    if low is None:
        low = -INT64 if high is None or high >= -INT64 else high - INT64
    if high is None:
        high = INT64 - 1 if low < INT64 else low + INT64
    return low, high


def numbers(view: NumberView) -> SearchStrategy[int | float]:
    """Numbers of a view, integers among them: shrinking to a whole one if there is one."""
    low, high = _bound(view.minimum), _bound(view.maximum)
    if view.multiple_of:
        return _multiples(view, low, high)
    found: list[SearchStrategy[Any]] = []
    least = None if low is None else math.floor(low) + 1 if view.exclusive_minimum else math.ceil(low)
    most = None if high is None else math.ceil(high) - 1 if view.exclusive_maximum else math.floor(high)
    whole = _within_int64(least, most)
    if not view.excludes_integers and whole[0] <= whole[1]:
        found.append(_without(st.integers(*whole), view.not_multiple_of))
    found.append(_floats(view, low, high))
    return st.one_of(found)


def _bound(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _floats(view: NumberView, low: Fraction | None, high: Fraction | None) -> SearchStrategy[float]:
    least = -_LARGEST if low is None else _float(low)
    most = _LARGEST if high is None else _float(high)
    if low is not None and (Fraction(least) < low or (view.exclusive_minimum and Fraction(least) == low)):
        least = math.nextafter(least, math.inf)
    if high is not None and (Fraction(most) > high or (view.exclusive_maximum and Fraction(most) == high)):
        most = math.nextafter(most, -math.inf)
    if least > most:
        return st.nothing()
    drawn = st.floats(least, most, allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)  # no -0.0
    found = _without(drawn, view.not_multiple_of)
    return found.filter(lambda value: not value.is_integer()) if view.excludes_integers else found


def _float(bound: Fraction) -> float:
    return float(max(min(bound, Fraction(_LARGEST)), Fraction(-_LARGEST)))


def _multiples(view: NumberView, low: Fraction | None, high: Fraction | None) -> SearchStrategy[int | float]:
    parts = [Fraction(str(one)) for one in view.multiple_of]
    step = Fraction(math.lcm(*(part.numerator for part in parts)), math.gcd(*(part.denominator for part in parts)))
    least = None if low is None else math.floor(low / step) + 1 if view.exclusive_minimum else math.ceil(low / step)
    most = None if high is None else math.ceil(high / step) - 1 if view.exclusive_maximum else math.floor(high / step)
    start = max(-_FACTOR, least) if least is not None else min(-_FACTOR, (most or 0) - _FACTOR)
    end = min(max(_FACTOR, start + _FACTOR), most) if most is not None else max(_FACTOR, start + _FACTOR)
    if start > end:
        return st.nothing()
    found = st.integers(start, end).map(lambda factor: _plain(step * factor)).filter(math.isfinite)
    found = _without(found, view.not_multiple_of)
    return found.filter(lambda value: not float(value).is_integer()) if view.excludes_integers else found


def _plain(value: Fraction) -> int | float:
    if value.denominator == 1:
        return value.numerator
    try:
        return float(Decimal(value.numerator) / Decimal(value.denominator))
    except OverflowError:
        return math.inf


def _without(found: SearchStrategy[Any], steps: Sequence[Any]) -> SearchStrategy[Any]:
    if not steps:
        return found
    barred = [Fraction(str(step)) for step in steps]
    return found.filter(lambda value: all(Fraction(str(value)) % step for step in barred))
