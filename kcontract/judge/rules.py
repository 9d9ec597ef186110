"""The order of verdicts (ORACLE.md §5): a case earns the first rule whose evidence is complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kcontract.judge.symptoms import Symptom
from kcontract.model.case import Expectation
from kcontract.model.value import Value

MISSES = frozenset({Symptom.NO_EFFECT, Symptom.NO_REPLY, Symptom.REJECTED})
_ANOTHERS = frozenset({Symptom.NO_REPLY, Symptom.CROSSED})
"""What shows where answers go to others."""
_UNANSWERED = frozenset({Symptom.NO_REPLY, Symptom.LATE})
_OTHER_SORT = frozenset({Symptom.CROSSED, Symptom.ANSWERED, Symptom.REJECTED})
"""What the answer to another request looks like."""


class CaseEvidence(Value, frozen=True):
    """All that bears on one case, free of times and bytes.

    `shown` is what its first window showed; `alone` what came of it alone behind a healthy record, `repeated` what
    the same window showed once more: None where that was not tried.
    """

    expectation: Expectation
    shown: frozenset[Symptom] = frozenset()
    alone: frozenset[Symptom] | None = None
    repeated: frozenset[Symptom] | None = None
    exits: int = 0
    """Exits with the case as the only suspect, confirmed alone."""
    known_loop: bool = False
    """The same exit, by exception and frame, was seen to come again after a restart, with another case."""
    passed: bool = False
    """The commit stood past the case after the last of these exits, or when it stood still."""
    stalled: bool = False
    """The partition stood still behind the case, confirmed alone."""
    taken_again: bool = False
    """While it stood still the service was seen to take the case again and again; no other record was needed."""
    storm: bool = False
    """While it stood still its group formed on and on, and no record was in the way."""
    bloated: bool = False
    """It held so much memory that it was ended for it."""
    disturbed: bool = False
    """The service exited or was started again within the window."""
    committed: bool = False
    """The commit stood past the case when its window was closed."""

    def confirmed(self, symptom: Symptom) -> bool:
        """Seen in the window, and again alone or in the repeated window."""
        return symptom in self.shown and symptom in self.again

    @property
    def again(self) -> frozenset[Symptom]:
        """What was seen when it was tried again, alone or in its window."""
        return (self.alone or frozenset()) | (self.repeated or frozenset())

    @property
    def crosses(self) -> bool:
        """When it was tried again, answers went to others."""
        return Symptom.CROSSED in self.again


@dataclass(frozen=True, slots=True)
class Rule:
    """A verdict and the evidence that completes it."""

    code: str
    holds: Callable[[CaseEvidence], bool]


def _invalid(evidence: CaseEvidence) -> bool:
    return evidence.expectation is Expectation.INVALID


def _valid(evidence: CaseEvidence) -> bool:
    return evidence.expectation is Expectation.VALID


def _resource_blowup(evidence: CaseEvidence) -> bool:
    return evidence.bloated and evidence.exits >= 1


def _crash_loop(evidence: CaseEvidence) -> bool:
    again = evidence.exits >= 2 or (evidence.exits == 1 and evidence.known_loop)
    return again and not evidence.passed and not evidence.bloated


def _crashed(evidence: CaseEvidence) -> bool:
    return evidence.exits >= 1 and not _crash_loop(evidence) and not evidence.bloated


def _stands_still(evidence: CaseEvidence) -> bool:
    return evidence.stalled and not evidence.passed


def _endless_retry(evidence: CaseEvidence) -> bool:
    return Symptom.ENDLESS in evidence.shown or (_stands_still(evidence) and evidence.taken_again)


def _rebalance_storm(evidence: CaseEvidence) -> bool:
    return _stands_still(evidence) and evidence.storm and not evidence.taken_again


def _stuck(evidence: CaseEvidence) -> bool:
    return _stands_still(evidence) and not (evidence.taken_again or evidence.storm)


def _accepted_invalid(evidence: CaseEvidence) -> bool:
    if not _invalid(evidence):
        return False
    answered = evidence.confirmed(Symptom.ANSWERED) and not evidence.crosses
    return answered or Symptom.ACCEPTED in evidence.shown


def _dead_letter_altered(evidence: CaseEvidence) -> bool:
    return not _valid(evidence) and Symptom.ALTERED in evidence.shown


def _not_dead_lettered(evidence: CaseEvidence) -> bool:
    return _invalid(evidence) and evidence.confirmed(Symptom.NO_DEAD_LETTER)


def _wrong_reply(evidence: CaseEvidence) -> bool:
    crossed = bool(evidence.shown & _OTHER_SORT) and evidence.crosses
    elsewhere = bool(evidence.shown & _ANOTHERS) and Symptom.WRONG_REPLY in evidence.again
    return Symptom.WRONG_REPLY in evidence.shown or crossed or elsewhere


def _no_reply(evidence: CaseEvidence) -> bool:
    alone = bool(evidence.shown & (_UNANSWERED | _ANOTHERS)) and bool((evidence.alone or frozenset()) & _UNANSWERED)
    alone |= Symptom.NO_REPLY in evidence.shown and Symptom.CROSSED in (evidence.alone or ())
    return alone or (_invalid(evidence) and evidence.confirmed(Symptom.NO_REPLY))


def _did_not_stop(evidence: CaseEvidence) -> bool:
    return _invalid(evidence) and Symptom.WENT_ON in evidence.shown


def _duplicate_reply(evidence: CaseEvidence) -> bool:
    return evidence.confirmed(Symptom.TWICE)


def _misread(evidence: CaseEvidence) -> bool:
    contradicted = evidence.confirmed(Symptom.CONTRADICTED)
    return _valid(evidence) and (Symptom.MISREAD in evidence.shown or contradicted)


def _invalid_event(evidence: CaseEvidence) -> bool:
    return _valid(evidence) and Symptom.INVALID_EFFECT in evidence.shown


def _rejected_valid(evidence: CaseEvidence) -> bool:
    missed = _missed(evidence) or Symptom.CROSSED in evidence.shown
    return _valid(evidence) and missed and Symptom.REJECTED in (evidence.alone or ()) and not evidence.crosses


def _skipped_valid(evidence: CaseEvidence) -> bool:
    return _valid(evidence) and _missed(evidence) and Symptom.NO_EFFECT in (evidence.alone or ())


def _missed(evidence: CaseEvidence) -> bool:
    return bool(evidence.shown & MISSES)


def _right_alone(evidence: CaseEvidence) -> bool:
    return evidence.alone is not None and not evidence.alone & MISSES


def _collateral(evidence: CaseEvidence) -> bool:
    again = bool((evidence.repeated or frozenset()) & MISSES) and not evidence.crosses
    return _valid(evidence) and _missed(evidence) and _right_alone(evidence) and not evidence.disturbed and again


def _lost(evidence: CaseEvidence) -> bool:
    vanished = bool(evidence.shown & {Symptom.NO_EFFECT, Symptom.NO_REPLY}) and evidence.committed
    return _valid(evidence) and vanished and _right_alone(evidence) and evidence.disturbed


RULES: tuple[Rule, ...] = (
    Rule("RESOURCE_BLOWUP", _resource_blowup),
    Rule("CRASH_LOOP", _crash_loop),
    Rule("CRASHED", _crashed),
    Rule("ENDLESS_RETRY", _endless_retry),
    Rule("REBALANCE_STORM", _rebalance_storm),
    Rule("STUCK", _stuck),
    Rule("ACCEPTED_INVALID", _accepted_invalid),
    Rule("DEAD_LETTER_ALTERED", _dead_letter_altered),
    Rule("NOT_DEAD_LETTERED", _not_dead_lettered),
    Rule("WRONG_REPLY", _wrong_reply),
    Rule("NO_REPLY", _no_reply),
    Rule("DID_NOT_STOP", _did_not_stop),
    Rule("MISREAD", _misread),
    Rule("INVALID_EVENT", _invalid_event),
    Rule("DUPLICATE_EFFECT", _duplicate_reply),
    Rule("REJECTED_VALID", _rejected_valid),
    Rule("SKIPPED_VALID", _skipped_valid),
    Rule("COLLATERAL", _collateral),
    Rule("LOST", _lost),
)


def verdicts_of(evidence: CaseEvidence) -> tuple[str, ...]:
    """Every verdict whose evidence is complete, the case's own one first. Empty: no verdict."""
    return tuple(rule.code for rule in RULES if rule.holds(evidence))
