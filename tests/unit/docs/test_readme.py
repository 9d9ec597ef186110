"""README.md: what it says of commands, verdicts and contracts is so."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from kcontract.cli.main import COMMANDS
from kcontract.document.load import load_contracts, load_project, required
from kcontract.errors import (
    EXIT_CONFORMS,
    EXIT_ENVIRONMENT,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    EXIT_VIOLATED,
)
from kcontract.model.verdicts import VERDICTS
from tests.unit.docs.pages import ROOT, blocks, named, prose

README = ROOT / "README.md"
CONTRACT, SCHEMA = "contracts/order.placed.yaml", "schemas/order.json"
_JUDGED, _LATER = "## What is judged, and what is not yet", "**not judged yet**"


def test_the_commands_are_those_of_the_help() -> None:
    """Each command stands there with its line of `kcontract --help`."""
    rows = re.findall(r"^\| `kcontract (\w+)` \| (.*) \|$", prose(README), re.MULTILINE)
    assert rows == [(name, entry.help) for name, entry in COMMANDS.items()]


def test_the_exit_codes_are_those_of_the_program() -> None:
    """All five, each once."""
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", prose(README), re.MULTILINE)]
    assert codes == [EXIT_CONFORMS, EXIT_VIOLATED, EXIT_USAGE, EXIT_ENVIRONMENT, EXIT_INTERRUPTED]


def test_what_is_judged_is_told_truly() -> None:
    """Every verdict stands on the side where the catalogue has it."""
    judged, later = prose(README).split(_JUDGED)[1].split("## In CI")[0].split(_LATER)
    codes = {verdict.code for verdict in VERDICTS}
    found = [codes.intersection(re.findall(r"`([A-Z_]+)`", part)) for part in (judged, later)]
    assert found == [{v.code for v in VERDICTS if v.judged}, {v.code for v in VERDICTS if not v.judged}]


def test_the_contract_has_no_mistake(tmp_path: Path) -> None:
    """Whoever copies the three files gets no mistake and no warning."""
    for file in (CONTRACT, SCHEMA):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text(named(README, file)[0], encoding="utf-8")
    (tmp_path / "kcontract.yaml").write_text("kcontract: 1\n")  # whatever stands above the test's directory
    loaded = load_contracts([tmp_path / CONTRACT], load_project(tmp_path / CONTRACT))
    (contract,) = required(loaded)
    assert (loaded.mistakes, contract.topic) == ((), "order.placed")


def test_the_services_are_python() -> None:
    """Both versions of the Python service compile."""
    versions = named(README, "shipping.py")
    assert len(versions) == 2
    for text in versions:
        compile(text, "shipping.py", "exec")


def test_the_workflow_is_yaml() -> None:
    """The snippet for CI installs kcontract, lints and verifies."""
    (workflow,) = [yaml.safe_load(block.text) for block in blocks(README) if "jobs:" in block.text]
    runs = [step.get("run", "") for step in workflow["jobs"]["contracts"]["steps"]]
    assert next(command for command in runs if command.startswith("kcontract ")) == "kcontract lint"
    assert any(command.startswith("kcontract verify") for command in runs)
