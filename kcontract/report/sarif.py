"""SARIF 2.1.0 (OASIS), for code scanning: each finding at the line of the contract whose promise was broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from kcontract.model.finding import Finding
from kcontract.model.verdicts import VERDICTS, verdict
from kcontract.ports import StreamItem
from kcontract.report.collected import Collected
from kcontract.report.visible import visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "kcontract/v1"
_TEXT_LIMIT = 4_000
"""Characters of a finding's text; viewers show no more at once."""


class Sarif:
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
            text = json.dumps(sarif_log(self._run), indent=2)
            self._stream.write(text.replace("##[", "##\\u005b") + "\n")  # no command for a CI server's log
            self._stream.flush()


def sarif_log(run: Collected) -> dict[str, Any]:
    """The log with its only run. Its rules are the verdicts that occurred."""
    codes = {finding.first.code for finding in run.findings}
    rules = [entry.code for entry in VERDICTS if entry.code in codes]
    driver: dict[str, Any] = {"name": "kcontract", "rules": [_rule(code) for code in rules]}
    if run.started:
        driver["version"] = run.started.version
    made = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not run.broken_off, "toolExecutionNotifications": [*_notices(run)]}],
        "results": [_result(finding, rules.index(finding.first.code), run) for finding in run.findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [made]}


def _rule(code: str) -> dict[str, Any]:
    entry = verdict(code)
    return {
        "id": code,
        "name": "".join(part.capitalize() for part in code.split("_")),
        "shortDescription": {"text": f"The service {entry.summary}."},
        "fullDescription": {"text": entry.explain.split("\n")[0]},
        "help": {"text": entry.explain, "markdown": entry.explain.replace("\n", "\n\n")},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["kafka", "contract", entry.scope]},
    }


def _result(finding: Finding, index: int, run: Collected) -> dict[str, Any]:
    first = finding.first
    region = {"startLine": max(first.at.line, 1), "startColumn": max(first.at.column, 1)}
    place = {"artifactLocation": {"uri": _uri(run.file(first.at))}, "region": region}
    result: dict[str, Any] = {
        "ruleId": first.code,
        "ruleIndex": index,
        "level": "error" if finding.fails else "note",
        "message": {"text": _message(finding, run)},
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"name": visible(finding.unit), "kind": "module"}],
            }
        ],
        "partialFingerprints": {_FINGERPRINT: finding.id},
        "occurrenceCount": max(finding.count, 1),
        "properties": {
            "unit": visible(finding.unit),
            "topic": visible(first.topic),
            "kinds": [visible(kind) for kind in finding.kinds],
        },
    }
    if finding.accepted:
        justification = visible(finding.accepted)
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": justification}]
    return result


def _message(finding: Finding, run: Collected) -> str:
    """The first line is what lists show."""
    text = f"{finding.unit} {verdict(finding.first.code).summary}: {finding.first.promised}"
    return f"{visible(text)}.\n\n{run.text(finding)[:_TEXT_LIMIT]}"


def _notices(run: Collected) -> Iterator[dict[str, Any]]:
    """What was not tested or not seen."""
    if run.broken_off:
        yield {"level": "error", "message": {"text": visible(run.broken_off)}}
    for unit in run.units:
        if unit.blocked:
            text = f"{unit.unit} could not run: {unit.blocked.reason}"
            yield {"level": "error", "message": {"text": visible(text)}}
        for what, remedy in unit.blind:
            text = f"{unit.unit}: not judged: {what}" + (f" (would be with: {remedy})" if remedy else "")
            yield {"level": "note", "message": {"text": visible(text)}}


def _uri(path: str) -> str:
    """A relative reference (RFC 3986); only what would end or change it is escaped, and what is not ASCII."""
    kept = "/-._~!$&'()*+,;=@"
    return "".join(char if char.isascii() and (char.isalnum() or char in kept) else _percent(char) for char in path)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
