"""Which record a service's end is put down to, and which ends are known to come again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kcontract.judge.cause import names_frame
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.verdict import crash_verdict
from kcontract.model.case import Expectation
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import TopicPartition

OF_A_HALT = frozenset({"RESOURCE_BLOWUP", "CRASH_LOOP", "CRASHED", "ENDLESS_RETRY", "STUCK"})
"""Verdicts on a record that ended or stopped the service."""


class Crashes:
    """Verdicts on windows that ended the service with a single suspect."""

    def __init__(self, committed: Mapping[TopicPartition, int]) -> None:
        """`committed` is the fold's own view, which goes on changing."""
        self._committed = committed
        self._loops: set[str] = set()
        """Causes of exits that were seen to come again after a restart, and name a frame."""
        self._ended_outside: set[str] = set()

    def is_known(self, window: Window) -> bool:
        """Whether the window's last exit is one that was seen to come again after a restart."""
        return bool(window.exits) and window.exits[-1].cause in self._loops

    def verdict(
        self, delivery: Delivery, window: Window, *, ever_committed: bool = True, known_retry: bool = False
    ) -> CaseVerdict | None:
        """What the delivery is blamed for, as `crash_verdict` has it."""
        known = self._loops
        return crash_verdict(
            delivery, window, self._committed, known, ever_committed=ever_committed, known_retry=known_retry
        )

    def is_excused(self, delivery: Delivery, window: Window) -> bool:
        """Whether the end may be somebody else's doing: it takes nothing, or was sent bad records before a good one or
        one that it handled, or was killed from outside for the first time with it."""
        if window.lost:
            return True  # it may be any record's start
        if window.may_be_of_others and may_be_innocent(delivery):
            return True
        if window.ended_outside and delivery.case.root not in self._ended_outside:
            self._ended_outside.add(delivery.case.root)
            return True
        return False

    def learn(self, verdict: CaseVerdict) -> None:
        """It was reached."""
        if verdict.code == "CRASH_LOOP" and names_frame(verdict.cause):
            self._loops.add(verdict.cause)

    def unlearn(self, root: str, reached: Sequence[CaseVerdict]) -> list[CaseVerdict]:
        """The record of that root is acquitted: the verdicts that are taken back."""
        blamed = [one for one in reached if one.case.partition(".")[0] == root and one.code in OF_A_HALT]
        self._loops -= {one.cause for one in blamed}
        return blamed


def may_be_innocent(delivery: Delivery) -> bool:
    """Whether its process need not have ended of a record, even if that was alone: it is good, or has been handled."""
    return delivery.expectation is Expectation.VALID or delivery.has_outcome
