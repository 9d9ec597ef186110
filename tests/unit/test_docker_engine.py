"""A Docker engine that test runs have started is ended by the last of them, and no other engine is."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker.engine import end_docker


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where this test's engine is noted."""
    return tmp_path / "docker"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has an engine's name, and does nothing."""
    sleep = shutil.which("sleep")
    assert sleep is not None
    shutil.copy(sleep, tmp_path / "dockerd")
    with subprocess.Popen([tmp_path / "dockerd", "600"]) as process:
        yield process
        process.kill()


def test_the_last_user_ends_it(place: Path, engine: subprocess.Popen[bytes]) -> None:
    """By its process number, once."""
    place.with_suffix(".pid").write_text(f"{engine.pid}\n")
    assert end_docker(place)
    assert engine.wait(60) != 0
    assert not end_docker(place)


def test_it_stays_while_another_run_uses_it(place: Path, engine: subprocess.Popen[bytes]) -> None:
    """Whoever comes last ends it."""
    place.with_suffix(".pid").write_text(str(engine.pid))
    with place.with_suffix(".users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        assert not end_docker(place)
        assert engine.poll() is None
    assert end_docker(place)


@pytest.mark.parametrize("noted", ["", "no number", "1"])
def test_nothing_else_is_ended(place: Path, engine: subprocess.Popen[bytes], noted: str) -> None:
    """Not what is no engine, nor an engine that nobody noted."""
    assert not end_docker(place)
    place.with_suffix(".pid").write_text(noted)
    assert not end_docker(place)
    assert engine.poll() is None
