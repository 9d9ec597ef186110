"""How a run ends: what fails it, what is accepted, and with which exit code."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.errors import UsageError
from kcontract.judge.runs.ending import DEFAULT_TERMS, FailOn, Terms, parse_fail_on, settle, weigh
from kcontract.model.baseline import Accepted
from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.location import Location
from kcontract.model.summary import Blocked, RunSummary, UnitSummary

TESTED = UnitSummary("billing", (), 1.0, cases=3)
SEER = UnitSummary("ledger", (), 1.0, cases=3, blind=(("`slo` is not judged yet", ""),))
BLOCKED = UnitSummary("audit", (), 0.0, blocked=Blocked("COULD_NOT_RUN", "exited"))
WRONG = UnitSummary("pages", (), 0.0, blocked=Blocked("HANDLER_NOT_LOADED", "no module", usage=True))
UNTESTED = UnitSummary("api", (), 0.0)
LEFT = UnitSummary("pure", (), 0.0, blind=(("a handler", "kcontract fuzz"),), left=True)


def finding(code: str = "CRASHED", id_: str = "3f9a01c2", unit: str = "billing") -> Finding:
    return Finding(id_, unit, CaseVerdict(code, "1", "truncated", "orders", Location("c.yaml"), "", ()))


def entry(code: str = "CRASHED", id_: str = "3f9a01c2", unit: str = "billing") -> Accepted:
    return Accepted(id_, code, unit, "#12", "2026-11-21")


def run(*units: UnitSummary, findings: tuple[Finding, ...] = (), **more: bool | str) -> RunSummary:
    return msgspec.structs.replace(RunSummary("r", 0, 1.0, "", "", True, units, findings), **more)


@pytest.mark.parametrize(
    ("summary", "words", "code"),
    [
        (run(TESTED), (), 0),
        (run(TESTED, findings=(finding(),)), (), 1),
        (run(TESTED, BLOCKED, findings=(finding(),)), (), 1),
        (run(TESTED, BLOCKED), (), 3),
        (run(UNTESTED, BLOCKED), (), 3),
        (run(TESTED, WRONG), (), 2),
        (run(TESTED, WRONG, BLOCKED), (), 3),
        (run(TESTED, WRONG, findings=(finding(),)), (), 1),
        (run(TESTED, UNTESTED), (), 2),
        (run(), (), 2),
        (run(TESTED, LEFT), (), 0),
        (run(LEFT), (), 2),
        (run(TESTED, LEFT), ("blind",), 1),
        (run(BLOCKED, LEFT), (), 3),
        (run(TESTED, findings=(finding(),)), ("none",), 0),
        (run(TESTED, BLOCKED, findings=(finding(),)), ("none",), 3),
        (run(UNTESTED, findings=(finding(),)), ("none",), 2),
        (run(TESTED, findings=(finding(),)), ("CRASHED",), 1),
        (run(TESTED, findings=(finding(),)), ("LOST,STUCK",), 0),
        (run(TESTED, findings=(finding(),)), ("LOST", "CRASHED"), 1),
        (run(SEER), (), 0),
        (run(SEER), ("blind",), 1),
        (run(TESTED), ("blind",), 0),
        (run(TESTED, findings=(finding(),)), ("blind",), 1),
        (run(SEER, findings=(finding(),)), ("none", "blind"), 1),
        (run(TESTED, BLOCKED), ("could-not-run",), 1),
        (run(TESTED, BLOCKED), ("COULD_NOT_RUN",), 1),
        (run(TESTED, findings=(finding(),), interrupted=True), (), 130),
        (run(TESTED, incomplete="cut"), (), 2),
        (run(TESTED, findings=(finding(),), incomplete="cut"), (), 1),
        (run(TESTED, BLOCKED, incomplete="cut"), (), 3),
    ],
)
def test_the_exit_code(summary: RunSummary, words: tuple[str, ...], code: int) -> None:
    """1 before 3 before 2, under what `--fail-on` says."""
    assert settle(summary, Terms(parse_fail_on(words))).exit_code == code


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        ("CRASHD", "did you mean CRASHED"),
        ("crashed", "did you mean CRASHED"),
        ("blnd", "did you mean blind?"),
        ("could_not_run", "did you mean could-not-run"),
        ("xyzzy", "one of none, blind, could-not-run, stale, ACCEPTED_INVALID"),
    ],
)
def test_a_wrong_word_is_an_error_with_the_nearest(words: str, fix: str) -> None:
    """A misspelt word must not let a run pass."""
    with pytest.raises(UsageError) as caught:
        parse_fail_on(["LOST", words])
    assert caught.value.code == "FAIL_ON_UNKNOWN"
    assert caught.value.fix.startswith(fix)


def test_none_beside_a_verdict_is_an_error() -> None:
    """Nobody can mean both."""
    with pytest.raises(UsageError, match="contradict"):
        parse_fail_on(["none,LOST"])


def test_a_known_finding_does_not_fail() -> None:
    """It stays in the report with its reason; a new one beside it fails."""
    terms = Terms(accepted=(entry(),))
    settled = settle(run(TESTED, findings=(finding(),)), terms)
    assert [(one.accepted, one.fails) for one in settled.findings] == [("#12", False)]
    assert (settled.exit_code, settled.stale) == (0, ())
    assert settle(run(TESTED, findings=(finding(), finding("LOST", "00000001"))), terms).exit_code == 1


@pytest.mark.parametrize("other", [entry("LOST"), entry(id_="00000001"), entry(unit="ledger")])
def test_an_entry_accepts_what_it_names_and_nothing_else(other: Accepted) -> None:
    """Id, verdict and unit must all be those of the finding."""
    assert weigh(finding(), Terms(accepted=(other,))).fails


def test_an_entry_that_does_not_occur_is_stale() -> None:
    """If its unit was tested, and everything was sent; else nothing is known."""
    terms = Terms(FailOn(stale=True), accepted=(entry(),))
    assert settle(run(TESTED), terms).stale == (entry(),)
    assert settle(run(TESTED), terms).exit_code == 1
    assert settle(run(TESTED), Terms(accepted=(entry(),))).exit_code == 0
    assert settle(run(TESTED), terms, whole=False).stale == ()
    for summary in (run(SEER), run(TESTED, interrupted=True), run(TESTED, incomplete="cut"), run(BLOCKED, UNTESTED)):
        assert settle(summary, terms).stale == ()


def test_what_was_accepted_stays_accepted() -> None:
    """Weighing twice, with other terms or none, takes no reason away."""
    known = weigh(finding(), Terms(accepted=(entry(),)))
    assert weigh(known, DEFAULT_TERMS) == known
