"""How a run ends: which findings fail it, and with which exit code (ORACLE.md §5)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import msgspec

from kcontract.errors import (
    EXIT_CONFORMS,
    EXIT_ENVIRONMENT,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    EXIT_VIOLATED,
    UsageError,
)
from kcontract.model.baseline import Accepted
from kcontract.model.finding import Finding
from kcontract.model.summary import RunSummary, UnitSummary
from kcontract.model.value import Value
from kcontract.model.verdicts import VERDICTS

FAIL_WORDS = {
    "none": "no verdict",
    "blind": "what could not be judged, too",
    "could-not-run": "a unit that could not run, with 1 in place of 3",
    "stale": "an entry of the baseline that does not occur any more",
}
"""What `--fail-on` takes beside the codes of verdicts."""


class FailOn(Value, frozen=True):
    """What makes a run end with 1."""

    verdicts: frozenset[str] | None = None
    """None: every verdict."""
    blind: bool = False
    could_not_run: bool = False
    stale: bool = False


class Terms(Value, frozen=True):
    """What the user says about findings: what fails the run, and what is known and accepted."""

    fail_on: FailOn = FailOn()
    accepted: tuple[Accepted, ...] = ()


DEFAULT_TERMS = Terms()


def parse_fail_on(values: Iterable[str]) -> FailOn:
    """`--fail-on CRASHED,LOST --fail-on blind`. Without a verdict (or `none`) every verdict fails.

    Raises UsageError FAIL_ON_UNKNOWN with the nearest words, FAIL_ON_NONE for `none` beside a verdict.
    """
    words = tuple(word.strip() for value in values for word in value.split(",") if word.strip())
    codes = {verdict.code for verdict in VERDICTS} - {"COULD_NOT_RUN"}
    known = [*FAIL_WORDS, *sorted(codes)]
    words = tuple("could-not-run" if word == "COULD_NOT_RUN" else word for word in words)
    for word in words:
        if word not in known:
            raise _unknown(word, known)
    named = codes.intersection(words)
    if named and "none" in words:
        raise UsageError("FAIL_ON_NONE", f"--fail-on none and {min(named)} contradict each other", "leave one of them")
    return FailOn(
        verdicts=frozenset(named) if named or "none" in words else None,
        blind="blind" in words,
        could_not_run="could-not-run" in words,
        stale="stale" in words,
    )


def weigh(finding: Finding, terms: Terms) -> Finding:
    """The finding with whether it fails the run, and the reason if it is accepted.

    What an earlier run accepted stays accepted (reports that are merged).
    """
    entry = next((entry for entry in terms.accepted if _means(entry, finding)), None)
    reason = entry.reason if entry else finding.accepted
    counts = terms.fail_on.verdicts is None or finding.first.code in terms.fail_on.verdicts
    return msgspec.structs.replace(finding, accepted=reason, fails=finding.fails and counts and not reason)


def settle(summary: RunSummary, terms: Terms, *, whole: bool = True) -> RunSummary:
    """The summary under these terms. `whole`: all that the units have was sent, so that what did not occur is stale."""
    findings = tuple(weigh(finding, terms) for finding in summary.findings)
    stale = tuple(_stale(summary, terms)) if whole and not summary.interrupted and not summary.incomplete else ()
    settled = msgspec.structs.replace(summary, findings=findings, stale=stale or summary.stale)
    return msgspec.structs.replace(settled, exit_code=exit_code_of(settled, terms.fail_on))


def exit_code_of(summary: RunSummary, fail_on: FailOn = DEFAULT_TERMS.fail_on) -> int:
    """The exit code of a run."""
    if summary.interrupted:
        return EXIT_INTERRUPTED
    if fail_on.stale and summary.stale:
        return EXIT_VIOLATED
    code = exit_code(summary.units, summary.findings, fail_on)
    return EXIT_USAGE if summary.incomplete and code == EXIT_CONFORMS else code


def exit_code(
    units: Sequence[UnitSummary], findings: Sequence[Finding], fail_on: FailOn = DEFAULT_TERMS.fail_on
) -> int:
    """1 if any finding fails, else 3 if any unit could not run for what it needs, else 2 if a file of the project is
    wrong, or a unit was not tested."""
    blocked = [unit.blocked for unit in units if unit.blocked]
    if any(finding.fails for finding in findings) or (fail_on.could_not_run and blocked):
        return EXIT_VIOLATED
    if fail_on.blind and any(unit.blind for unit in units):
        return EXIT_VIOLATED
    if blocked:
        return EXIT_USAGE if all(one.usage for one in blocked) else EXIT_ENVIRONMENT
    run = [unit for unit in units if not unit.left]
    if not run or not all(unit.cases or unit.requests for unit in run):
        return EXIT_USAGE
    return EXIT_CONFORMS


def _means(entry: Accepted, finding: Finding) -> bool:
    return (entry.id, entry.unit, entry.verdict) == (finding.id, finding.unit, finding.first.code)


def _stale(summary: RunSummary, terms: Terms) -> Iterable[Accepted]:
    tested = {unit.unit for unit in summary.units if (unit.cases or unit.requests) and not unit.blocked}
    for entry in terms.accepted:
        if entry.unit in tested and not any(_means(entry, finding) for finding in summary.findings):
            yield entry


def _unknown(word: str, known: Sequence[str]) -> UsageError:
    folded = {name.casefold().replace("_", "-"): name for name in known}
    near = difflib.get_close_matches(word.casefold().replace("_", "-"), folded, n=2)
    fix = f"did you mean {' or '.join(folded[name] for name in near)}?" if near else f"one of {', '.join(known)}"
    return UsageError("FAIL_ON_UNKNOWN", f"--fail-on knows no {word!r}", fix)
