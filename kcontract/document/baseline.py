"""Baseline files: known findings that a team accepts, each with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from kcontract.document import codes
from kcontract.document.codes import Code
from kcontract.document.leaves import NAME, choice, constant, text_of
from kcontract.document.mistakes import Mistake, Notebook, Refused
from kcontract.document.shape import Form, Found, Items, Key, Leaf, Section, read
from kcontract.document.yaml_compose import compose
from kcontract.document.yaml_nodes import ScalarNode
from kcontract.errors import UsageError
from kcontract.model.baseline import Accepted
from kcontract.model.finding import Finding
from kcontract.model.verdicts import VERDICTS

BASELINE_REASON = Code(
    "BASELINE_REASON",
    "An entry of the baseline has no reason.",
    "A finding is accepted for a reason that others can judge later: a ticket, a plan, a decision. Write it down.",
)
BASELINE_EXPIRED = Code(
    "BASELINE_EXPIRED",
    "An entry of the baseline has expired.",
    "Its `until` lies in the past. Mend the service and remove the entry, or decide anew and move the date.",
)
BASELINE_DATE = Code(
    "BASELINE_DATE",
    "A date in the baseline is none.",
    "`date` and `until` are calendar days such as 2026-11-21; `until` is the last day on which the entry counts.",
)
BASELINE_ID = Code(
    "BASELINE_ID",
    "The id of an entry is no id of a finding.",
    "A finding's id has eight hexadecimal digits and stands behind its verdict in every report. It needs no quotes.",
)
BASELINE_TWICE = Code(
    "BASELINE_TWICE",
    "The baseline accepts one finding twice.",
    "Two entries have the same id, so it is not clear whose reason and date count. Remove one of them.",
)
CODES = (BASELINE_REASON, BASELINE_EXPIRED, BASELINE_DATE, BASELINE_ID, BASELINE_TWICE)
"""What can be wrong with a baseline beside what can be wrong with any file."""

_HEX = frozenset("0123456789abcdef")
_HEAD = """\
# Findings that are known and accepted: kcontract verify --baseline THIS_FILE
# Every entry needs a reason; `until` (the last day on which it counts) may be added.
baseline: 1
accepted:
"""


def _id(node: ScalarNode) -> str:
    """As written: `12345678` and `1234e567` are ids, not numbers."""
    if len(node.text) == 8 and _HEX.issuperset(node.text):
        return node.text
    raise Refused(BASELINE_ID, f"`{node.text[:40]}` is no id", "write eight hexadecimal digits such as 3f9a01c2")


def _day(node: ScalarNode) -> str:
    try:
        return date.fromisoformat(node.text).isoformat()
    except ValueError:
        raise Refused(BASELINE_DATE, f"`{node.text[:40]}` is no day", "write it as 2026-11-21") from None


def _reason(node: ScalarNode) -> str:
    reason = "" if node.value is None else text_of(node, "a text").strip()
    if reason:
        return reason
    raise Refused(BASELINE_REASON, "the reason is empty", "say why the finding is accepted, or remove the entry")


_DAY = Leaf("a day such as 2026-11-21", _day, {})
_ENTRY = Form(
    "an entry",
    (
        Key("id", Leaf("the id of a finding", _id, {}), "Id of the finding.", required=True),
        Key("verdict", choice(*(verdict.code for verdict in VERDICTS)), "Its verdict.", required=True),
        Key("unit", NAME, "Its unit.", required=True),
        Key("reason", Leaf("a text", _reason, {}), "Why it is accepted."),
        Key("date", _DAY, "When it was accepted.", required=True),
        Key("until", _DAY, "The last day on which the entry counts."),
    ),
)
_BASELINE = Form(
    "a baseline",
    (
        Key("baseline", constant(1, codes.VALUE_UNKNOWN, "write baseline: 1"), "Version.", required=True),
        Key("accepted", Items(_ENTRY), "The findings."),
    ),
)


def parse_baseline(data: bytes, file: str, today: date) -> tuple[Accepted, ...]:
    """The entries of a baseline. Raises UsageError BASELINE_MISTAKES with all mistakes, each with its place and fix."""
    notebook = Notebook()
    node = compose(data, file, notebook)
    found = None if node is None else read(_BASELINE, node, notebook)
    entries = () if found is None else tuple(_entries(found.value, notebook, today))
    if notebook.has_errors:
        listed = "\n".join(_told(mistake) for mistake in notebook.mistakes)
        raise UsageError("BASELINE_MISTAKES", f"the baseline has mistakes:\n{listed}", "mend the lines that are named")
    return entries


def write_baseline(findings: Iterable[Finding], today: date) -> str:
    """A baseline that accepts these findings, once their reasons are filled in."""
    entries = "".join(_entry(finding, today) for finding in findings)
    return _HEAD + entries if entries else _HEAD.rsplit("accepted:", 1)[0]


def _entry(finding: Finding, today: date) -> str:
    rows = {
        "id": _quoted(finding.id),
        "verdict": finding.first.code,
        "unit": _quoted(finding.unit),
        "reason": _quoted(finding.accepted),
        "date": today.isoformat(),
    }
    return "".join(
        f"  {'-' if place == 0 else ' '} {name}: {text}\n" for place, (name, text) in enumerate(rows.items())
    )


def _quoted(text: str) -> str:
    """A JSON text is a YAML text as well, but for characters that YAML wants escaped and JSON does not."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def _entries(section: Section, notebook: Notebook, today: date) -> Iterator[Accepted]:
    seen: dict[str, int] = {}
    for found in section.get("accepted", ()):
        entry: Section = found.value
        _check(found, notebook, today, seen)
        values: dict[str, Any] = {name: one.value for name, one in entry.found.items()}
        if all(key.name in values for key in _ENTRY.keys if key.required) and "reason" in values:
            yield Accepted(**values, at=found.at)


def _check(found: Found, notebook: Notebook, today: date, seen: dict[str, int]) -> None:
    entry: Section = found.value
    if "reason" not in entry.given:
        notebook.add(BASELINE_REASON, found.at, "the entry has no reason", "add `reason:` and say why it is accepted")
    until = entry.get("until")
    if until and date.fromisoformat(until) < today:
        fix = "mend the service and remove the entry, or move `until`"
        notebook.add(BASELINE_EXPIRED, entry.place("until"), f"the entry expired on {until}", fix)
    name = entry.get("id")
    if name in seen:
        notebook.add(BASELINE_TWICE, found.at, f"{name} stands on line {seen[name]} already", "remove one")
    elif name:
        seen[name] = found.at.line


def _told(mistake: Mistake) -> str:
    return f"  {mistake}\n    fix: {mistake.fix}" if mistake.fix else f"  {mistake}"
