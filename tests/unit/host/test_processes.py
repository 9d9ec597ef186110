"""Process groups: exit codes, ends of whole trees, bounded output."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kcontract.errors import ServiceError
from kcontract.host.output import HEAD_BYTES, TAIL_BYTES, tail
from kcontract.host.processes import ProcessGroup, await_gone

Start = Callable[..., ProcessGroup]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Python code; whatever still runs at the end is killed."""
    started = []

    def start_code(code: str, *, stderr: str = "out") -> ProcessGroup:
        group = ProcessGroup.start(
            [sys.executable, "-u", "-c", code],
            env=dict(os.environ),
            cwd=tmp_path,
            stdout=tmp_path / "out",
            stderr=tmp_path / stderr,
        )
        started.append(group)
        return group

    yield start_code
    for group in started:
        group.kill()


def wait_for_line(path: Path, group: ProcessGroup) -> str:
    """The first whole line that the process prints."""
    while "\n" not in tail(path):
        assert group.wait(0.01) is None, tail(path)
    return tail(path).splitlines()[0]


def test_exit_code(start: Start) -> None:
    """A process that ends by itself has its own exit code, as often as one asks."""
    group = start("raise SystemExit(7)")
    assert group.wait(30) == 7
    assert group.poll() == 7
    assert group.terminate(1) == 7
    assert group.kill() == 7


def test_a_signal_is_a_negative_code(start: Start) -> None:
    """A process that a signal ended has the negative number of the signal."""
    assert start("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)").wait(30) == -11


def test_terminate_is_polite_first(start: Start, tmp_path: Path) -> None:
    """A process that handles SIGTERM ends as it wants, and what it prints on the way is kept."""
    group = start(
        "import os, signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: (os.write(1, b'bye\\n'), sys.exit(3)))\n"
        "print('ready')\nsignal.pause()"
    )
    wait_for_line(tmp_path / "out", group)
    assert group.terminate(30) == 3
    assert tail(tmp_path / "out") == "ready\nbye\n"


def test_a_process_that_ignores_sigterm_is_killed(start: Start, tmp_path: Path) -> None:
    """After its time is up a stubborn process is killed."""
    group = start(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready')\nwhile 1: signal.pause()"
    )
    wait_for_line(tmp_path / "out", group)
    assert group.terminate(0.05) == -9


def test_a_paused_process_is_terminated(start: Start, tmp_path: Path) -> None:
    """A stopped process is woken to hear of its end."""
    group = start("import os, signal\nprint('ready')\nsignal.pause()")
    wait_for_line(tmp_path / "out", group)
    psutil.Process(group.pid).suspend()
    assert group.terminate(30) == -15


def test_a_pause_has_stopped_every_thread(start: Start, tmp_path: Path) -> None:
    """Not only the signal is sent: who returns from `pause` finds nothing running, each time anew."""
    spinning = "import threading\nfor _ in range(8): threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()"
    group = start(f"{spinning}\nprint('on')")
    wait_for_line(tmp_path / "out", group)
    for _ in range(3):
        group.pause()
        states = [(task / "stat").read_text().rpartition(")")[2].split()[0] for task in tasks(group)]
        assert set(states) == {"T"}
        group.signal(signal.SIGCONT)
    assert group.poll() is None


def tasks(group: ProcessGroup) -> list[Path]:
    return list(Path(f"/proc/{group.pid}/task").iterdir())


@pytest.mark.parametrize("leaves_session", [False, True])
def test_the_whole_tree_ends(start: Start, tmp_path: Path, leaves_session: bool) -> None:
    """A child dies with the group, even one that has made a session of its own."""
    group = start(
        "import subprocess, sys, signal\n"
        "code = 'import signal; signal.signal(15, signal.SIG_IGN)\\nwhile 1: signal.pause()'\n"
        f"child = subprocess.Popen([sys.executable, '-c', code], start_new_session={leaves_session})\n"
        "print(child.pid)\nsignal.pause()"
    )
    child = psutil.Process(int(wait_for_line(tmp_path / "out", group)))
    group.terminate(0.2)
    assert await_gone([child], 10)


def test_children_of_a_dead_leader_end(start: Start, tmp_path: Path) -> None:
    """When the leader has crashed, what it left in its group is still found and killed."""
    group = start(
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print(child.pid, flush=True)"
    )
    assert group.wait(30) == 0
    child = psutil.Process(int(tail(tmp_path / "out")))
    assert child.is_running()
    group.kill()
    assert await_gone([child], 10)


def test_endless_output_is_bounded(start: Start, tmp_path: Path) -> None:
    """A process that prints more than the limit neither blocks nor fills the disk; beginning and end are kept."""
    group = start("print('first')\nfor _ in range(20): print('x' * 1_000_000)\nprint('last')")
    assert group.wait(60) == 0
    group.kill()
    size = (tmp_path / "out").stat().st_size
    assert size < HEAD_BYTES + 2 * TAIL_BYTES + 100
    assert (tmp_path / "out").read_bytes().startswith(b"first\n")
    assert tail(tmp_path / "out", 6) == "\nlast\n"


def test_streams_can_be_apart(start: Start, tmp_path: Path) -> None:
    """Standard output and error go to files of their own when two paths are given."""
    group = start("import sys; print('out'); print('err', file=sys.stderr)", stderr="err")
    group.wait(30)
    group.kill()
    assert (tail(tmp_path / "out"), tail(tmp_path / "err")) == ("out\n", "err\n")


@pytest.mark.parametrize("command", [["/nonexistent/program"], ["nul\0byte"]])
def test_what_cannot_be_started_is_an_error(tmp_path: Path, command: list[str]) -> None:
    """A command that is not there, or is not one, gives an error with a code."""
    with pytest.raises(ServiceError) as caught:
        ProcessGroup.start(command, env={}, cwd=tmp_path, stdout=tmp_path / "out", stderr=tmp_path / "err")
    assert caught.value.code == "PROCESS_NOT_STARTED"
