"""Shell completion."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from kcontract.cli.lazy import Entry
from kcontract.cli.main import COMMANDS, cli
from tests.unit.cli.command import kcontract

CONTRACT = """
kcontract: 1
topic: orders
message: {payload: {type: object}}
receive:
  billing: {run: {command: [python, -m, billing]}, onInvalid: skip}
"""


def complete(*args: str, incomplete: str = "") -> list[str]:
    """What a shell would offer."""
    made = ShellComplete(cli, {}, "kcontract", "_KCONTRACT_COMPLETE")
    return [item.value for item in made.get_completions(list(args), incomplete)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str) -> None:
    """It asks kcontract through the variable that click knows."""
    ended = kcontract("completion", shell)
    assert ended.code == 0
    assert "_KCONTRACT_COMPLETE" in ended.out
    assert f"{shell}_complete" in ended.out


def test_another_shell_is_wrong_usage() -> None:
    """With the ones that there are."""
    ended = kcontract("completion", "tcsh")
    assert ended.code == 2
    assert "'bash', 'zsh', 'fish'" in ended.err


def test_commands_are_offered_without_loading_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key press must not import the engine; a module that is missing does not matter."""
    monkeypatch.setitem(COMMANDS, "ghost", Entry("kcontract.cli.ghost:ghost", "Not there."))
    assert complete(incomplete="gh") == ["ghost"]
    assert complete(incomplete="--t") == ["--traceback"]
    assert set(COMMANDS) <= set(complete())


def test_codes_are_offered() -> None:
    """For `explain`."""
    assert complete("explain", incomplete="CRASH") == ["CRASH_LOOP", "CRASHED"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one contract, a stored failure and a stored run as the working directory."""
    (tmp_path / "kcontract.yaml").write_text("kcontract: 1\n")
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/orders.yaml").write_text(CONTRACT)
    for path in (".kcontract/cases/3f9a01c2.json", ".kcontract/runs/20261121-150348-679d/history.msgpack"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("args", "incomplete", "wanted"),
    [
        (["verify", "--kinds"], "bit_f", ["bit_flip"]),
        (["fuzz", "--kinds"], "valid,bit_f", ["valid,bit_flip"]),
        (["verify", "--receiver"], "", ["billing"]),
        (["verify", "--together"], "billing,b", ["billing,billing"]),
        (["verify", "--report"], "ju", ["junit"]),
        (["verify", "--faults"], "declared,registryDown:s", ["declared,registryDown:slow"]),
        (["judge", "--fail-on"], "LOST,CRASHED", ["LOST,CRASHED"]),
        (["replay"], "3", ["3f9a01c2"]),
        (["judge"], "", ["20261121-150348-679d"]),
        (["kinds"], "con", ["contracts/orders.yaml"]),
        (["verify"], "contracts/o", ["contracts/orders.yaml"]),
    ],
)
def test_what_the_project_has_is_offered(project: Path, args: list[str], incomplete: str, wanted: list[str]) -> None:
    """Names of contracts, services, kinds, failures and runs; of a list what may stand behind its last comma."""
    assert complete(*args, incomplete=incomplete) == wanted
    assert project.is_dir()


def test_a_contract_with_mistakes_offers_nothing(project: Path) -> None:
    """There is no place for an error on the command line; other files are left to the shell."""
    (project / "kcontract.yaml").write_text("kcontract: [")
    (project / "contracts/orders.yaml").write_text("[")
    assert complete("verify", "--receiver") == []
    (item,) = ShellComplete(cli, {}, "kcontract", "_KCONTRACT_COMPLETE").get_completions(["lint"], "schem")
    assert (item.value, item.type) == ("schem", "file")


def test_the_group_is_a_click_group() -> None:
    """So that other tools of click can read it."""
    assert isinstance(cli, click.Group)
