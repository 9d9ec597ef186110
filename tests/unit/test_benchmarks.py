"""`make bench` names what there is, and says whether all of it ended well."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as bench

ROOT = Path(__file__).parents[2]


def test_every_benchmark_is_there() -> None:
    """Each name stands for a module with a `main`, and each has its time."""
    for one in bench.ORDER:
        assert "\ndef main(" in (ROOT / "benchmarks" / f"{one.name}.py").read_text(), one.name
        assert one.seconds > 0


def test_a_benchmark_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are run all the same, and the exit code is 1."""
    monkeypatch.setattr(bench, "ORDER", (bench.Bench("nowhere", 60), bench.Bench("__init__", 60)))
    monkeypatch.setattr(sys, "argv", ["benchmarks"])
    monkeypatch.chdir(ROOT)
    assert bench.main() == 1
    said = capsys.readouterr().out
    assert "== nowhere\nFAILED: exit code 1\n== __init__\n" in said
    assert "2 benchmarks in" in said and "1 failed\nnowhere: exit code 1\n" in said


def test_a_benchmark_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is left, though it does not listen to Ctrl-C."""
    monkeypatch.setattr(bench, "_GRACE_S", 0.1)
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"1\n"
        bench._end(process)
        assert process.returncode == -9
