"""How the end of a container is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from kcontract.errors import EnvironmentFailureError
from kcontract.harness.container import RunningContainer
from kcontract.host.docker import Docker
from kcontract.host.processes import ProcessGroup

_EXITED = {"Status": "exited", "Running": False}


class Engine:
    """Knows one container, and remembers what was asked."""

    def __init__(self, state: dict[str, Any] | None) -> None:
        self.state = state
        self.asked: list[tuple[str, ...]] = []

    def inspect(self, _name: str) -> dict[str, Any]:
        if self.state is None:
            raise EnvironmentFailureError("DOCKER_FAILED", "no such container")
        return {"State": self.state}

    def ask(self, *arguments: str, **_: object) -> str:
        self.asked.append(arguments)
        return ""


@pytest.fixture
def make(tmp_path: Path) -> Callable[[Engine], RunningContainer]:
    """A container whose follower has printed its words and ended."""

    def container(engine: Engine) -> RunningContainer:
        out, err = tmp_path / "out", tmp_path / "err"
        env = {"PATH": os.environ["PATH"]}
        follower = ProcessGroup.start(["sh", "-c", "echo words >&2"], env=env, cwd=tmp_path, stdout=out, stderr=err)
        follower.wait(10.0)
        return RunningContainer(cast("Docker", engine), "c", follower, out, err)

    return container


@pytest.mark.parametrize(
    ("state", "code", "told"),
    [
        ({**_EXITED, "ExitCode": 3}, 3, "words"),
        ({**_EXITED, "ExitCode": 139}, -11, "words"),
        ({**_EXITED, "ExitCode": 143}, 143, "words"),
        ({**_EXITED, "ExitCode": 137, "OOMKilled": True}, -9, "OOMKilled"),
        ({"Status": "created", "Running": False, "ExitCode": 0, "Error": "port is taken"}, 125, "port is taken"),
        (None, -9, "words"),
    ],
    ids=["exit", "signal", "SIGTERM", "out of memory", "never started", "removed by somebody"],
)
def test_an_end_is_told_as_that_of_a_process(
    make: Callable[[Engine], RunningContainer], state: dict[str, Any] | None, code: int, told: str
) -> None:
    """Exit code or negative signal, its last words, and what Docker knows; the container is removed then."""
    engine = Engine(state)
    ended = make(engine).poll()
    assert ended is not None
    assert ended.code == code
    assert told in ended.stderr
    assert ("rm", "--force", "--volumes", "c") in engine.asked


def test_a_lost_connection_is_no_exit(make: Callable[[Engine], RunningContainer]) -> None:
    """The container runs on: the service lives."""
    engine = Engine({"Status": "running", "Running": True, "ExitCode": 0, "Pid": 4711})
    container = make(engine)
    assert container.poll() is None
    assert container.pid == 4711
    assert not engine.asked
