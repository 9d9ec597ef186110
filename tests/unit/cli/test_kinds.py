"""`kcontract kinds`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kcontract.cli.main import run
from kcontract.generate.catalogue import KINDS

CONTRACT = """\
kcontract: 1
topic: patient.created
message:
  payload: {type: object, required: [id], properties: {id: {type: string, format: uuid}, n: {type: integer}}}
  identity: $message.payload#/id
receive:
  billing:
    run: {command: [billing]}
    onInvalid: {deadLetter: patient.created.dlq}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """A contract file in a project of its own."""
    (tmp_path / "kcontract.yaml").write_text("kcontract: 1\n")
    (tmp_path / "contracts").mkdir()
    file = tmp_path / "contracts" / "patient.yaml"
    file.write_text(CONTRACT)
    return file


@pytest.mark.parametrize("name", ["bit_flip", "truncated:middle"])
def test_the_name_of_a_kind_is_no_contract(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What was meant is explained elsewhere."""
    assert run(["kinds", name]) == 2
    assert f"kcontract explain {name.partition(':')[0]}" in capsys.readouterr().err


def test_all_kinds_are_listed_one_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """63 lines, code first; what may bring a consumer down, and what nobody gets unasked, say so."""
    assert run(["kinds"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 63
    assert lines[0].split()[:3] == ["empty_value", "1", "L1"]
    assert any(line.startswith("depth_bomb ") and line.endswith("(dangerous)") for line in lines)
    assert any(line.startswith("compression_bomb ") and line.endswith("(dangerous, only on request)") for line in lines)


def test_json_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: all facts of a kind."""
    assert run(["kinds", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    flip = next(row for row in rows if row["code"] == "bit_flip")
    assert (flip["number"], flip["layer"]) == (17, "L3")
    assert flip["variants"] == ["flip", "substitute", "insert", "delete"]


def test_a_contract_says_what_applies_and_why_not(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind is sent with an expectation, or not sent for a reason."""
    assert run(["kinds", str(contract)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("billing on patient.created\n")
    rows = [line.split() for line in out.splitlines()]
    assert ["missing_required", "invalid"] in [row[:2] for row in rows]
    assert "payload is JSON" in out
    told = {row[0].partition(":")[0] for row in rows[1:]}
    assert told >= {kind.code for kind in KINDS}
    assert all(len(row) > 3 for row in rows[1:])
    assert out.splitlines()[1][0] != " "


def test_what_the_engine_makes_says_how_it_is_expected(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Runs of poison, bursts and trouble of the registry are no records of their own."""
    assert run(["kinds", str(contract), "--format", "json"]) == 0
    (report,) = json.loads(capsys.readouterr().out)
    played = {row["kind"]: row["expected"] for row in report["played"]}
    assert set(played) == {"poison_run", "burst"}
    sent = {row["kind"] for row in report["sent"]}
    assert {"exact_duplicate", "near_limit:at", "conflicting_duplicate"} <= sent
    assert "compression_bomb" in {row["kind"] for row in report["notSent"]}


def test_a_contract_without_receivers_is_a_usage_error(contract: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to say of it: exit 2."""
    contract.write_text(CONTRACT[: CONTRACT.index("receive:")])
    assert run(["kinds", str(contract)]) == 2
    assert "KINDS_NO_RECEIVER" in capsys.readouterr().err
