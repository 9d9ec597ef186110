"""The order of verdicts, rule by rule."""

from __future__ import annotations

import pytest

from kcontract.judge.rules import RULES, CaseEvidence, verdicts_of
from kcontract.judge.symptoms import Symptom
from kcontract.model.case import Expectation
from kcontract.model.verdicts import VERDICTS

VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER


def shown(*symptoms: Symptom) -> frozenset[Symptom]:
    return frozenset(symptoms)


NO_EFFECT, REJECTED, NO_LETTER = shown(Symptom.NO_EFFECT), shown(Symptom.REJECTED), shown(Symptom.NO_DEAD_LETTER)

CROSSED, NO_REPLY, ANSWERED = shown(Symptom.CROSSED), shown(Symptom.NO_REPLY), shown(Symptom.ANSWERED)
EARNS = [
    ("RESOURCE_BLOWUP", CaseEvidence(INVALID, exits=2, bloated=True)),
    ("CRASH_LOOP", CaseEvidence(INVALID, exits=2)),
    ("CRASH_LOOP", CaseEvidence(INVALID, exits=1, known_loop=True)),
    ("CRASHED", CaseEvidence(INVALID, exits=1)),
    ("CRASHED", CaseEvidence(INVALID, exits=1, known_loop=True, passed=True)),
    ("CRASHED", CaseEvidence(VALID, exits=2, passed=True)),
    ("ENDLESS_RETRY", CaseEvidence(INVALID, stalled=True, taken_again=True)),
    ("ENDLESS_RETRY", CaseEvidence(VALID, stalled=True, taken_again=True, storm=True)),
    ("REBALANCE_STORM", CaseEvidence(VALID, stalled=True, storm=True)),
    ("STUCK", CaseEvidence(INVALID, stalled=True)),
    ("ENDLESS_RETRY", CaseEvidence(EITHER, shown=shown(Symptom.ENDLESS))),
    ("WRONG_REPLY", CaseEvidence(VALID, shown=shown(Symptom.WRONG_REPLY))),
    ("WRONG_REPLY", CaseEvidence(INVALID, shown=CROSSED, alone=shown(), repeated=CROSSED)),
    ("WRONG_REPLY", CaseEvidence(VALID, shown=CROSSED, alone=CROSSED)),
    ("WRONG_REPLY", CaseEvidence(INVALID, shown=NO_REPLY, alone=shown(Symptom.WRONG_REPLY))),
    ("NO_REPLY", CaseEvidence(VALID, shown=NO_REPLY, alone=NO_REPLY)),
    ("NO_REPLY", CaseEvidence(VALID, shown=shown(Symptom.LATE), alone=shown(Symptom.LATE))),
    ("NO_REPLY", CaseEvidence(VALID, shown=CROSSED, alone=NO_REPLY)),
    ("NO_REPLY", CaseEvidence(INVALID, shown=NO_REPLY, alone=shown(), repeated=NO_REPLY)),
    ("NO_REPLY", CaseEvidence(VALID, shown=NO_REPLY, alone=CROSSED)),
    ("DID_NOT_STOP", CaseEvidence(INVALID, shown=shown(Symptom.WENT_ON))),
    ("DUPLICATE_EFFECT", CaseEvidence(VALID, shown=shown(Symptom.TWICE), alone=shown(Symptom.TWICE))),
    ("REJECTED_VALID", CaseEvidence(VALID, shown=CROSSED, alone=REJECTED)),
    ("COLLATERAL", CaseEvidence(VALID, shown=NO_REPLY, alone=shown(), repeated=NO_REPLY)),
    ("LOST", CaseEvidence(VALID, shown=NO_REPLY, alone=shown(), disturbed=True, committed=True)),
    ("ACCEPTED_INVALID", CaseEvidence(INVALID, shown=shown(Symptom.ACCEPTED))),
    ("ACCEPTED_INVALID", CaseEvidence(INVALID, shown=ANSWERED, alone=ANSWERED)),
    ("ACCEPTED_INVALID", CaseEvidence(INVALID, shown=ANSWERED | CROSSED, alone=ANSWERED)),
    ("ACCEPTED_INVALID", CaseEvidence(INVALID, shown=ANSWERED, alone=shown(), repeated=ANSWERED)),
    ("WRONG_REPLY", CaseEvidence(INVALID, shown=ANSWERED, alone=ANSWERED | CROSSED)),
    ("WRONG_REPLY", CaseEvidence(INVALID, shown=ANSWERED, alone=shown(), repeated=ANSWERED | CROSSED)),
    ("WRONG_REPLY", CaseEvidence(VALID, shown=REJECTED, alone=REJECTED | CROSSED)),
    ("WRONG_REPLY", CaseEvidence(VALID, shown=REJECTED | CROSSED, alone=shown(), repeated=REJECTED | CROSSED)),
    ("DEAD_LETTER_ALTERED", CaseEvidence(INVALID, shown=shown(Symptom.ALTERED))),
    ("DEAD_LETTER_ALTERED", CaseEvidence(EITHER, shown=shown(Symptom.ALTERED))),
    ("NOT_DEAD_LETTERED", CaseEvidence(INVALID, shown=NO_LETTER, alone=NO_LETTER)),
    ("NOT_DEAD_LETTERED", CaseEvidence(INVALID, shown=NO_LETTER, alone=shown(), repeated=NO_LETTER)),
    ("MISREAD", CaseEvidence(VALID, shown=shown(Symptom.MISREAD))),
    ("INVALID_EVENT", CaseEvidence(VALID, shown=shown(Symptom.INVALID_EFFECT))),
    ("REJECTED_VALID", CaseEvidence(VALID, shown=REJECTED, alone=REJECTED)),
    ("SKIPPED_VALID", CaseEvidence(VALID, shown=NO_EFFECT, alone=NO_EFFECT)),
    ("COLLATERAL", CaseEvidence(VALID, shown=NO_EFFECT, alone=shown(), repeated=NO_EFFECT)),
    ("COLLATERAL", CaseEvidence(VALID, shown=REJECTED, alone=shown(), repeated=REJECTED)),
    ("LOST", CaseEvidence(VALID, shown=NO_EFFECT, alone=shown(), disturbed=True, committed=True)),
]

EARNS_NOTHING = {
    "much memory, and no end": CaseEvidence(INVALID, bloated=True),
    "a late answer that is in time alone": CaseEvidence(VALID, shown=shown(Symptom.LATE), alone=shown()),
    "no answer once": CaseEvidence(INVALID, shown=NO_REPLY, alone=shown(), repeated=shown()),
    "two answers once": CaseEvidence(VALID, shown=shown(Symptom.TWICE), alone=shown(), repeated=shown()),
    "nothing wrong": CaseEvidence(VALID),
    "a miss that was not tried again": CaseEvidence(VALID, shown=NO_EFFECT),
    "a missing dead letter that was not tried again": CaseEvidence(INVALID, shown=NO_LETTER),
    "a dead letter that came alone and in the same window": CaseEvidence(
        INVALID, shown=NO_LETTER, alone=shown(), repeated=shown()
    ),
    "a miss that came alone and in the same window": CaseEvidence(
        VALID, shown=NO_EFFECT, alone=shown(), repeated=shown()
    ),
    "a miss around a restart that is not committed past": CaseEvidence(
        VALID, shown=NO_EFFECT, alone=shown(), disturbed=True
    ),
    "records taken again by a service that goes on": CaseEvidence(INVALID, taken_again=True),
    "members coming and going while the partitions move": CaseEvidence(VALID, storm=True),
    "standing still with the commit past the record": CaseEvidence(VALID, stalled=True, passed=True),
    "an effect of a record that may be taken or refused": CaseEvidence(EITHER, shown=shown(Symptom.ACCEPTED)),
    "a dead letter of a record that may be taken or refused": CaseEvidence(EITHER, shown=REJECTED, alone=REJECTED),
    "a valid record's dead letter that is altered": CaseEvidence(VALID, shown=shown(Symptom.ALTERED)),
    "no dead letter of a record that may be taken or refused": CaseEvidence(EITHER, shown=NO_LETTER, alone=NO_LETTER),
    "going on behind a record that may be taken or refused": CaseEvidence(EITHER, shown=shown(Symptom.WENT_ON)),
    "another reading of a record that may be taken or refused": CaseEvidence(EITHER, shown=shown(Symptom.MISREAD)),
    "an odd effect of a record that may be refused": CaseEvidence(EITHER, shown=shown(Symptom.INVALID_EFFECT)),
    "no effect of a record that may be taken or refused": CaseEvidence(EITHER, shown=NO_EFFECT, alone=NO_EFFECT),
    "a lost record that may be taken or refused": CaseEvidence(
        EITHER, shown=NO_EFFECT, alone=shown(), disturbed=True, committed=True
    ),
    "a miss that only another window repeats, and was not tried alone": CaseEvidence(
        VALID, shown=NO_EFFECT, repeated=NO_EFFECT
    ),
    "a miss that is another one alone": CaseEvidence(VALID, shown=NO_EFFECT, alone=NO_REPLY, repeated=NO_EFFECT),
    "a lost record that misses something alone": CaseEvidence(
        VALID, shown=NO_EFFECT, alone=NO_REPLY, disturbed=True, committed=True
    ),
    "a miss in a window with a restart, though it comes again": CaseEvidence(
        VALID, shown=NO_EFFECT, alone=shown(), repeated=NO_EFFECT, disturbed=True
    ),
    "a miss without a restart that is committed past": CaseEvidence(
        VALID, shown=NO_EFFECT, alone=shown(), committed=True
    ),
    "a miss only when the window came again": CaseEvidence(VALID, shown=shown(), alone=shown(), repeated=NO_EFFECT),
    "a missing dead letter only alone": CaseEvidence(INVALID, alone=NO_LETTER),
    "an answer for another only alone": CaseEvidence(VALID, alone=CROSSED),
    "a wrong answer only alone": CaseEvidence(VALID, alone=shown(Symptom.WRONG_REPLY)),
    "a result for an invalid one that was not tried again": CaseEvidence(INVALID, shown=ANSWERED),
    "a result for an invalid one, refused when tried again": CaseEvidence(
        INVALID, shown=ANSWERED, alone=shown(), repeated=shown()
    ),
    "a result for one that may be taken or refused": CaseEvidence(EITHER, shown=ANSWERED, alone=ANSWERED),
    "no answer only alone": CaseEvidence(VALID, alone=NO_REPLY),
    "a dead letter only alone": CaseEvidence(VALID, alone=REJECTED),
    "no effect only alone": CaseEvidence(VALID, alone=NO_EFFECT),
}


@pytest.mark.parametrize(("code", "evidence"), EARNS, ids=[f"{code}-{i}" for i, (code, _) in enumerate(EARNS)])
def test_evidence_earns_its_verdict(code: str, evidence: CaseEvidence) -> None:
    """Complete evidence earns exactly the verdict that the table names."""
    assert verdicts_of(evidence) == (code,)


@pytest.mark.parametrize("why", EARNS_NOTHING)
def test_incomplete_evidence_earns_nothing(why: str) -> None:
    """What comes close to a verdict, and is none."""
    assert verdicts_of(EARNS_NOTHING[why]) == ()


def test_every_rule_is_needed() -> None:
    """Each rule is the only one that gives some evidence of the table its verdict."""
    assert {rule.code for rule in RULES} == {code for code, _ in EARNS}


def test_the_order_is_that_of_the_catalogue() -> None:
    """Rules stand in the order of ORACLE.md §5, which the catalogue of verdicts has too."""
    ranks = [verdict.code for verdict in VERDICTS]
    order = [ranks.index(rule.code) for rule in RULES]
    assert order == sorted(order)


def test_the_first_in_the_order_is_the_case_s_own() -> None:
    """Further verdicts whose evidence is complete come behind it."""
    evidence = CaseEvidence(INVALID, shown=shown(Symptom.ACCEPTED, Symptom.ALTERED), exits=1)
    assert verdicts_of(evidence) == ("CRASHED", "ACCEPTED_INVALID", "DEAD_LETTER_ALTERED")
