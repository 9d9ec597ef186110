"""Doubts: what a settled window did not show, until it is confirmed or dismissed (ORACLE.md §3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.naming import keeps_its_id
from kcontract.judge.rules import MISSES
from kcontract.judge.symptoms import DIRECT, Shown, Symptom
from kcontract.model.case import Expectation
from kcontract.model.tap import CommitAsked

LEADS_PER_SYMPTOM = 12
"""So many valid cases of one kind and symptom are confirmed one by one; further ones follow their lead."""


_LATE_TRIES = 3
"""So often a late answer is asked for again; the best of them counts."""
_PUNCTUAL = 6
"""So many late answers are in time alone before the others that were late are believed to be so, too."""
IN_TIME_AGAIN = "the answer came later than `within`, and in time when the same was asked again alone"
TOO_LATE = "the answer came later than `within`, when its window had been settled"
MEASURE_IT = (
    "say under `slo` how many may be late (p95: 2s): that is measured, beside an echo of kcontract's own, which tells a"
    " slow service from a slow machine"
)
_ONCE = frozenset({Symptom.LATE, Symptom.CROSSED, Symptom.CONTRADICTED})
"""Where one try tells of all."""
_MISSED_ALONE = MISSES | {Symptom.CROSSED}
_UNANSWERED = frozenset({Symptom.LATE, Symptom.NO_REPLY})

Group = tuple[str, str, frozenset[Symptom], bool]
"""Topic, kind, symptoms, and whether the window was disturbed."""


@dataclass(slots=True, eq=False)
class Doubt:
    """A case that missed something in a settled window."""

    delivery: Delivery
    shown: tuple[Shown, ...]
    window: int
    first: bool
    """Whether its window came right after a start."""
    disturbed: bool
    committed: bool
    early: CommitAsked | None = None
    """A commit past the record that was asked for while what the service had sent was on its way."""
    beside: tuple[str, ...] = ()
    """Of a lead: kinds of records near it of which nothing came either."""
    lead: Doubt | None = None
    """The doubt of the same kind and symptom that is confirmed in this one's stead."""
    alone: frozenset[Symptom] | None = None
    repeated: frozenset[Symptom] | None = None
    dismissed: str = ""
    tried: int = 0
    spoilt: bool = False
    """Alone, the healthy record before it was refused or passed over as well: the process does so with whatever comes,
    and a new one must tell."""
    unmarked: bool = False
    """Alone it had no effect once more, with an invalid marker close by, for which a batch may have been dropped: a
    window without one must tell."""
    waits: list[float] = field(default_factory=list)
    """How long the answers took when a late one was asked for again."""

    def tries_again(self, waited: float, shown: tuple[Shown, ...]) -> bool:
        """After a try alone: whether the answer was late again, and another try may be better."""
        if Symptom.LATE not in self.symptoms or not {one.symptom for one in shown} & _UNANSWERED:
            return False
        self.waits += [waited] if waited else []
        self.tried += 1
        return self.tried < _LATE_TRIES

    def spoil(self) -> None:
        """A try alone told nothing of the record; there is one more, in a new process."""
        self.spoilt = True
        self.tried += 1

    def fell_beside_a_marker(self, window: Window, shown: tuple[Shown, ...]) -> bool:
        """Whether it had no effect again, and shared its window, and so maybe a batch, with an invalid marker."""
        missed = self.symptoms & {one.symptom for one in shown}
        return bool(window.markers) and Symptom.NO_EFFECT in missed

    def leave_out_markers(self) -> None:
        """A try alone may have been spoilt by its own marker; there is one more, without."""
        self.unmarked = True
        self.tried += 1

    @property
    def root(self) -> str:
        return self.delivery.case.root

    @property
    def symptoms(self) -> frozenset[Symptom]:
        return frozenset(shown.symptom for shown in self.shown)

    @property
    def only_late(self) -> bool:
        """Whether its answer came, and later than promised, and nothing else is wrong."""
        return self.symptoms == {Symptom.LATE}

    @property
    def told_apart(self) -> bool:
        """Whether its effects can be told from its neighbours'; if not, only a window of its own says anything."""
        return keeps_its_id(self.delivery)

    def group(self, *, any_dead_letter: bool) -> Group:
        """What it has in common with doubts that can stand for it.

        Valid cases are alike by code and variant, malformed ones by code; where nothing is ever refused, all.
        """
        case = self.delivery.case
        alike = case.kind if self.delivery.expectation is Expectation.VALID else case.code
        if self.symptoms == {Symptom.NO_REPLY} and not any_dead_letter:
            alike = self.delivery.expectation.value
        if self.symptoms == {Symptom.CROSSED}:  # answers go to others, whatever they are answers to
            return case.topic, "", frozenset({Symptom.CROSSED}), False
        if self.only_late or (self.symptoms == {Symptom.NO_DEAD_LETTER} and not any_dead_letter):
            alike = ""
        return case.topic, alike, self.symptoms, self.disturbed

    @property
    def crosses(self) -> bool:
        """When it was tried again, answers went to others."""
        return Symptom.CROSSED in (self.alone or frozenset()) | (self.repeated or frozenset())

    @property
    def may_be_crossed(self) -> bool:
        """Whether what came back may be the answer to another request."""
        return bool(self.symptoms & {Symptom.CROSSED, Symptom.ANSWERED})

    @property
    def wants_alone(self) -> bool:
        return not self.dismissed and self.lead is None and self.alone is None

    @property
    def wants_repeat(self) -> bool:
        """Right alone, though not in its window: only the same window once more can tell."""
        if self.dismissed or self.lead is not None or self.repeated is not None or not self.right_alone:
            return False
        if not self.told_apart or self.disturbed:
            return False
        return not (self.symptoms <= {Symptom.LATE} or (self.alone or frozenset()) & set(DIRECT))  # company delays any

    @property
    def right_alone(self) -> bool:
        """Whether it was tried alone, and missed nothing then."""
        return self.alone is not None and not self.alone & (self.symptoms | _MISSED_ALONE)

    @property
    def settled(self) -> bool:
        if self.lead is not None:
            return bool(self.dismissed) or self.lead.settled
        return bool(self.dismissed) or not (self.wants_alone or self.wants_repeat)


class LeadBook:
    """The doubts that are confirmed in others' stead."""

    def __init__(self) -> None:
        self._leads: dict[Group, list[Doubt]] = {}
        self._punctual = 0

    def lead_of(self, doubt: Doubt, *, any_dead_letter: bool) -> Doubt | None:
        """The doubt that stands for this one, or None if it is to be confirmed itself.

        Only one that is still to be tried can stand for others: what it will show holds for them too. Of a valid case,
        and of an answer, it is one of the same window, for that window once more may tell.
        """
        known = self._leads.setdefault(doubt.group(any_dead_letter=any_dead_letter), [])
        known[:] = [lead for lead in known if lead.lead is None and not lead.settled]
        several = doubt.delivery.expectation is Expectation.VALID and not doubt.symptoms & _ONCE
        own_window = several or Symptom.ANSWERED in doubt.symptoms
        here = [lead for lead in known if lead.window == doubt.window] if own_window else known
        if here and len(known) >= (LEADS_PER_SYMPTOM if several else 1):
            return here[0]
        known.append(doubt)
        return None

    def asks_the_next(self, lead: Doubt) -> bool:
        """Whether the next that was late is to be asked for, since this one was in time alone: it may only have waited
        behind one that is slow by itself."""
        if not (lead.only_late and lead.right_alone) or self._punctual >= _PUNCTUAL:
            return False
        self._punctual += 1
        return True


def adopt(proof: Doubt, others: Iterable[Doubt]) -> None:
    """It was seen again that answers go to others: what else looked like that needs no further try."""
    for other in others:
        if other is not proof and Symptom.CROSSED in other.symptoms and not other.settled:
            other.lead = proof


def hand_over(lead: Doubt, others: Iterable[Doubt]) -> None:
    """The lead was dismissed, which says nothing of those behind it: the next of them leads."""
    followers = [other for other in others if other.lead is lead and not other.dismissed]
    for follower in followers:
        follower.lead = followers[0] if follower is not followers[0] else None
