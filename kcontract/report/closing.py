"""What stands at the end of a text report: the units, and the line that says how it all ended."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from kcontract.model.summary import Blocked, RunSummary, UnitSummary
from kcontract.model.verdicts import verdict
from kcontract.report.abbreviate import plural
from kcontract.report.baseline_lines import stale_lines
from kcontract.report.finding import finding_line, in_order
from kcontract.report.kinds_matrix import families_table, receivers
from kcontract.report.kinds_table import kinds_table
from kcontract.report.visible import visible_lines
from kcontract.report.words import FAINT, GOOD, HEAD, LABEL, WARN, bullet, indented, line, words

EXIT_MEANING = {
    0: "everything that was tested conforms",
    1: "a promise was violated",
    2: "something was not tested, or the command or a file is wrong",
    3: "something that the run needs was not there; a retry may help",
    130: "interrupted",
}
NOT_A_BROKER = "NOT A BROKER: measured on librdkafka's mock. Only a run on a real Apache Kafka proves anything."
_LISTED = 50


_LAST_WORDS = 25
"""Lines of what a service said before it could not run."""


def unit_block(unit: UnitSummary, *, verbose: bool) -> Iterator[RenderableType]:
    """One unit: how much was sent, the table, what was left out and what could not be seen."""
    yield ""
    yield line((unit.unit, LABEL), "  ", ", ".join(unit.topics))
    if unit.blocked:
        yield from _blocked(unit.blocked)
    elif unit.cases or unit.requests:
        yield indented(words(_measured(unit), FAINT))
    for load in unit.loads:
        yield indented(words(load.text, FAINT))
    for table in kinds_table(unit.kinds, full=verbose):
        yield indented(table)
    for coverage in unit.coverage:
        yield indented(words(coverage.text, FAINT))
        yield from (indented(words(f"not shown: {what}"), 4) for what in coverage.missed if verbose)
    yield from _left_out(unit, verbose=verbose)
    for what, remedy in unit.blind:
        yield indented(bullet(line(("not judged: ", WARN), what), "○"))
        if remedy:
            yield indented(words(f"would be with: {remedy}"), 4)
    for note in unit.notes:
        yield indented(bullet(line(("note: ", FAINT), note)))


def closing(summary: RunSummary) -> Iterator[RenderableType]:
    """Counts, time, what it was measured on, and what the exit code means."""
    tested = [unit for unit in summary.units if not unit.blocked and not unit.left]
    cases = sum(unit.cases + unit.requests for unit in summary.units)
    failing = sum(finding.fails for finding in summary.findings)
    findings = plural(failing, "finding") if failing else "no finding"
    if tolerated := len(summary.findings) - failing:
        findings = f"{findings}{' but' if not failing else ','} {_tolerated(summary, tolerated)}"
    style = HEAD if failing else GOOD if summary.exit_code == 0 else WARN
    yield ""
    if len(summary.findings) > 1:
        yield from (finding_line(finding) for finding in in_order(summary.findings)[:_LISTED])
        yield ""
    for table in families_table(receivers(summary.units)):
        yield table
        yield ""
    parts = [plural(len(tested), "unit"), plural(cases, "case"), _time(summary)]
    if left := sum(unit.left for unit in summary.units):
        parts.insert(1, f"{left} left to another command")
    if blocked := sum(unit.blocked is not None for unit in summary.units):
        parts.insert(1, f"{blocked} could not run")
    yield line((findings, style), *(f" · {part}" for part in parts))
    yield from stale_lines(summary.stale)
    if summary.incomplete:
        yield words(f"not the whole run: {summary.incomplete}", WARN)
    yield words(f"measured on {summary.broker}" + (f"; registry: {summary.registry}" if summary.registry else ""))
    if not summary.is_broker:
        yield words(NOT_A_BROKER, WARN)
    if summary.history:
        yield words(f"history: {summary.history}", FAINT)
    meaning = EXIT_MEANING.get(summary.exit_code, "unknown")
    if summary.exit_code == 0 and tolerated:
        meaning = "nothing that counts violates a promise"
    yield line(f"exit {summary.exit_code}: ", (meaning, style))


def _tolerated(summary: RunSummary, number: int) -> str:
    accepted = sum(bool(finding.accepted) for finding in summary.findings)
    parts = [f"{accepted} accepted"] if accepted else []
    parts += [f"{number - accepted} that --fail-on leaves out"] if number > accepted else []
    return " and ".join(parts)


def _blocked(blocked: Blocked) -> Iterator[RenderableType]:
    yield indented(line(("COULD_NOT_RUN ", WARN), blocked.reason, f" [{blocked.code}]"))
    for number, text in enumerate(visible_lines(blocked.fix)[-_LAST_WORDS:] if blocked.fix else ()):
        yield indented(words(f"fix: {text}" if number == 0 else text), 2 if number == 0 else 4)
    yield indented(words(verdict("COULD_NOT_RUN").explain.split("\n")[1], FAINT))


def _measured(unit: UnitSummary) -> str:
    parts = [plural(unit.cases, "case")] if unit.cases else []
    parts += [plural(unit.requests, "request")] if unit.requests else []
    parts.append(f"{unit.seconds:.1f} s")
    if unit.starts:
        parts.append(plural(unit.starts, "start"))
    if unit.latency_p50 is not None and unit.latency_p99 is not None:
        parts.append(f"effect after {_ms(unit.latency_p50)} (p50), {_ms(unit.latency_p99)} (p99)")
    return " · ".join(parts)


def _left_out(unit: UnitSummary, *, verbose: bool) -> Iterator[RenderableType]:
    hint = "" if verbose else " (-v says why)"
    if unit.not_applicable:
        yield indented(words(f"{plural(len(unit.not_applicable), 'kind')} not applicable{hint}", FAINT))
    if verbose:
        yield from (indented(words(f"{kind}: {reason}"), 4) for kind, reason in unit.not_applicable)
    if unit.not_sent:
        number = sum(count for _, count, _ in unit.not_sent)
        yield indented(words(f"{plural(number, 'case')} not sent{hint}", FAINT))
    if verbose:
        yield from (indented(words(f"{kind}, {count:,}: {reason}"), 4) for kind, count, reason in unit.not_sent)


def _time(summary: RunSummary) -> str:
    return f"{summary.seconds:.1f} s" if summary.seconds < 120 else f"{summary.seconds / 60:.1f} min"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
