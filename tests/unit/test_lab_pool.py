"""Twins at once: all results come, what was wrong is tried again, and an end cuts what still runs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence

import pytest

from tests.lab import pool as pool_module
from tests.lab.pool import Pool
from tests.lab.running import Result, Watch, ended
from tests.lab.twin import GOOD, Twin, earns

_TWINS = [Twin(f"it-{number}", "go", "franz-go", "tests/lab/go/franz.yaml", seconds=number) for number in range(1, 6)]


class _Lab:
    """Stands for the runs: notes them, and lets a twin be blamed the first time."""

    def __init__(self, blamed: str = "") -> None:
        self.runs: list[tuple[str, ...]] = []
        self._blamed = blamed

    def __call__(self, batch: Sequence[Twin], _seed: int, _watch: Watch) -> list[Result]:
        first = not any(self._blamed in names for names in self.runs)
        self.runs.append(tuple(twin.name for twin in batch))
        return [Result(twin, earns("LOST") if first and twin.name == self._blamed else GOOD, 5, 1.0) for twin in batch]


def test_every_twin_has_its_own_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest batches begin first."""
    lab = _Lab()
    monkeypatch.setattr(pool_module, "run", lab)
    with Pool(_TWINS, at_once=1, largest=2) as pool:
        assert [pool.result(twin).twin for twin in _TWINS] == _TWINS
    assert lab.runs == [("it-3", "it-4"), ("it-5",), ("it-1", "it-2")]


def test_twins_that_wait_do_not_keep_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that is waited for leaves its turn to those that work."""
    slow = Twin("slow", "go", "franz-go", "tests/lab/go/franz.yaml", kinds="empty_value", seconds=90)
    done = threading.Event()

    def wait(batch: Sequence[Twin], _seed: int, _watch: Watch) -> list[Result]:
        if slow in batch:
            assert done.wait(60)
        return [Result(twin, GOOD, 5, 1.0) for twin in batch]

    monkeypatch.setattr(pool_module, "run", wait)
    with Pool([slow, *_TWINS], at_once=1, waiting=1) as pool:
        assert all(pool.result(twin).right for twin in _TWINS)
        done.set()
        assert pool.result(slow).right


def test_only_what_was_wrong_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and what came before is told."""
    lab = _Lab(blamed="it-2")
    monkeypatch.setattr(pool_module, "run", lab)
    with Pool(_TWINS, at_once=1, tries=2) as pool:
        result = pool.result(_TWINS[1])
        assert result.right
        assert result.before is not None
        assert not result.before.right
        assert pool.result(_TWINS[0]).before is None
    assert lab.runs == [tuple(twin.name for twin in _TWINS), ("it-2",)]


def test_the_end_of_a_pool_ends_its_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else an interrupted test run would leave brokers behind; what has not begun never does."""
    began, codes = threading.Event(), []

    def wait(batch: Sequence[Twin], _seed: int, watch: Watch) -> list[Result]:
        # As kcontract does: a shell starts background jobs, these tests maybe, with SIGINT ignored.
        hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
        asks = f"{hears}; import time; print(flush=True); time.sleep(60)"
        pipe = subprocess.PIPE
        with subprocess.Popen([sys.executable, "-c", asks], stdout=pipe, stderr=pipe, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with watch(process):
                began.set()
                codes.append(process.wait())
        return [Result(twin, GOOD, 5, 1.0) for twin in batch]

    monkeypatch.setattr(pool_module, "run", wait)
    with Pool(_TWINS, at_once=1, largest=1):
        assert began.wait(60)
    assert len(codes) == 1
    assert codes[0] != 0


def test_a_run_that_never_ends_is_cut() -> None:
    """And says where it stood, so that a test run ends and tells."""
    stands = "import threading\nprint('there', flush=True)\nthreading.Event().wait()"
    pipe, told = subprocess.PIPE, os.environ | {"PYTHONFAULTHANDLER": "1"}
    with subprocess.Popen([sys.executable, "-c", stands], stdout=pipe, stderr=pipe, text=True, env=told) as process:
        assert process.stdout is not None
        process.stdout.readline()
        printed, complained = ended(process, 0.1)
    assert printed == ""
    assert "in wait" in complained
    assert complained.endswith("cut after 0.1 s")
