"""Equality of logical values (ORACLE.md §2): what counts is the value, not how a format writes it."""

from __future__ import annotations

from collections import deque
from typing import Any

from kcontract.oracle.logical_equality import SAME
from kcontract.oracle.reading import MISSING
from kcontract.oracle.shapes import NO_SHAPE, Shape, Shapes, child

_MAX_DEPTH = 200
_SCALARS = frozenset({str, int, float, bool})


def equal(effect: Any, expected: Any, shape: Shape = NO_SHAPE) -> bool:
    """Whether the value in an effect is the one that a contract wants there.

    `expected` is in the JSON form of the input (RFC 3339 times, decimals as strings, bytes base64). `shape` is what
    the input's schema says of it: without it strings are compared as they are, so that text like a time stays text.
    """
    return _same(effect, expected, shape, None, "", 0)


def equal_whole(effect: Any, expected: Any, shapes: Shapes) -> bool:
    """The echo `{"": $message.payload}`: every place of the whole value, each by its own shape."""
    return equal_at("", effect, expected, shapes)


def equal_at(pointer: str, effect: Any, expected: Any, shapes: Shapes) -> bool:
    """What stands at the pointer, and every place inside it, each by its own shape."""
    return _same(effect, expected, shapes.at(pointer), shapes, pointer, 0)


def differences(effect: Any, expected: Any, shapes: Shapes, limit: int = 5) -> list[tuple[str, Any, Any]]:
    """The first places at which a whole value differs: pointer, expected, got."""
    found: list[tuple[str, Any, Any]] = []
    queue = deque([("", effect, expected)])
    while queue and len(found) < limit:
        pointer, got, want = queue.popleft()
        steps = _steps(got, want)
        if steps is None or pointer.count("/") > _MAX_DEPTH:
            if not _same(got, want, shapes.at(pointer), shapes, pointer, 0):
                found.append((pointer, want, got))
            continue
        queue.extendleft((child(pointer, step), _get(got, step), _get(want, step)) for step in reversed(steps))
    return found


def _steps(got: Any, want: Any) -> list[Any] | None:
    """The steps below a pair of objects, or of lists of one length; None for anything else."""
    if isinstance(got, dict) and isinstance(want, dict):
        return list(want) if got.keys() == want.keys() else list(dict.fromkeys([*want, *got]))
    if isinstance(got, list) and isinstance(want, list) and len(got) == len(want):
        return list(range(len(want)))
    return None


def _get(value: Any, step: Any) -> Any:
    if isinstance(value, dict):
        return value.get(step, MISSING)
    return value[step]


def _same(effect: Any, expected: Any, shape: Shape, shapes: Shapes | None, pointer: str, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        return True  # nobody is blamed for what was not looked at
    steps = _steps(effect, expected)
    if steps is None:
        return _same_leaf(effect, expected, shape)
    for step in steps:
        got, want = _get(effect, step), _get(expected, step)
        if _is_same_scalar(got, want):
            continue
        below = child(pointer, step)
        inner = shapes.at(below) if shapes is not None else NO_SHAPE
        if not _same(got, want, inner, shapes, below, depth + 1):
            return False
    return True


def _is_same_scalar(effect: Any, expected: Any) -> bool:
    """What is the same whatever the schema says; by far the most places are."""
    kind = type(expected)
    return kind in _SCALARS and type(effect) is kind and bool(effect == expected)


def _same_leaf(effect: Any, expected: Any, shape: Shape) -> bool:
    if expected is MISSING or expected is None or effect is MISSING or effect is None:
        return _same_nothing(effect, expected, shape)
    return any(SAME[kind](effect, expected, shape) for kind in shape.kinds)


def _same_nothing(effect: Any, expected: Any, shape: Shape) -> bool:
    """Null and absent are one where the field is optional; an absent one may be read as its default."""
    nothing = (None, MISSING)
    if effect in nothing and expected in nothing:
        return effect is expected or shape.optional
    return expected is MISSING and shape.default is not MISSING and _same_leaf(effect, shape.default, shape)
