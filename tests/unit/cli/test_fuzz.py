"""`kcontract fuzz`, with a real process for the handler."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.command import kcontract

HANDLERS = """
import json

def careful(record):
    payload = json.loads(record.value)
    if not isinstance(payload, dict) or not isinstance(payload.get("id"), str):
        raise ValueError("no order")

def careless(record):
    return careful(record) if record.value else 1 / 0
"""
CONTRACT = """
kcontract: 1
topic: orders
message: {payload: {type: object, required: [id], properties: {id: {type: string}}}}
receive:
  billing:
    run: {handler: "hands:HANDLER", rejects: [ValueError]}
    onInvalid: skip
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hands.py").write_text(HANDLERS)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "contracts").mkdir()
    return tmp_path


def given(project: Path, handler: str) -> None:
    (project / "contracts" / "orders.yaml").write_text(CONTRACT.replace("HANDLER", handler))


def test_a_careful_handler_conforms_and_a_careless_one_does_not(project: Path) -> None:
    """Exit 0 and 1; the finding is stored, handed over by the next run, and judged again from the history."""
    given(project, "careful")
    options = ("fuzz", "--max-examples", "20", "--kinds", "valid,empty_value,missing_required,wrong_root")
    assert kcontract(*options).code == 0
    given(project, "careless")
    ended = kcontract(*options, "--report", "json=out.jsonl")
    assert ended.code == 1
    items = [json.loads(line) for line in (project / "out.jsonl").read_text().splitlines()]
    (finding,) = [item for item in items if item["type"] == "finding"]
    assert finding["first"]["code"] == "CRASHED"
    assert finding["first"]["cause"] == "ZeroDivisionError at hands.py:10"
    assert [path.stem for path in (project / ".kcontract/cases").iterdir()] == [finding["id"]]
    assert kcontract("replay", finding["id"]).code == 1
    assert kcontract("fuzz", "--kinds", finding["first"]["kind"], "--max-examples", "1").code == 1
    given(project, "careful")
    assert kcontract("replay", finding["id"]).code == 0
    given(project, "careless")
    assert kcontract("fuzz", "--kinds", "valid", "--max-examples", "1").code == 0
    assert kcontract(*options).code == 1
    assert kcontract("judge").code == 1


def test_without_a_handler_nothing_is_tested(project: Path) -> None:
    """Exit 2, also of `verify` where there is nothing else."""
    given(project, "careful")
    text = (project / "contracts/orders.yaml").read_text()
    (project / "contracts/orders.yaml").write_text(
        text.replace('handler: "hands:careful", rejects: [ValueError]', "command: [a]")
    )
    ended = kcontract("fuzz")
    assert ended.code == 2
    assert "FUZZ_NOTHING" in ended.err


def test_a_handler_that_cannot_be_loaded_could_not_run(project: Path) -> None:
    """Exit 2: a file of the project is wrong; with the reason."""
    given(project, "missing")
    ended = kcontract("fuzz")
    assert ended.code == 2
    assert "AttributeError" in ended.out


def test_the_longest_time_is_told_as_contracts_have_it(project: Path) -> None:
    """In seconds or as a duration; what is neither is refused in words."""
    given(project, "careful")
    options = ("fuzz", "--max-examples", "5", "--kinds", "valid", "--max-time")
    assert [kcontract(*options, time).code for time in ("60", "60s", "2m", "500ms", "0")] == [0, 0, 0, 2, 2]
    refused = kcontract(*options, "soon")
    assert refused.code == 2
    assert "'soon' is neither a number of seconds nor a duration such as 90s or 2m" in refused.err
