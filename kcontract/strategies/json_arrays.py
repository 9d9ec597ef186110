"""Strategies for JSON arrays: prefixes, `contains` with its counts, distinct items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema_rs import CanonicalSchema
from jsonschema_rs.canonical import ArrayView, CanonicalizationError, Distinctness, FalseView

from kcontract.generate.budget import MOST
from kcontract.schema.json.dialects import json_equal_key

MORE = 5
"""Items beyond the least that an array gets."""
DRAWN = 60
"""Items that are drawn one by one; of longer arrays the rest repeats them, if it may."""
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
    if plan.prefix or plan.demands or plan.barred or plan.distinct == Distinctness.SOME_REPEATED:
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


def _composed(plan: _Plan, build: Build) -> SearchStrategy[list[Any]]:
    def at(index: int) -> CanonicalSchema | None:
        return plan.prefix[index] if index < len(plan.prefix) else plan.items

    def places(demand: CanonicalSchema) -> list[SearchStrategy[Any]]:
        """How the demand is met at each place of the prefix, and behind it."""
        nodes = [both(at(index), demand) for index in range(min(plan.high, len(plan.prefix) + 1))]
        return [st.nothing() if isinstance(node.view(), FalseView) else build(node) for node in nodes]

    met = [places(demand) for demand in plan.demands]
    free = [build(_other(at(index), plan.barred)) for index in range(len(plan.prefix) + 1)]
    distinct = plan.distinct == Distinctness.ALL_DISTINCT

    @st.composite
    def made(draw: DrawFn) -> list[Any]:
        size = draw(st.integers(plan.low, plan.high))
        chosen: dict[int, SearchStrategy[Any]] = {}
        for ways in met:
            fits = [n for n in range(size) if n not in chosen and not ways[min(n, len(ways) - 1)].is_empty]
            if fits:
                place = draw(st.sampled_from(fits))
                chosen[place] = ways[min(place, len(ways) - 1)]
        out: list[Any] = []
        seen: set[Any] = set()
        for index in range(size):
            item = chosen.get(index, free[min(index, len(free) - 1)])
            if distinct:
                item = item.filter(lambda value: json_equal_key(value) not in seen)
            repeats = index >= DRAWN and index not in chosen and not distinct
            out.append(out[index - 1] if repeats else draw(item))
            if distinct:
                seen.add(json_equal_key(out[-1]))
        if plan.distinct == Distinctness.SOME_REPEATED:
            out[-1] = out[0]
        return out

    return made()
