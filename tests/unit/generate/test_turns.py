"""Which mutants are taken: variants, what tells, places."""

from __future__ import annotations

from collections import Counter

from kcontract.generate.kind import Mutant, Parent
from kcontract.generate.turns import Pair, in_turns
from kcontract.model.record import Record
from tests.unit.generate.contracts import seeded

PARENT = Parent(Record(value=b""), b"", b"", None)
PLACES = tuple(f"/{letter}" for letter in "abcdefghijkl")


def _groups(**places: tuple[str, ...]) -> dict[str, list[Pair]]:
    return {
        variant: [(Mutant(PARENT.record, variant, at, at), PARENT) for at in own] for variant, own in places.items()
    }


def _telling(variant: str, tells: int, *places: str) -> list[Pair]:
    return [(Mutant(PARENT.record, variant, at, at, tells), PARENT) for at in places]


def _places(groups: dict[str, list[Pair]], count: int, seed: int = 0) -> list[str]:
    return [mutant.place for mutant, _ in in_turns(groups, count, seeded(seed))]


def test_every_place_has_its_turn_before_any_has_a_second() -> None:
    """Each of twelve places once, each twice, and so on."""
    groups = _groups(one=PLACES, other=PLACES, rare=PLACES[:2])
    for rounds in (1, 2):
        assert Counter(_places(groups, rounds * len(PLACES))) == dict.fromkeys(PLACES, rounds)


def test_every_variant_is_taken_before_any_other_matters() -> None:
    """Also one that fits a single place, which another would have taken."""
    groups = _groups(one=PLACES, other=PLACES, rare=("/a",))
    for seed in range(8):
        taken = [mutant.variant for mutant, _ in in_turns(groups, 3, seeded(seed))]
        assert sorted(taken) == ["one", "other", "rare"]


def test_each_place_has_what_tells_before_any_has_a_second() -> None:
    """The most telling one, unless it has had another that tells as the only one of its variant."""
    hard = _groups(hard=PLACES)
    groups = {**hard, "soft": _telling("soft", 1, *PLACES[:4]), "softest": _telling("softest", 2, *PLACES[:6])}
    for seed in range(8):
        taken = [mutant for mutant, _ in in_turns(groups, 8, seeded(seed))]
        assert sorted(mutant.place for mutant in taken if mutant.tells) == list(PLACES[:6])
        assert [mutant.variant for mutant in taken].count("softest") == 5


def test_seeds_begin_with_different_places() -> None:
    """What one run leaves out for want of room is not left out by all."""
    runs = {tuple(sorted(_places(_groups(one=PLACES), 3, seed))) for seed in range(20)}
    assert len(runs) > 6
    assert {place for run in runs for place in run} == set(PLACES)


def test_items_of_a_list_are_one_place_and_the_first_is_taken() -> None:
    """Each field of the items comes before the same field of a second one."""
    groups = _groups(one=("/a/0/x", "/a/0/y", "/a/1/x", "/a/1/y", "/b"))
    assert sorted(_places(groups, 3)) == ["/a/0/x", "/a/0/y", "/b"]
    assert sorted(_places(groups, 5)) == ["/a/0/x", "/a/0/y", "/a/1/x", "/a/1/y", "/b"]
