"""JUnit XML, as Jenkins' XSD has it: a suite a unit, a test case a kind.

The names of the test cases are the same from run to run, so that a CI server can tell new failures from old ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TextIO
from xml.etree import ElementTree as ET

from kcontract.model.finding import Finding
from kcontract.model.summary import KindCount, UnitSummary
from kcontract.model.value import Value
from kcontract.model.verdicts import verdict
from kcontract.ports import StreamItem
from kcontract.report.collected import Collected
from kcontract.report.visible import visible, visible_lines

_RUN = "the run"


class Outcome(Value, frozen=True):
    """What became of a test case. `tag` is failure, error or skipped."""

    tag: str
    message: str
    type: str = ""
    text: str = ""


class JUnit:
    """Written when the run has ended."""

    def __init__(self, stream: TextIO, *, verbose: bool = False) -> None:  # noqa: ARG002 -- every format takes it
        self._stream = stream
        self._run = Collected()
        self._written = False

    def take(self, item: StreamItem) -> None:
        self._run.take(item)

    def close(self) -> None:
        if not self._written:
            self._written = True
            self._stream.write(junit_text(self._run))
            self._stream.flush()


def junit_text(run: Collected) -> str:
    """The whole document."""
    root = ET.Element("testsuites", name="kcontract")
    for unit in run.units:
        root.append(_suite(unit, run))
    if run.broken_off:
        suite = _new_suite(_RUN)
        _add(suite, _RUN, "is complete", [Outcome("error", run.broken_off, "INCOMPLETE")])
        root.append(suite)
    for suite in root:
        _count(suite)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _harmless(ET.tostring(root, encoding="unicode")) + "\n"


def _suite(unit: UnitSummary, run: Collected) -> ET.Element:
    suite = _new_suite(unit.unit)
    suite.set("time", f"{unit.seconds:.3f}")
    properties = ET.SubElement(suite, "properties")
    for name, value in _facts(unit, run):
        ET.SubElement(properties, "property", name=name, value=visible(value))
    if unit.blocked:
        fix = "\n".join(visible_lines(unit.blocked.fix))
        _add(suite, unit.unit, "can be run", [Outcome("error", unit.blocked.reason, unit.blocked.code, fix)])
    if unit.left:
        _add(suite, unit.unit, "is judged", [Outcome("skipped", _why_left(unit), "LEFT")])
    outcomes = _outcomes(unit, run)
    for name in dict.fromkeys([*_kinds(unit.kinds), *outcomes]):
        _add(suite, unit.unit, name, outcomes.get(name, []))
    return suite


def _why_left(unit: UnitSummary) -> str:
    return "; ".join(f"{what}: {remedy}" for what, remedy in unit.blind)


def _new_suite(name: str) -> ET.Element:
    return ET.Element("testsuite", name=visible(name))


def _facts(unit: UnitSummary, run: Collected) -> Iterator[tuple[str, str]]:
    if run.started:
        yield "broker", run.started.broker
        yield "seed", str(run.started.seed)
    if run.started and not run.started.is_broker:
        yield "not a broker", "measured on librdkafka's mock"
    yield "cases", str(unit.cases + unit.requests)
    yield from (("load", load.text) for load in unit.loads)
    for what, remedy in unit.blind:
        yield "not judged", f"{what} ({remedy})" if remedy else what


def _outcomes(unit: UnitSummary, run: Collected) -> dict[str, list[Outcome]]:
    """By name of the test case: a finding stands in full at its first kind, and is named at the others."""
    outcomes: dict[str, list[Outcome]] = {}
    for finding in run.findings:
        if finding.unit != unit.unit:
            continue
        first, *others = _kinds_of(finding)
        outcomes.setdefault(first, []).append(_told(finding, run.text(finding)))
        for kind in others:
            outcomes.setdefault(kind, []).append(_told(finding, f"the same defect as with {first}"))
    return outcomes


def _kinds_of(finding: Finding) -> tuple[str, ...]:
    """Names of the test cases that a finding fails: its kinds without their variants, else its verdict."""
    kinds = [finding.first.kind, *finding.kinds]
    return tuple(dict.fromkeys(kind.partition(":")[0] for kind in kinds if kind)) or (finding.first.code,)


def _told(finding: Finding, text: str) -> Outcome:
    code = finding.first.code
    message = f"{code} {finding.id}: {finding.unit} {verdict(code).summary}"
    if finding.fails:
        return Outcome("failure", message, code, text)
    why = f"accepted: {finding.accepted}" if finding.accepted else "does not fail the run (--fail-on)"
    return Outcome("skipped", f"{message}; {why}", code, text)


def _kinds(counts: Iterable[KindCount]) -> Iterator[str]:
    yield from dict.fromkeys(count.kind.partition(":")[0] for count in counts)


def _add(suite: ET.Element, unit: str, name: str, outcomes: list[Outcome]) -> None:
    """A test case is skipped only if nothing else became of it."""
    case = ET.SubElement(suite, "testcase", name=visible(name), classname=f"kcontract.{visible(unit)}")
    worst = [outcome for outcome in outcomes if outcome.tag != "skipped"] or outcomes[:1]
    for outcome in worst:
        made = ET.SubElement(case, outcome.tag, type=visible(outcome.type), message=visible(outcome.message))
        made.text = outcome.text or None


def _count(suite: ET.Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _harmless(xml: str) -> str:
    """The same document, in which no line is a command for the log of GitHub Actions."""
    return re.sub(r"(?m)^(\s*):(?=:)", r"\1&#58;", xml).replace("##[", "#&#35;[")
