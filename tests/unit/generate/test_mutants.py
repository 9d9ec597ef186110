"""Choosing mutants: no more of them are made than can be chosen from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, cast

import pytest

from kcontract.generate.kind import Ground, Kind, Mutant, Parent
from kcontract.generate.mutants import chosen
from kcontract.model.case import Layer
from kcontract.model.record import Record
from tests.unit.generate.contracts import seeded

_VARIANTS = ("one", "other")


@pytest.mark.parametrize(("dangerous", "limit", "asked"), [(True, 9, 1), (False, 2, 2), (False, 9, 4)])
def test_no_more_parents_are_asked_than_are_needed(*, dangerous: bool, limit: int, asked: int) -> None:
    """Of a dangerous kind one parent is enough, of others as many as give each variant its number."""
    parents = [Parent(Record(value=bytes([number])), b"", b"", None) for number in range(4)]
    seen: list[Parent] = []

    def mutants(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
        seen.append(parent)
        return (Mutant(parent.record, variant) for variant in _VARIANTS)

    pairs = _chosen(mutants, parents, limit, dangerous=dangerous)
    assert {mutant.variant for mutant, _ in pairs} == {"one", "other"}
    assert seen == parents[:asked]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("places", "limit", "damaged"), [(4, 2, 2), (4, 4, 4), (8, 4, 4), (8, 6, 6), (3, 4, 3), (1, 4, 1), (2, 2, 2)]
)
def test_no_place_is_damaged_twice_before_each_is_once(places: int, limit: int, damaged: int, seed: int) -> None:
    """With few mutants a variant, each of them is of another place, wherever the round begins."""
    names = "abcdefgh"[:places]

    def mutants(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
        return (Mutant(parent.record, variant, place, place) for place in names for variant in _VARIANTS)

    pairs = _chosen(mutants, [Parent(Record(value=b""), b"", b"", None)], limit, seed=seed)
    assert len({mutant.place for mutant, _ in pairs}) == damaged
    assert len({(mutant.place, mutant.variant) for mutant, _ in pairs}) == len(pairs) == min(limit, 2 * places)
    used = [[mutant.variant for mutant, _ in pairs].count(variant) for variant in _VARIANTS]
    assert max(used) - min(used) <= 1


def _chosen(
    mutants: Callable[[Ground, Parent, Random], Iterator[Mutant]],
    parents: list[Parent],
    limit: int,
    *,
    dangerous: bool = False,
    seed: int = 1,
) -> list[tuple[Mutant, Parent]]:
    words: dict[str, Any] = {"summary": "", "expected": "", "graceful": "", "explain": ""}
    kind = Kind("kind", 1, "size", Layer.HANDLER, **words, variants=_VARIANTS, mutants=mutants, dangerous=dangerous)
    return list(chosen(kind, cast("Ground", None), parents, seeded(seed), limit, lambda _: True))
