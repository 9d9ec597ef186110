"""`kcontract broker` when nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from kcontract.cli.main import run


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a broker."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_status_says_so_and_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    """A script can tell from the exit code."""
    assert run(["broker", "status"]) == 3
    assert capsys.readouterr().out == "no broker is running\n"


def test_down_is_idempotent(capsys: pytest.CaptureFixture[str]) -> None:
    """Stopping nothing is no mistake."""
    assert run(["broker", "down"]) == 0
    assert run(["broker", "down"]) == 0
    assert capsys.readouterr().out == "no broker is running\n" * 2


def test_env_prints_nothing_for_the_shell(capsys: pytest.CaptureFixture[str]) -> None:
    """`eval` must not be given a message; the error goes to standard error with its fix."""
    assert run(["broker", "env"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "BROKER_NOT_RUNNING" in captured.err
    assert "kcontract broker up" in captured.err


@pytest.mark.parametrize("words", [[], ["up"], ["env"]])
def test_help_has_examples(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every command that needs one shows an example."""
    assert run(["broker", *words, "--help"]) == 0
    assert "kcontract broker" in capsys.readouterr().out.partition("Examples:")[2]
