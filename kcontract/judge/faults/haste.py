"""Whoever tries the same again while the broker refuses for good may do so, but should pause in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kcontract.model.record import TopicPartition
from kcontract.model.tap import ProduceFailed, Refetched, Sighting

_MANY, _A_SECOND = 50, 8.0
"""So many tries in all, and so many a second, are not what a pause leaves."""


@dataclass(slots=True)
class Haste:
    """What the tap saw of one round of a fault."""

    fetched: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    refused: Counter[TopicPartition] = field(default_factory=Counter)

    def take(self, seen: Sighting) -> None:
        """Count what was seen."""
        if isinstance(seen, Refetched):
            self.fetched[(seen.topic, seen.partition, seen.offset)] += seen.times
        elif isinstance(seen, ProduceFailed):
            self.refused[(seen.topic, seen.partition)] += seen.times

    def told(self, seconds: float, records: int) -> str:
        """That it tried without a pause, in words; empty if it did not. `records` were sent in that time: each may
        have been refused once, and its dead letter as well."""
        place, times = max(self.fetched.items(), key=lambda one: one[1], default=(("", 0, 0), 0))
        if times >= max(_MANY, _A_SECOND * seconds):
            topic, partition, offset = place
            return f"the record at {topic}/{partition}@{offset} was fetched {times} times in {seconds:.0f} s"
        refused = self.refused.total()
        if refused >= max(_MANY, _A_SECOND * seconds, 10 * records):
            topic, partition = self.refused.most_common(1)[0][0]
            return f"{refused} times in {seconds:.0f} s a record was refused, mostly in {topic}/{partition}"
        return ""
