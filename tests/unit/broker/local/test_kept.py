"""What is known of the broker of `kcontract broker up`."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from kcontract.broker.local.kept import Kept, forget, keeper_of, running, state_file, write_down


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user with an empty state directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def kept(keeper: int, created: float) -> Kept:
    """A broker held by this process."""
    return Kept(keeper, created, 1, "Apache Kafka", "127.0.0.1:1", "127.0.0.1:2", "/run", 0.0)


def test_a_living_keeper_is_found() -> None:
    """What was written down is read back while its process lives."""
    mine = kept(os.getpid(), psutil.Process().create_time())
    write_down(mine)
    assert running() == mine
    forget()
    assert running() is None


def test_a_recycled_number_is_nobody() -> None:
    """A process with the keeper's number that started at another time is not the keeper."""
    write_down(kept(os.getpid(), psutil.Process().create_time() - 3600))
    assert running() is None


def test_a_dead_keeper_is_nobody() -> None:
    """A zombie holds nothing any more."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert keeper_of(kept(child, psutil.Process(child).create_time())) is None
    os.waitpid(child, 0)


@pytest.mark.parametrize("content", [b"", b"{", b'{"keeper": "x"}', b"\xff\xfe", b"[]"])
def test_a_damaged_file_means_that_nothing_runs(content: bytes) -> None:
    """Nobody is stopped by what a full disk left there."""
    state_file().parent.mkdir(parents=True)
    state_file().write_bytes(content)
    assert running() is None
