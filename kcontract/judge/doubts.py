"""Doubts: what a settled window did not show, until it is confirmed or dismissed (ORACLE.md §3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kcontract.judge.evidence import Delivery
from kcontract.judge.rules import MISSES
from kcontract.judge.symptoms import Shown, Symptom
from kcontract.model.case import Expectation

LEADS_PER_SYMPTOM = 12
"""So many valid cases of one kind and symptom are confirmed one by one; further ones follow their lead."""


@dataclass(slots=True)
class Doubt:
    """A case that missed something in a settled window."""

    delivery: Delivery
    shown: tuple[Shown, ...]
    window: int
    first: bool
    """Whether its window came right after a start."""
    disturbed: bool
    committed: bool
    lead: Doubt | None = None
    """The doubt of the same kind and symptom that is confirmed in this one's stead."""
    alone: frozenset[Symptom] | None = None
    alone_shown: tuple[Shown, ...] = ()
    repeated: frozenset[Symptom] | None = None
    dismissed: str = ""

    @property
    def root(self) -> str:
        return self.delivery.case.root

    @property
    def symptoms(self) -> frozenset[Symptom]:
        return frozenset(shown.symptom for shown in self.shown)

    def group(self, *, any_dead_letter: bool) -> tuple[str, frozenset[Symptom], bool]:
        """What it has in common with doubts that can stand for it.

        Valid cases are alike by code and variant, malformed ones by code; where nothing is ever dead-lettered, all.
        """
        case = self.delivery.case
        alike = case.kind if self.delivery.expectation is Expectation.VALID else case.code
        if self.symptoms == {Symptom.NO_DEAD_LETTER} and not any_dead_letter:
            alike = ""
        return alike, self.symptoms, self.disturbed

    @property
    def wants_alone(self) -> bool:
        return not self.dismissed and self.lead is None and self.alone is None

    @property
    def wants_repeat(self) -> bool:
        """Right alone, though not in its window: only the same window once more can tell."""
        if self.dismissed or self.lead is not None or self.alone is None or self.repeated is not None:
            return False
        return not self.disturbed and not self.symptoms & self.alone and not self.alone & MISSES

    @property
    def settled(self) -> bool:
        if self.lead is not None:
            return bool(self.dismissed) or self.lead.settled
        return bool(self.dismissed) or not (self.wants_alone or self.wants_repeat)


def choose_lead(doubt: Doubt, others: Iterable[Doubt], *, any_dead_letter: bool) -> Doubt | None:
    """The doubt that stands for this one, or None if it is to be confirmed itself."""
    group = doubt.group(any_dead_letter=any_dead_letter)
    leads = (other for other in others if other.lead is None)
    same = [other for other in leads if other.group(any_dead_letter=any_dead_letter) == group]
    several = doubt.delivery.expectation is Expectation.VALID
    return same[0] if len(same) >= (LEADS_PER_SYMPTOM if several else 1) else None


def hand_over(lead: Doubt, others: Iterable[Doubt]) -> None:
    """The lead's own record came late, which says nothing of those behind it: the next of them leads."""
    followers = [other for other in others if other.lead is lead and not other.dismissed]
    for follower in followers:
        follower.lead = followers[0] if follower is not followers[0] else None
