"""SARIF 2.1.0: valid by the schema of OASIS, findings at the lines of the contracts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from kcontract.model.location import Location
from kcontract.model.verdicts import VERDICTS
from kcontract.ports import StreamItem
from kcontract.report.visible import visible
from tests.unit.report.findings import crashed, misread
from tests.unit.report.machine import accepted, hostile, whole, written
from tests.unit.report.test_text_report import end, start

OFFICIAL = json.loads((Path(__file__).parent / "schemas" / "sarif-schema-2.1.0.json").read_text())
for part in ("run", "toolComponent"):  # their patterns are no regular expressions: a bracket too many
    del OFFICIAL["definitions"][part]["properties"]["language"]["pattern"]
SCHEMA = jsonschema_rs.validator_for(OFFICIAL, validate_formats=True)


def run_of(items: list[StreamItem]) -> Any:
    """The only run of the log."""
    log = json.loads(written("sarif", items))
    SCHEMA.validate(log)
    (run,) = log["runs"]
    return run


@pytest.mark.parametrize("items", [whole(), hostile(), whole()[:5], []], ids=["whole", "hostile", "cut", "empty"])
def test_it_is_valid(items: list[StreamItem]) -> None:
    """By the official schema, whatever the run had to say and however it ended."""
    run = run_of(items)
    assert run["invocations"][0]["executionSuccessful"] is (len(items) > 5)


def test_a_result_says_what_where_and_which() -> None:
    """Rule, line of the contract, and a fingerprint that is the same in each run."""
    run = run_of([start(), end(misread(), crashed())])
    first, second = run["results"]
    assert [first["ruleId"], second["ruleId"]] == ["CRASHED", "MISREAD"]
    assert [run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in (first, second)] == [
        "CRASHED",
        "MISREAD",
    ]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "contracts/patient.created.yaml"
    assert place["region"] == {"startLine": 31, "startColumn": 5}
    assert first["partialFingerprints"] == {"kcontract/v1": "3f9a01c2"}
    assert (first["level"], first["occurrenceCount"]) == ("error", 14)
    assert "kcontract replay 3f9a01c2" in first["message"]["text"]


def test_places_are_relative_to_the_repository() -> None:
    """A project may be one directory of many; what is not allowed in a URI is escaped."""
    finding = crashed()
    at = Location("contracts/ä b%.yaml", 2, 3)
    finding = msgspec.structs.replace(finding, first=msgspec.structs.replace(finding.first, at=at))
    run = run_of([msgspec.structs.replace(start(), folder="services/billing"), end(finding)])
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "services/billing/contracts/%C3%A4%20b%25.yaml"


def test_an_accepted_finding_is_suppressed() -> None:
    """With its reason as justification."""
    (result,) = run_of([start(), end(accepted(crashed()))])["results"]
    assert result["level"] == "note"
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "#12, next release"}]


def test_rules_come_from_the_catalogue() -> None:
    """Those that occurred, in its order, each with its explanation."""
    rules = run_of(whole())["tool"]["driver"]["rules"]
    known = {entry.code: entry for entry in VERDICTS}
    assert [rule["id"] for rule in rules] == [code for code in known if code in {rule["id"] for rule in rules}]
    assert all(rule["help"]["text"] == known[rule["id"]].explain for rule in rules)


def test_nothing_in_it_is_a_command() -> None:
    """Every text is visible, and no line is one for the log of GitHub Actions."""
    text = written("sarif", hostile())
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    strings = json.dumps(json.loads(text), ensure_ascii=False)
    assert visible(strings) == strings
