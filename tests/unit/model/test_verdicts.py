"""The catalogue of verdicts."""

from __future__ import annotations

import re

import pytest

from kcontract.errors import UsageError
from kcontract.model.verdicts import VERDICTS, Verdict, rank, verdict

PRECEDENCE = """
COULD_NOT_RUN
RESOURCE_BLOWUP CRASH_LOOP CRASHED ENDLESS_RETRY REBALANCE_STORM STUCK
ACCEPTED_INVALID DEAD_LETTER_ALTERED NOT_DEAD_LETTERED WRONG_REPLY NO_REPLY NOT_LOGGED DID_NOT_STOP
DROPS_ON_OUTAGE MISREAD INVALID_EVENT DUPLICATE_EFFECT OUT_OF_ORDER REJECTED_VALID SKIPPED_VALID COLLATERAL LOST
UNDECLARED_EVENT SLOW HEALTH_LIED NOT_RECOVERED UNGRACEFUL_STOP LEAK
NO_EVENT PHANTOM_EVENT REFUSED_VALID WRONG_KEY WRONG_TOPIC WRONG_ORDER UNREGISTERED_SCHEMA WRONG_SUBJECT
DUPLICATE_EVENT LOST_EVENT BLOCKED
"""
JUDGED = """
RESOURCE_BLOWUP
CRASHED CRASH_LOOP ENDLESS_RETRY REBALANCE_STORM STUCK LOST SKIPPED_VALID REJECTED_VALID NOT_DEAD_LETTERED
DEAD_LETTER_ALTERED ACCEPTED_INVALID DUPLICATE_EFFECT OUT_OF_ORDER
MISREAD COLLATERAL UNDECLARED_EVENT SLOW COULD_NOT_RUN NO_EVENT PHANTOM_EVENT INVALID_EVENT WRONG_KEY
WRONG_REPLY NO_REPLY NOT_LOGGED DID_NOT_STOP DUPLICATE_EFFECT ENDLESS_RETRY
DROPS_ON_OUTAGE HEALTH_LIED NOT_RECOVERED UNGRACEFUL_STOP LEAK REFUSED_VALID DUPLICATE_EVENT LOST_EVENT BLOCKED
WRONG_TOPIC WRONG_ORDER UNREGISTERED_SCHEMA WRONG_SUBJECT
"""


def codes_named_in(entry: Verdict) -> set[str]:
    """Words of a text that look like verdicts."""
    known_elsewhere = {"FAIL_ON_UNKNOWN_PROPERTIES", "MAX_SAFE_INTEGER"}
    return set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", entry.explain)) - known_elsewhere - {"JAVA_HOME"}


def test_the_order_is_the_order_of_precedence() -> None:
    """A case gets the first verdict whose evidence is complete, so the order is behaviour."""
    assert [entry.code for entry in VERDICTS] == PRECEDENCE.split()


def test_what_this_version_judges() -> None:
    """Verdicts that are known but not judged are marked, so that a run can list them as blind."""
    assert {entry.code for entry in VERDICTS if entry.judged} == set(JUDGED.split())


def test_rank_follows_the_order() -> None:
    """Process before invalid before valid before run."""
    assert rank("CRASH_LOOP") < rank("CRASHED") < rank("ACCEPTED_INVALID") < rank("LOST") < rank("UNDECLARED_EVENT")


@pytest.mark.parametrize("entry", VERDICTS, ids=lambda entry: entry.code)
def test_verdict_finds_each_entry(entry: Verdict) -> None:
    """Every code leads back to its entry."""
    assert verdict(entry.code) is entry


@pytest.mark.parametrize("code", ["crashed", "", "CRASH"])
def test_an_unknown_code_is_told(code: str) -> None:
    """Codes are exact; looking one up generously is for `explain`."""
    with pytest.raises(UsageError) as caught:
        verdict(code)
    assert caught.value.code == "VERDICT_UNKNOWN"


@pytest.mark.parametrize("entry", VERDICTS, ids=lambda entry: entry.code)
def test_every_explanation_answers_the_same_questions(entry: Verdict) -> None:
    """Meaning first, then proof, what it is not, how services get into it, and the way out, in 5 to 12 lines."""
    lines = entry.explain.split("\n")
    first = 2 if entry.code == "COULD_NOT_RUN" else 1  # two sentences, of which reports show one
    assert all(re.match(r"(Proof|Not|Python|Java|Node|Go|Node, Go|Fix): ", line) for line in lines[first:])
    labels = [line.partition(":")[0] for line in lines]
    assert 5 <= len(lines) <= 12
    assert labels.index("Proof") < labels.index("Not") < labels.index("Fix") == len(lines) - 1
    for language in ("Python", "Java", "Node", "Go"):
        assert re.search(rf"\b{language}\b", entry.explain), language


@pytest.mark.parametrize("entry", VERDICTS, ids=lambda entry: entry.code)
def test_explanations_name_only_verdicts_that_exist(entry: Verdict) -> None:
    """A text that sends the reader to another verdict must not send it nowhere."""
    assert codes_named_in(entry) <= {other.code for other in VERDICTS}


def test_no_two_verdicts_read_alike() -> None:
    """Codes, summaries and texts are unique: nothing was pasted and forgotten."""
    for field in ("code", "summary", "explain"):
        values = [getattr(entry, field) for entry in VERDICTS]
        assert len(set(values)) == len(values), field
