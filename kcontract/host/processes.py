"""A process with everything it starts: in a session of its own, its output bounded, ended as a whole."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import psutil

from kcontract.errors import ServiceError
from kcontract.host.held import held_by_tree
from kcontract.host.output import pump
from kcontract.model.service import Resources

_STEP_S = 0.005
_DRAIN_S = 1.0


class ProcessGroup:
    """A started process, the leader of its own session and process group.

    An ended leader is reaped only by `terminate` and `kill`, so that until then its number, which is the group's,
    cannot go to another process.
    """

    def __init__(self, process: subprocess.Popen[bytes], pumps: Sequence[threading.Thread]) -> None:
        self._process = process
        self._pumps = pumps
        self._code: int | None = None

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdout: Path,
        stderr: Path,
        stdin: Path | None = None,
    ) -> Self:
        """Starts `command` with exactly `env`; the same path for both streams puts them into one file. It reads the
        file `stdin`, else nothing.

        Raises PROCESS_NOT_STARTED.
        """
        together = stdout == stderr
        try:
            with Path(stdin or os.devnull).open("rb") as source:
                process = subprocess.Popen(
                    list(command),
                    env=dict(env),
                    cwd=cwd,
                    bufsize=0,
                    stdin=source,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT if together else subprocess.PIPE,
                    start_new_session=True,
                )
        except (OSError, ValueError) as error:
            raise ServiceError(
                "PROCESS_NOT_STARTED", f"cannot start {command[0]!r} in {cwd}: {error}", "correct the command"
            ) from error
        streams = ((process.stdout, stdout), (process.stderr, stderr))
        return cls(process, [pump(pipe, path) for pipe, path in streams if pipe is not None])

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> int | None:
        """None while it runs, else its exit code; -N when signal N ended it."""
        if self._code is None:
            ended = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            if ended is not None:
                self._code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        return self._code

    def wait(self, timeout_s: float) -> int | None:
        """As `poll`, after waiting up to `timeout_s` seconds for the end."""
        deadline = time.monotonic() + timeout_s
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(_STEP_S)
        return self._code

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the whole group."""
        if self._process.returncode is None:
            os.killpg(self.pid, number)

    def pause(self) -> None:
        """Freezes the group (SIGSTOP), and returns when the leader stands still, with all its threads (waitid(2))."""
        self.signal(signal.SIGSTOP)
        if self.poll() is None:
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resources(self) -> Resources | None:
        """What the leader and its descendants hold; None if it has ended."""
        if self.poll() is not None:
            return None
        return held_by_tree(self.pid)

    def terminate(self, timeout_s: float) -> int:
        """SIGTERM to the group; what is left of the tree after `timeout_s` seconds is killed. The exit code."""
        children = self._descendants()
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)  # a paused process would never see it
        self.wait(timeout_s)
        return self._end([*children, *self._descendants()])

    def kill(self) -> int:
        """SIGKILL to the group and to every descendant that left it. The exit code."""
        return self._end(self._descendants())

    def _end(self, children: Iterable[psutil.Process]) -> int:
        self.signal(signal.SIGKILL)
        for child in children:
            kill_process(child)
        self._process.wait()
        for thread in self._pumps:  # a descendant nobody knows of may still hold the pipe: then leave the thread
            thread.join(_DRAIN_S)
        code = self._code if self._code is not None else self._process.returncode
        self._code = code
        return code

    def _descendants(self) -> list[psutil.Process]:
        if self._process.returncode is not None:
            return []
        try:
            children: list[psutil.Process] = psutil.Process(self.pid).children(recursive=True)
        except psutil.Error:
            return []
        return children


def await_gone(processes: Iterable[psutil.Process], timeout_s: float) -> bool:
    """Waits up to `timeout_s` seconds until none of them runs; whether that came to be.

    One that has ended and waits for its parent to notice is gone: orphans may wait seconds for a busy init.
    """
    deadline = time.monotonic() + timeout_s
    left = list(processes)
    while left := [process for process in left if is_alive(process)]:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_STEP_S)
    return True


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs (and is not another one with its number)."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def kill_process(process: psutil.Process) -> None:
    """SIGKILL, unless it is gone (psutil compares the start time, so never a process with the same number)."""
    with contextlib.suppress(psutil.Error):
        process.kill()
