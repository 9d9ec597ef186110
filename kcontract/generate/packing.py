"""Many edges in few values: those of one place each, put into one value where they do not stand in each other's way."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

from kcontract.generate.budget import weight
from kcontract.schema.avro.nodes import Branch

_ABSENT = object()
_TRIED = 100
"""Values that are tried beside one, at most."""
_NEAR = 2
_TRIES = 4_000
"""In all, so that a schema of a thousand edges costs a second and no more."""
_LIGHT = 70
"""Parts of a value below which an attempt that comes to nothing is free; its cost grows with their square."""
Shows = Callable[[Any], set[Hashable]]
"""What a value shows."""


class ConflictError(Exception):
    """Both values differ from the base in one place."""


def packed(values: Sequence[Any], room: int, shows: Shows, fits: Callable[[Any], bool]) -> Iterator[Any]:
    """All values if they are no more than `room`; else the first half of so many, and what only the others show, with
    as much as possible in one value. The first two values are the base, without and with what is optional."""
    alone = len(values) if len(values) <= room else room // 2
    yield from values[:alone]
    if alone < len(values):
        yield from _Packing(values[1::-1], shows, fits).packed(values[:alone], values[alone:])


class _Packing:
    def __init__(self, bases: Sequence[Any], shows: Shows, fits: Callable[[Any], bool]) -> None:
        self._bases, self._shows, self._fits = bases, shows, fits
        self._known: set[Hashable] = set()
        self._tries = _TRIES

    def packed(self, alone: Sequence[Any], others: Sequence[Any]) -> Iterator[Any]:
        self._known = set[Hashable]().union(*map(self._shows, alone))
        rest = [(value, self._shows(value)) for value in others]
        while rest := [(value, shown) for value, shown in rest if shown - self._known]:
            best = self._joined(*rest[0], rest[1:])
            self._known |= self._shows(best)
            yield best

    def _joined(self, first: Any, shown: set[Hashable], rest: Sequence[tuple[Any, set[Hashable]]]) -> Any:
        """The first value with others in it. What each of them was to show it still shows."""
        found, must = first, shown - self._known
        heavy = weight(first) ** 2 // _LIGHT**2
        near = sorted(rest[:_TRIED], key=lambda pair: -len(pair[1] & shown))[:_NEAR]
        for base in (*self._bases, *(value for value, _ in near)):  # edges deep inside have no base but each other
            for value, new in ((value, more - self._known - must) for value, more in rest[:_TRIED]):
                if self._tries <= 0 or not new - must:
                    continue
                self._tries -= heavy
                both = _attempt(base, found, value)
                if both is None:
                    continue
                self._tries -= 1
                if (must | new) <= self._shows(both) and self._fits(both):
                    found, must = both, must | new
        return found


def _attempt(base: Any, one: Any, other: Any) -> Any:
    try:
        return merged(base, one, other)
    except ConflictError:
        return None


def merged(base: Any, one: Any, other: Any) -> Any:
    """The value with what either of the two changes in the base. ConflictError where both change the same."""
    if one is base or other is base or one is other:
        return other if one is base else one
    if type(base) is type(one) is type(other):
        if isinstance(base, dict):
            return _merged_objects(base, one, other)
        if isinstance(base, list) and len(base) == len(one) == len(other):
            return [merged(*each) for each in zip(base, one, other, strict=True)]
        if isinstance(base, Branch) and base.index == one.index == other.index:
            return Branch(base.index, merged(base.value, one.value, other.value))
    if _same(one, base):
        return other
    if _same(other, base) or _same(one, other):
        return one
    raise ConflictError


def _merged_objects(base: dict[str, Any], one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name in dict.fromkeys((*base, *one, *other)):
        before, first, second = base.get(name, _ABSENT), one.get(name, _ABSENT), other.get(name, _ABSENT)
        if first is before:  # most are
            value = second
        elif second is before:
            value = first
        else:
            value = merged(before, first, second)
        if value is not _ABSENT:
            found[name] = value
    return found


def _same(one: Any, other: Any) -> bool:
    """Equal, 1 and 1.0 and True told apart."""
    return type(one) is type(other) and (one is other or repr(one) == repr(other))
