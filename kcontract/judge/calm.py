"""When a record may have been delivered once more: after an exit, a start, a rebalance, or offsets set back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import TopicPartition

_NOTICED = 1.0
"""Seconds: the group is looked at every quarter of a second, so that a rebalance is told after what it led to."""


class CalmBook(Book):
    """A book that knows when redeliveries were possible: at-least-once delivery may repeat what was open then."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._unrest: list[float] = []
        self._members: tuple[object, ...] = ()
        self._committed: dict[TopicPartition, int] = {}

    def listeners(self) -> Mapping[type, Listener]:
        happened = (ev.ServiceStarted, ev.ServiceExited, ev.ServiceKilled, ev.OffsetsSet, ev.Evicted)
        return {
            **dict.fromkeys(happened, self._disturbed),
            ev.MembersSeen: self._members_seen,
            ev.Committed: self._commits,
        }

    def was_calm(self, since: float, until: float) -> bool:
        """Whether nothing between the two times, on the run's clock, can have had a record delivered again."""
        first = bisect_left(self._unrest, since)
        return first == len(self._unrest) or self._unrest[first] > until + _NOTICED

    def _disturbed(self, event: ev.Happened) -> tuple[CaseVerdict, ...]:
        self._unrest.append(event.at)
        return ()

    def _members_seen(self, event: ev.MembersSeen) -> tuple[CaseVerdict, ...]:
        if event.state.upper() != "STABLE" or event.members != self._members:
            self._unrest.append(event.at)
        self._members = event.members
        return ()

    def _commits(self, event: ev.Committed) -> tuple[CaseVerdict, ...]:
        place = event.topic, event.partition
        if event.offset < self._committed.get(place, 0):
            self._unrest.append(event.at)
        self._committed[place] = event.offset
        return ()
