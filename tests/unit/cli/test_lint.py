"""`kcontract lint`: what it prints and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kcontract.cli.main import run

GOOD = "kcontract: 1\ntopic: a\nmessage: {payload: {type: object}}\n"
BAD = "kcontract: 1\ntopik: a\nmessage: {payload: {type: object}, wire: plane}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working directory."""
    (tmp_path / "kcontract.yaml").write_text("kcontract: 1\n")
    (tmp_path / "contracts").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_good_contracts_conform(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing wrong is exit 0 and one line."""
    (project / "contracts/a.yaml").write_text(GOOD)
    assert run(["lint"]) == 0
    assert capsys.readouterr().out == "1 file: nothing wrong\n"


def test_mistakes_are_printed_with_place_code_and_fix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every mistake is a line that editors can follow, without colours when piped; the exit code is 2."""
    (project / "contracts/a.yaml").write_text(BAD)
    assert run(["lint", "contracts"]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "contracts/a.yaml:2:1 KEY_UNKNOWN `topik` is not a key of a contract",
        "  fix: did you mean `topic`?",
        "contracts/a.yaml:3:42 VALUE_UNKNOWN `plane` is not one of confluent, confluent-header, plain",
        "  fix: did you mean `plain`?",
        "1 file: 2 mistakes",
    ]


def test_places_are_relative_to_the_working_directory(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a terminal's links work from anywhere in the project."""
    (project / "contracts/a.yaml").write_text(BAD)
    monkeypatch.chdir(project / "contracts")
    assert run(["lint"]) == 2
    assert capsys.readouterr().out.startswith("a.yaml:2:1 ")


def test_warnings_alone_conform(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning is printed and changes nothing."""
    text = "kcontract: 1\ntopic: a\nmessage: {payload: {properties: {id: {}}}, identity: $message.payload#/ident}\n"
    (project / "contracts/a.yaml").write_text(text)
    assert run(["lint", "contracts/a.yaml"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 file: 1 warning"


def test_json_is_for_programs(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON form has counts and one object a mistake."""
    (project / "contracts/a.yaml").write_text(BAD)
    assert run(["lint", "--format", "json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert (report["files"], report["errors"], report["warnings"]) == (1, 2, 0)
    assert report["mistakes"][0] == {
        "file": "contracts/a.yaml",
        "line": 2,
        "column": 1,
        "code": "KEY_UNKNOWN",
        "severity": "error",
        "message": "`topik` is not a key of a contract",
        "fix": "did you mean `topic`?",
    }


def test_nothing_found_is_not_a_success(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty project ends with 2 and says so on standard error."""
    assert project.is_dir()
    assert run(["lint"]) == 2
    assert "[CONTRACTS_NONE]" in capsys.readouterr().err


def test_a_wrong_project_file_alone_is_found(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """kcontract.yaml is checked even where no contract is."""
    (project / "kcontract.yaml").write_text("servises: {}\n")
    assert run(["lint"]) == 2
    assert "kcontract.yaml:1:1 KEY_UNKNOWN" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "key"), [(["--schema"], "topic"), (["--schema", "project"], "services")])
def test_the_json_schema_is_printed(arguments: list[str], key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Editors get the schema of contracts, or of kcontract.yaml."""
    assert run(["lint", *arguments]) == 0
    assert key in json.loads(capsys.readouterr().out)["properties"]


def test_control_characters_are_made_visible(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A hostile key cannot write to the terminal."""
    (project / "contracts/a.yaml").write_text(GOOD + '"\\e[31mred": 1\n')
    assert run(["lint"]) == 2
    assert "\x1b" not in capsys.readouterr().out


def test_linting_runs_nothing_that_a_contract_names(project: Path) -> None:
    """Commands, functions and handlers are names only."""
    (project / "trap.py").write_text("import pathlib; pathlib.Path('sprung').touch()\n")
    services = "receive:\n  r: {run: {handler: trap:f}, onInvalid: skip, probe: {function: trap:f}}\n"
    services += "send:\n  s: {run: {command: [touch, sprung]}, action: {command: [touch, sprung]}}\n"
    (project / "contracts/a.yaml").write_text(GOOD + services)
    assert run(["lint"]) == 0
    assert not (project / "sprung").exists()
