"""When a record may have been delivered again: after an exit, a start, a rebalance, a fault, or offsets set back."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from math import inf

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import TopicPartition

_NOTICED = 1.0
"""Seconds: the group is looked at every quarter of a second, so that a rebalance is told after what it led to. It is
also looked at before the service is ended, so that what is told behind our own act is what that led to."""


class CalmBook(Book):
    """A book that knows when redeliveries were possible: at-least-once delivery may repeat what was open then."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._unrest: list[float] = []
        """When it was told."""
        self._since: list[float] = []
        """When each of these can have begun."""
        self._acted = -inf
        """When we last did something to the service ourselves."""
        self._rewinds: list[float] = []
        """When commits went back."""
        self._faults: list[tuple[float, float]] = []
        """When faults began and were settled; the last one may be on."""
        self._members: tuple[object, ...] = ()
        self._committed: dict[TopicPartition, int] = {}

    def listeners(self) -> Mapping[type, Listener]:
        acts = (ev.ServiceStarted, ev.ServiceKilled, ev.OffsetsSet, ev.Evicted)
        return {
            **dict.fromkeys(acts, self._we_acted),
            ev.ServiceExited: self._noticed,
            ev.MembersSeen: self._members_seen,
            ev.Committed: self._commits,
            ev.FaultBegan: self._fault_began,
            ev.FaultSettled: self._fault_settled,
        }

    def was_calm(self, since: float, until: float) -> bool:
        """Whether nothing between the two times, on the run's clock, can have had a record delivered again."""
        return self._untouched(since, until) and not _within(self._rewinds, since, until)

    def rewinds(self, since: float, until: float) -> int:
        """How often the service's commits went back between the two times, and nothing but itself had them do so."""
        return _within(self._rewinds, since, until) if self._untouched(since, until) else 0

    def _untouched(self, since: float, until: float) -> bool:
        faulty = any(since <= settled + _NOTICED and until >= began for began, settled in self._faults)
        first = bisect_left(self._unrest, since)
        return not faulty and (first == len(self._unrest) or self._since[first] > until)

    def _we_acted(self, event: ev.Happened) -> tuple[CaseVerdict, ...]:
        self._acted = event.at
        return self._noticed(event)

    def _noticed(self, event: ev.Happened) -> tuple[CaseVerdict, ...]:
        self._unrest.append(event.at)
        self._since.append(max(event.at - _NOTICED, self._acted))
        return ()

    def _fault_began(self, event: ev.FaultBegan) -> tuple[CaseVerdict, ...]:
        self._faults.append((event.at, inf))
        return ()

    def _fault_settled(self, event: ev.FaultSettled) -> tuple[CaseVerdict, ...]:
        if self._faults:
            self._faults[-1] = self._faults[-1][0], event.at
        return ()

    def _members_seen(self, event: ev.MembersSeen) -> tuple[CaseVerdict, ...]:
        if event.state.upper() != "STABLE" or event.members != self._members:
            self._noticed(event)
        self._members = event.members
        return ()

    def _commits(self, event: ev.Committed) -> tuple[CaseVerdict, ...]:
        place = event.topic, event.partition
        if event.offset < self._committed.get(place, 0):
            self._rewinds.append(event.at)
        self._committed[place] = event.offset
        return ()


def _within(times: list[float], since: float, until: float) -> int:
    return bisect_right(times, until + _NOTICED) - bisect_left(times, since)
