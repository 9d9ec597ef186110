"""`kcontract fuzz` over real handlers in real processes: each bad one earns its verdict, the good ones earn none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.command import kcontract

EARNED = {
    "good": set(),
    "good_later": set(),
    "good_answer": set(),
    "good_payload": set(),
    "sends_itself": set(),
    "crashes": {"CRASHED"},
    "segfaults": {"CRASHED"},
    "exits": {"CRASHED"},
    "accepts": {"ACCEPTED_INVALID"},
    "misreads": {"MISREAD"},
    "miswrites": {"INVALID_EVENT"},
    "refuses": {"REJECTED_VALID"},
    "skips": {"SKIPPED_VALID"},
    "repeats": {"DUPLICATE_EFFECT"},
    "strays": {"UNDECLARED_EVENT"},
}
HEAD = """
kcontract: 1
topic: orders
message: {payload: {type: object, required: [id, amount], properties: {id: {type: string}, amount: {type: integer}}}}
receive:
"""
RECEIVER = """
  NAME:
    run: {handler: "fuzzed_handlers:NAME", rejects: ["fuzzed_handlers:Invalid"]}
    onInvalid: {deadLetter: orders.dlq}
    emits:
      topic: bills
      payload: {type: object, required: [order], properties: {order: {type: string}}}
      where: {/amount: $message.payload#/amount}
"""
MAKER = """
kcontract: 1
topic: made
message: {payload: {type: object, required: [id], properties: {id: {type: string}}}}
send: {maker: {run: {make: "makes:made"}}}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    handlers = Path(__file__).with_name("fuzzed_handlers.py")
    (tmp_path / handlers.name).write_bytes(handlers.read_bytes())
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "contracts").mkdir()
    return tmp_path


def verdicts(path: Path) -> dict[str, set[str]]:
    """What each unit earned, by a JSON report."""
    items = [json.loads(line) for line in path.read_text().splitlines()]
    earned: dict[str, set[str]] = {item["unit"]: set() for item in items if item["type"] == "unit"}
    for item in items:
        if item["type"] == "finding":
            earned[item["unit"]].add(item["first"]["code"])
    return earned


def test_each_handler_earns_what_it_deserves(project: Path) -> None:
    """In one run: what ends one process touches no other."""
    receivers = "".join(RECEIVER.replace("NAME", name) for name in EARNED)
    (project / "contracts/orders.yaml").write_text(HEAD + receivers)
    kinds = "valid,empty_value,missing_required,wrong_type,json_syntax,null_value"
    ended = kcontract("fuzz", "--max-examples", "60", "--kinds", kinds, "--report", "json=out.jsonl")
    assert ended.code == 1
    assert verdicts(project / "out.jsonl") == EARNED


@pytest.mark.parametrize(("field", "earned"), [("id", set()), ("name", {"INVALID_EVENT"})])
def test_functions_that_make_events_are_called_as_well(project: Path, field: str, earned: set[str]) -> None:
    """What they return is held against the contract."""
    (project / "contracts/made.yaml").write_text(MAKER)
    (project / "makes.py").write_text(f"def made(id): return {{'{field}': id}}\n")
    ended = kcontract("fuzz", "--max-examples", "5", "--report", "json=out.jsonl")
    assert ended.code == (1 if earned else 0)
    assert verdicts(project / "out.jsonl") == {"maker": earned}
