"""Commands that make a sender send, and the placeholders of actions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kcontract.harness.actions import ContractActions
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run
from kcontract.model.location import Location

RUN = Run(at=Location(file="c.yaml"), env=(("WHO", "{topic}"),))
SCRIPT = "import os, sys; body = sys.stdin.read(); print(os.environ['WHO'], sys.argv[1], body); sys.exit({code})"


@pytest.fixture
def actions(tmp_path: Path) -> Iterator[ContractActions]:
    """Actions in an empty project, called where TOKEN is set."""
    with RunDirectory.claim() as directory:
        yield ContractActions(tmp_path, directory, {"TOKEN": "s3cret", "PATH": "/usr/bin:/bin"})


def command(code: int) -> tuple[str, ...]:
    return sys.executable, "-c", SCRIPT.replace("{code}", str(code)), "{$request.body#/id}"


def test_a_command_gets_the_body_and_the_environment(actions: ContractActions) -> None:
    """What it prints is the answer; 0 accepts."""
    answer = actions.run(RUN, command(0), {"topic": "people"}, lambda _: "7", b'{"id": 7}', 30.0)
    assert (answer.status, answer.exit_code, answer.body.split()) == (200, 0, [b"people", b"7", b'{"id":', b"7}"])


def test_any_other_exit_code_refuses(actions: ContractActions) -> None:
    """A refusal as of 4xx, with the code."""
    answer = actions.run(RUN, command(3), {"topic": "people"}, lambda _: "7", b"", 30.0)
    assert (answer.status, answer.exit_code) == (400, 3)


def test_a_command_that_hangs_gives_no_answer(actions: ContractActions) -> None:
    """It is ended, and nothing is said of its request."""
    hangs = (sys.executable, "-c", "import time; time.sleep(600)")
    answer = actions.run(Run(at=RUN.at), hangs, {}, str, b"", 0.5)
    assert (answer.status, answer.exit_code) == (0, None)


def test_secrets_of_headers_are_masked(actions: ContractActions) -> None:
    """What came of the caller's environment is sent, and not told."""
    assert actions.fill("Bearer ${TOKEN} {run}", {"run": "r"}, str) == ("Bearer s3cret r", "Bearer *** r")
