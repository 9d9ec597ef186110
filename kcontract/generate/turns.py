"""Which of a kind's mutants are taken where there are too many: variants have their turn, and places of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from random import Random

from kcontract.generate.kind import Mutant, Parent

Pair = tuple[Mutant, Parent]


def in_turns(groups: Mapping[str, Sequence[Pair]], count: int, rng: Random) -> Iterator[Pair]:
    """`count` of the mutants of all variants: every variant once; in every place what tells most there; then whichever
    places have had the fewest, by turns.

    Nothing but where the turns begin is left to `rng`: a random choice would leave places out in run after run.
    """
    turns = _Turns(groups, rng)
    return islice(chain(turns.variants(), turns.telling(), turns.places()), count)


class _Turns:
    def __init__(self, groups: Mapping[str, Sequence[Pair]], rng: Random) -> None:
        self._left: dict[str, dict[str, list[Pair]]] = {}
        """By place and variant; the next one last."""
        for variant, group in groups.items():
            for pair in reversed(group):
                self._left.setdefault(_of_schema(pair[0].place), {}).setdefault(variant, []).append(pair)
        places = sorted(self._left)
        begin = rng.randrange(len(places))
        self._order = places[begin:] + places[:begin]
        self._times = dict.fromkeys(places, 0)
        self._uses = dict.fromkeys(groups, 0)
        self._here: dict[tuple[str, str], int] = {}
        self._told: set[str] = set()

    def variants(self) -> Iterator[Pair]:
        """One of each variant, those that fit few places first."""
        spots = {one: [place for place in self._order if one in self._left[place]] for one in self._uses}
        for variant in sorted(spots, key=lambda one: len(spots[one])):
            place = min(spots[variant], key=lambda place: (-self._tells(place, variant), self._times[place]))
            yield self._take(place, variant)

    def telling(self) -> Iterator[Pair]:
        """One for each place that has had nothing telling, those first that have had nothing at all."""
        untold = [place for place in self._order if place not in self._told]
        for place in sorted(untold, key=self._times.__getitem__):
            most = max(self._left[place], key=lambda one: self._tells(place, one), default="")
            if most in self._left[place] and self._tells(place, most):
                yield self._take(place, most)

    def places(self) -> Iterator[Pair]:
        """All others, the places by turns."""
        while live := [place for place in self._order if self._left[place]]:
            fewest = min(map(self._times.__getitem__, live))
            for place in live:
                if self._times[place] == fewest:
                    yield self._take(place, min(self._left[place], key=lambda one: self._rank(place, one)))

    def _rank(self, place: str, variant: str) -> tuple[int, int, int]:
        """Of a place: what it has had least often, what tells most, what is rarest so far."""
        return self._here.get((place, variant), 0), -(self._tells(place, variant) // 2), self._uses[variant]

    def _tells(self, place: str, variant: str) -> int:
        return self._left[place][variant][-1][0].tells

    def _take(self, place: str, variant: str) -> Pair:
        self._times[place] += 1
        self._uses[variant] += 1
        self._here[place, variant] = self._here.get((place, variant), 0) + 1
        if self._tells(place, variant):
            self._told.add(place)
        pairs = self._left[place][variant]
        if len(pairs) == 1:
            del self._left[place][variant]
        return pairs.pop()


@lru_cache(maxsize=4_096)
def _of_schema(place: str) -> str:
    """The same place in whichever item of a list."""
    return re.sub(r"/\d+(?=/|$)", "/*", place)
