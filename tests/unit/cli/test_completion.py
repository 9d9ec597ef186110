"""Shell completion."""

from __future__ import annotations

import click
import pytest
from click.shell_completion import ShellComplete

from kcontract.cli.lazy import Entry
from kcontract.cli.main import COMMANDS, cli
from tests.unit.cli.command import kcontract


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


def test_the_group_is_a_click_group() -> None:
    """So that other tools of click can read it."""
    assert isinstance(cli, click.Group)
