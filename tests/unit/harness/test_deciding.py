"""`where` functions run in a process of their own, and whatever they do is an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kcontract.harness.deciding import FunctionDecider
from kcontract.host.sweep import RunDirectory

FUNCTIONS = """
import os, sys, time

def same(sent, effect):
    print("prints are no answers")
    return sent["id"] == effect["id"]

def fails(sent, effect):
    return sent["nothing"]

def exits(sent, effect):
    os._exit(3)

def hangs(sent, effect):
    time.sleep(60)
"""


@pytest.fixture
def decider(tmp_path: Path) -> Iterator[FunctionDecider]:
    """Asks the functions of a project."""
    (tmp_path / "checks.py").write_text(FUNCTIONS)
    with RunDirectory.claim() as directory:
        made = FunctionDecider(tmp_path, directory, seconds=30.0)
        yield made
        made.close()


def test_a_function_says_yes_and_no(decider: FunctionDecider) -> None:
    """What it prints is not taken for its answer."""
    said = [decider.decide("checks:same", {"id": 1}, {"id": number}) for number in (1, 2)]
    assert [(one.holds, one.error) for one in said] == [(True, ""), (False, "")]


@pytest.mark.parametrize("function", ["checks:fails", "checks:missing", "nowhere:same"])
def test_a_function_that_fails(decider: FunctionDecider, function: str) -> None:
    """An error blames nobody, and the next question is answered."""
    said = decider.decide(function, {}, {})
    assert (said.holds, bool(said.error)) == (None, True)
    assert decider.decide("checks:same", {"id": 1}, {"id": 1}).holds


def test_a_function_that_ends_its_process(decider: FunctionDecider) -> None:
    """The next question starts another one."""
    assert "checks:exits" in decider.decide("checks:exits", {}, {}).error
    assert decider.decide("checks:same", {"id": 1}, {"id": 1}).holds


def test_a_function_that_hangs(tmp_path: Path) -> None:
    """It is given up after a while."""
    (tmp_path / "checks.py").write_text(FUNCTIONS)
    with RunDirectory.claim() as directory:
        decider = FunctionDecider(tmp_path, directory, seconds=0.2)
        assert "0.2 s" in decider.decide("checks:hangs", {}, {}).error
        decider.close()
