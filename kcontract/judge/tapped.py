"""What the protocol tap saw while a window was open, and what that proves: taking again, rejoining on and on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kcontract.model.tap import CommitAsked, GroupStirred, Refetched, Sighting

OFTEN = 4
"""So many fetches at one offset, rounds of one record or generations of a group are no accident any more."""
LOOPING = 20
"""So many fetches at one offset tell that a service which is known to loop does so again."""
RAGING = 8
"""So many generations without a commit need no further proof that the group does not come to rest."""
_EARLY_AT_MOST = 256


@dataclass(slots=True)
class Tapped:
    """Counts of one window."""

    refetched: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    """Fetches at one topic, partition and offset that were answered with records; from the third on."""
    generations: int = 0
    """How often the group was formed anew."""
    commits: int = 0
    """How often a committed offset moved."""
    early: list[CommitAsked] = field(default_factory=list)
    """Commits asked for while records that the service had sent were on their way."""
    furthest: dict[tuple[str, int], int] = field(default_factory=dict)
    """The last offset of each partition that was fetched again."""

    def take(self, seen: Sighting) -> bool:
        """Count what was seen. Whether the service gets on by it: a record that it takes again for the first time lies
        behind all that it took again before, as where each bad one is tried three times and then passed over."""
        if isinstance(seen, Refetched):
            self.refetched[(seen.topic, seen.partition, seen.offset)] += seen.times
            place = seen.topic, seen.partition
            further = seen.offset > self.furthest.get(place, seen.offset)
            self.furthest[place] = max(seen.offset, self.furthest.get(place, 0))
            return further
        if isinstance(seen, GroupStirred):
            self.generations += seen.joins
        elif isinstance(seen, CommitAsked) and len(self.early) < _EARLY_AT_MOST:
            self.early.append(seen)
        return False

    def fetches(self, place: tuple[str, int], first: int, last: int) -> tuple[int, int]:
        """The offset from `first` to `last` that was fetched most often, and how often; (-1, 0) for none."""
        there = [
            (times, offset)
            for (topic, partition, offset), times in self.refetched.items()
            if (topic, partition) == place and first <= offset <= last
        ]
        times, offset = max(there, default=(0, -1))
        return offset, times

    def loops(self) -> bool:
        """Whether the last record that was fetched again, in any partition, was fetched that often."""
        return any(self.refetched[(*place, offset)] >= LOOPING for place, offset in self.furthest.items())

    def commit_past(self, place: tuple[str, int] | None, offset: int) -> CommitAsked | None:
        """The first commit past this record that was asked for while outcomes were on their way."""
        return next((one for one in self.early if (one.topic, one.partition) == place and one.offset > offset), None)

    def storms(self) -> bool:
        """Whether the group was formed again and again, and nothing was committed in between."""
        return self.generations >= OFTEN and not self.commits

    def rages(self) -> bool:
        """Whether that has happened so often that waiting for an end is of no use."""
        return self.generations >= RAGING and not self.commits
