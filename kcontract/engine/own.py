"""Which records of a topic the harness wrote itself: all others in an input are somebody else's."""

from __future__ import annotations

from kcontract.model.record import TopicPartition


class OwnRecords:
    """Offsets by partition, as ranges: the broker hands them out in a row unless somebody else writes too."""

    def __init__(self) -> None:
        self._ranges: dict[TopicPartition, list[list[int]]] = {}
        self.complete = True
        """False once the broker did not say in time where a record of ours stands."""

    def note(self, topic: str, partition: int, offset: int, count: int = 1) -> None:
        """The broker holds so many records of ours from here on."""
        ranges = self._ranges.setdefault((topic, partition), [])
        for one in reversed(ranges):
            if one[0] <= offset <= one[1]:
                one[1] = max(one[1], offset + count)
                return
            if offset > one[1]:
                break
        ranges.append([offset, offset + count])
        ranges.sort()

    def holds(self, topic: str, partition: int, offset: int) -> bool:
        """Whether the record is ours."""
        return any(start <= offset < end for start, end in reversed(self._ranges.get((topic, partition), [])))

    def is_whole(self, place: TopicPartition, end: int) -> bool:
        """Whether everything below `end` is ours; a transaction's markers are nobody's records, and count as not."""
        ranges = self._ranges.get(place, [])
        return end == 0 or (len(ranges) == 1 and ranges[0] == [0, end])
