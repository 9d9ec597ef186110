"""Which of a kind's mutants are taken where there are too many: variants have their turn, and places of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice, zip_longest
from random import Random

from kcontract.generate.kind import Mutant, Parent

Pair = tuple[Mutant, Parent]


def in_turns(groups: Mapping[str, Sequence[Pair]], count: int, rng: Random) -> Iterator[Pair]:
    """`count` of the mutants of all variants: every variant once; in every place what tells most there; then whichever
    places have had the fewest, by turns.

    Nothing but where the turns begin is left to `rng`: a random choice would leave places out in run after run.
    """
    if not any(mutant.place or mutant.tells for group in groups.values() for mutant, _ in group):
        return islice(evenly(groups.values()), count)
    turns = _Turns(groups, rng)
    return islice(chain(turns.variants(), turns.telling(), turns.places()), count)


def evenly(groups: Iterable[Sequence[Pair]]) -> Iterator[Pair]:
    """One of each group in turn."""
    return (pair for turn in zip_longest(*groups) for pair in turn if pair is not None)


class _Place:
    """What is left of a place, by variant, the next one last, and what it has had."""

    __slots__ = ("here", "left", "times", "told")

    def __init__(self) -> None:
        self.left: dict[str, list[Pair]] = {}
        self.here: dict[str, int] = {}
        self.times = 0
        self.told = False

    def tells(self, variant: str) -> int:
        return self.left[variant][-1][0].tells

    def best(self, uses: Mapping[str, int]) -> str:
        """What it has had least often, what tells most, what is rarest so far."""
        if len(self.left) == 1:
            return next(iter(self.left))
        ranks = [
            (self.here[variant], -(pairs[-1][0].tells // 2), uses[variant]) for variant, pairs in self.left.items()
        ]
        return list(self.left)[ranks.index(min(ranks))]


class _Turns:
    def __init__(self, groups: Mapping[str, Sequence[Pair]], rng: Random) -> None:
        found: dict[str, _Place] = {}
        for variant, group in groups.items():
            for pair in reversed(group):
                name = _of_schema(pair[0].place)
                if (place := found.get(name)) is None:
                    place = found[name] = _Place()
                if (pairs := place.left.get(variant)) is None:
                    place.left[variant], place.here[variant] = [pair], 0
                else:
                    pairs.append(pair)
        places = [found[name] for name in sorted(found)]
        begin = rng.randrange(len(places))
        self._order = places[begin:] + places[:begin]
        self._uses = dict.fromkeys(groups, 0)

    def variants(self) -> Iterator[Pair]:
        """One of each variant, those that fit few places first."""
        spots = {one: [place for place in self._order if one in place.left] for one in self._uses}
        for variant in sorted(spots, key=lambda one: len(spots[one])):
            yield self._take(min(spots[variant], key=lambda place: (-place.tells(variant), place.times)), variant)

    def telling(self) -> Iterator[Pair]:
        """One for each place that has had nothing telling, those first that have had nothing at all."""
        untold = [place for place in self._order if not place.told]
        for place in sorted(untold, key=lambda place: place.times):
            most = max(place.left, key=place.tells, default="")
            if most in place.left and place.tells(most):
                yield self._take(place, most)

    def places(self) -> Iterator[Pair]:
        """All others, the places by turns."""
        while live := [place for place in self._order if place.left]:
            fewest = min([place.times for place in live])
            for place in live:
                if place.times == fewest:
                    yield self._take(place, place.best(self._uses))

    def _take(self, place: _Place, variant: str) -> Pair:
        pairs = place.left[variant]
        pair = pairs.pop()
        place.times += 1
        place.here[variant] += 1
        self._uses[variant] += 1
        if pair[0].tells:
            place.told = True
        if not pairs:
            del place.left[variant]
        return pair


@lru_cache(maxsize=4_096)
def _of_schema(place: str) -> str:
    """The same place in whichever item of a list."""
    return re.sub(r"/\d+(?=/|$)", "/*", place)
