"""Strategies for JSON arrays: prefixes, `contains` with its counts, distinct items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema_rs import CanonicalSchema
from jsonschema_rs.canonical import (
    AnyOfView,
    ArrayView,
    CanonicalizationError,
    ConstView,
    Distinctness,
    EnumView,
    FalseView,
    IntegerView,
)  # fmt: skip

from kcontract.generate.budget import MOST
from kcontract.schema.json.dialects import json_equal_key

MORE = 5
"""Items beyond the least that an array gets."""
DRAWN = 60
"""Items that are drawn one by one; of longer arrays the rest repeats them, if it may."""
_FEW = 100
"""Values up to which they are kept as a whole."""
Build = Callable[[CanonicalSchema | None], SearchStrategy[Any]]
"""The strategy of a node, None being anything; empty (`st.nothing()`) where the depth budget does not reach."""


@dataclass(frozen=True, slots=True)
class _Plan:
    low: int
    high: int
    prefix: tuple[CanonicalSchema, ...]
    items: CanonicalSchema | None
    demands: tuple[CanonicalSchema, ...]
    """What some item each must be."""
    barred: tuple[CanonicalSchema, ...]
    """What no other item may be, since as many as may be are there."""
    distinct: Distinctness


def arrays(view: ArrayView, build: Build) -> SearchStrategy[list[Any]]:
    """Arrays of a view, at most MORE items longer than they must be; shrinking to the shortest."""
    if max(view.min_items or 0, sum(one.min_contains or 0 for one in view.contains)) > MOST:
        return st.nothing()
    plan = _plan(view, build)
    if plan.low > plan.high:
        return st.nothing()
    few = few_values(plan.items) if plan.distinct == Distinctness.ALL_DISTINCT and plan.items is not None else None
    if few is not None or plan.prefix or plan.demands or plan.barred or plan.distinct == Distinctness.SOME_REPEATED:
        return _composed(plan, build)
    item = build(plan.items)
    if plan.low > DRAWN:
        return _repeated(item, plan)
    unique = json_equal_key if plan.distinct == Distinctness.ALL_DISTINCT else None
    return st.lists(item, min_size=plan.low, max_size=0 if item.is_empty else plan.high, unique_by=unique)


def _repeated(item: SearchStrategy[Any], plan: _Plan) -> SearchStrategy[list[Any]]:
    """Arrays too long to be drawn: a few items again and again, or numbers where they must be distinct."""
    if plan.distinct == Distinctness.ALL_DISTINCT:
        return st.integers(-9, 9).map(lambda start: list(range(start, start + plan.low)))
    few = st.lists(item, min_size=1, max_size=3)
    return few.map(lambda some: (some * (plan.low // len(some) + 1))[: plan.low])


def _plan(view: ArrayView, build: Build) -> _Plan:
    prefix = tuple(view.prefix_items)
    demands, barred = [], []
    for one in view.contains:
        demands += [one.schema] * (1 if one.min_contains is None else one.min_contains)
        barred += [one.schema] if one.max_contains is not None else []
    low = max(view.min_items or 0, 2 if view.distinctness == Distinctness.SOME_REPEATED else 0)
    most = view.max_items if view.max_items is not None else max(low, len(prefix), len(demands)) + MORE
    high = min(most, max(low, len(prefix), len(demands)) + MORE)
    for index, node in enumerate(prefix):
        if build(node).is_empty:  # nothing may stand here, or beyond
            high = min(high, index)
    if build(view.items).is_empty:
        high = min(high, len(prefix))
    fitted = _fitted(demands, high)
    return _Plan(max(low, len(fitted)), high, prefix, view.items, tuple(fitted), tuple(barred), view.distinctness)


def _fitted(demands: list[CanonicalSchema], room: int) -> list[CanonicalSchema]:
    """At most `room` demands: where there are more, one item must meet several."""
    kept = demands[: max(room, 1)]
    for index, more in enumerate(demands[len(kept) :]):
        kept[index % len(kept)] = kept[index % len(kept)].intersect(more)
    return kept


def both(left: CanonicalSchema | None, right: CanonicalSchema) -> CanonicalSchema:
    """What both take; None takes anything."""
    return right if left is None else left.intersect(right)


def _other(node: CanonicalSchema | None, barred: tuple[CanonicalSchema, ...]) -> CanonicalSchema | None:
    """What the node takes and none of `barred` does, as far as that can be said; the validator has the last word."""
    for one in barred:
        try:
            node = one.negate() if node is None else node.subtract(one)
        except CanonicalizationError:
            continue
    return node


@dataclass(frozen=True, slots=True)
class _Source:
    """Where an item comes from."""

    drawn: SearchStrategy[Any]
    few: tuple[Any, ...] | None = None
    """All that there is, if it is little: what is left of it is known then."""

    def draw(self, draw: DrawFn, seen: set[Any] | None) -> Any:
        """An item; with `seen` one that is not yet among these, which it joins."""
        if seen is None:
            return draw(self.drawn)
        if self.few is None:
            value = draw(self.drawn.filter(lambda value: json_equal_key(value) not in seen))
        else:
            left = [value for value in self.few if json_equal_key(value) not in seen]
            value = draw(st.sampled_from(left)) if left else reject()
        seen.add(json_equal_key(value))
        return value


_NONE = _Source(st.nothing())


def few_values(node: CanonicalSchema) -> tuple[Any, ...] | None:
    """All values of a node, where they are few and plain."""
    match node.view():
        case ConstView(value=value):
            return (value,)
        case EnumView(values=values) if len(values) <= _FEW:
            return tuple(values)
        case IntegerView(minimum=int(low), maximum=int(high)) as view if high - low < _FEW:
            steps, others = view.multiple_of or (), view.not_multiple_of or ()
            whole = [n for n in range(low, high + 1) if not any(Fraction(n) % Fraction(str(step)) for step in steps)]
            return tuple(n for n in whole if all(Fraction(n) % Fraction(str(step)) for step in others))
        case AnyOfView(branches=branches):
            found = [few_values(branch) for branch in branches]
            several = [values for values in found if values is not None]
            return tuple(value for values in several for value in values) if len(several) == len(found) else None
    return None


def _composed(plan: _Plan, build: Build) -> SearchStrategy[list[Any]]:
    def at(index: int) -> CanonicalSchema | None:
        return plan.prefix[index] if index < len(plan.prefix) else plan.items

    def source(node: CanonicalSchema | None) -> _Source:
        few = few_values(node) if distinct and node is not None else None
        return _Source(build(node), few)

    def met_at(index: int, demand: CanonicalSchema) -> _Source:
        """The demand met by an item that is not counted elsewhere, if there is one."""
        node = both(at(index), demand)
        alone = _other(node, tuple(one for one in plan.barred if one != demand)) or node
        found = [source(one) for one in (alone, node) if not isinstance(one.view(), FalseView)]
        return next((one for one in found if not one.drawn.is_empty), _NONE)

    distinct = plan.distinct == Distinctness.ALL_DISTINCT
    ways = range(min(plan.high, len(plan.prefix) + 1))
    met = [[met_at(index, demand) for index in ways] for demand in plan.demands]
    free = [source(_other(at(index), plan.barred)) for index in range(len(plan.prefix) + 1)]
    rest = plan.high if free[-1].few is None else len(plan.prefix) + len(plan.demands) + len(free[-1].few)
    sizes = st.integers(plan.low, max(plan.low, min(plan.high, rest)))

    @st.composite
    def made(draw: DrawFn) -> list[Any]:
        size = draw(sizes)
        chosen: dict[int, _Source] = {}
        for some in met:
            fits = [n for n in range(size) if n not in chosen and not some[min(n, len(some) - 1)].drawn.is_empty]
            if fits:
                place = draw(st.sampled_from(fits))
                chosen[place] = some[min(place, len(some) - 1)]
        out: list[Any] = [None] * size
        seen: set[Any] | None = set() if distinct else None
        for index in [*chosen, *(index for index in range(size) if index not in chosen)]:
            item = chosen.get(index, free[min(index, len(free) - 1)])
            repeats = index >= DRAWN and index not in chosen and not distinct
            out[index] = out[index - 1] if repeats else item.draw(draw, seen)
        if plan.distinct == Distinctness.SOME_REPEATED:
            out[-1] = out[0]
        return out

    return made()
