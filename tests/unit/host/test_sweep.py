"""Run directories and their sweep: everything of dead runs goes, nothing of anybody else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from kcontract.errors import EnvironmentFailureError
from kcontract.host.processes import await_gone
from kcontract.host.sweep import RUN_VARIABLE, RunDirectory, Started, sweep

_SLEEPER = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]

_OWNER = """
import os, signal, sys
from pathlib import Path
from kcontract.host.processes import ProcessGroup
from kcontract.host.sweep import RunDirectory
run = RunDirectory.claim()
log = run.path / "log"
code = (
    "import os, signal, subprocess, sys\\n"
    "command = [sys.executable, '-c', 'import signal; signal.pause()']\\n"
    "print(os.getpid(), subprocess.Popen(command, start_new_session=True).pid, flush=True); signal.pause()"
)
group = ProcessGroup.start(
    [sys.executable, "-c", code], env=os.environ | run.environment(), cwd=run.path, stdout=log, stderr=log
)
run.note(group.pid)
while not log.read_text().endswith("\\n"):
    assert group.wait(0.01) is None
print(run.path, *log.read_text().split(), flush=True)
signal.pause()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a temporary directory of its own, in its children too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("kcontract.host.sweep._MEMORY", tmp_path / "no-memory")
    return tmp_path


@pytest.fixture
def bystander() -> Iterator[psutil.Process]:
    """A process that no run started."""
    with subprocess.Popen(_SLEEPER, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield psutil.Process(process.pid)
        process.kill()


def dead_run(temporary: Path) -> Path:
    """The directory of a run whose owner is gone."""
    root = temporary / f"kcontract-{os.getuid()}"
    root.mkdir(mode=0o700)
    path = root / "run-dead"
    path.mkdir()
    (path / "lock").touch()
    return path


def note(path: Path, pid: int, created: float) -> None:
    """Writes down a process as started by a run."""
    (path / "processes").write_bytes(msgspec.json.encode(Started(pid, created)) + b'\n{"pid": 12')


def test_a_closed_run_leaves_nothing(temporary: Path) -> None:
    """At its end a run kills what it started and removes its directory."""
    with RunDirectory.claim() as run, subprocess.Popen(_SLEEPER, env=os.environ | run.environment()) as child:
        run.note(child.pid)
        run.close()
        assert child.wait(10) == -signal.SIGKILL
        assert not list(temporary.glob("kcontract-*/run-*"))


def test_after_kill_9_the_next_sweep_removes_processes_and_directory() -> None:
    """The owner is killed: its process, and a descendant that left its session, die with the next sweep."""
    with subprocess.Popen([sys.executable, "-c", _OWNER], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        place, *pids = owner.stdout.readline().split()
        owner.send_signal(signal.SIGKILL)
    left = [psutil.Process(int(pid)) for pid in pids]
    assert len(left) == 2
    assert all(process.is_running() for process in left)
    assert sweep() == (Path(place),)
    assert await_gone(left, 10)
    assert not Path(place).exists()


def test_a_live_run_is_never_swept() -> None:
    """A run whose owner lives keeps its directory and its processes."""
    with RunDirectory.claim() as run, subprocess.Popen(_SLEEPER, env=os.environ | run.environment()) as child:
        run.note(child.pid)
        assert run.path not in sweep()
        assert run.path.is_dir()
        assert child.poll() is None
        child.kill()


def test_claiming_sweeps(temporary: Path) -> None:
    """The next start of kcontract removes what was left."""
    path = dead_run(temporary)
    with RunDirectory.claim():
        assert not path.exists()


def test_a_recycled_number_is_not_killed(temporary: Path, bystander: psutil.Process) -> None:
    """A process that has the number, and even the start time, of a noted one but does not name the run lives on."""
    path = dead_run(temporary)
    note(path, bystander.pid, bystander.create_time())
    assert sweep() == (path,)
    assert not await_gone([bystander], 0.05)


def test_a_process_that_started_at_another_time_is_not_killed(temporary: Path) -> None:
    """A process that names the run in its command line alone, and was not noted so, lives on (an editor, a pager)."""
    path = dead_run(temporary)
    with subprocess.Popen([*_SLEEPER, str(path)], stdout=subprocess.PIPE) as reader:
        note(path, reader.pid, psutil.Process(reader.pid).create_time() - 3600)
        assert sweep() == (path,)
        assert reader.poll() is None
        reader.kill()


def test_a_noted_process_that_wrote_over_its_environment_is_killed(temporary: Path) -> None:
    """Number, start time and the run's directory in the command line are enough."""
    path = dead_run(temporary)
    with subprocess.Popen([*_SLEEPER, str(path)], env={}, stdout=subprocess.PIPE) as server:
        note(path, server.pid, psutil.Process(server.pid).create_time())
        sweep()
        assert server.wait(10) == -signal.SIGKILL


def test_a_process_of_another_run_is_not_killed(temporary: Path) -> None:
    """The marker of one run does not match another's."""
    path = dead_run(temporary)
    marked = os.environ | {RUN_VARIABLE: f"{path}-other"}
    with subprocess.Popen(_SLEEPER, env=marked, stdout=subprocess.PIPE) as other:
        assert sweep() == (path,)
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize("kind", ["link", "open"])
def test_a_root_that_others_may_write_to_is_refused(temporary: Path, kind: str) -> None:
    """A link, or a directory open to all, in the place of our own is neither used nor swept."""
    root = temporary / f"kcontract-{os.getuid()}"
    place = temporary / "elsewhere" if kind == "link" else root
    (place / "run-precious").mkdir(parents=True)
    place.chmod(0o777)
    if kind == "link":
        root.symlink_to(place)
    assert sweep() == ()
    with pytest.raises(EnvironmentFailureError) as caught:
        RunDirectory.claim()
    assert caught.value.code == "RUN_DIRECTORY"
    assert (place / "run-precious").is_dir()


def test_memory_that_is_too_small_is_not_used(temporary: Path) -> None:
    """A run that needs more memory than there is lies on disk."""
    with RunDirectory.claim(in_memory_bytes=1 << 60) as run:
        assert run.path.is_relative_to(temporary)
