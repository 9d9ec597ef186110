"""Asking functions of the project, in a process of their own: they may hang or crash, and only that process does."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
from pathlib import Path
from typing import Any

from kcontract.harness.environment import service_environment
from kcontract.host.sweep import RunDirectory
from kcontract.model.service import Decision

_SECONDS = 10.0
"""For one answer, imports included."""
_DYING = 0.5
"""Seconds for a process to end that has closed its output."""


class FunctionDecider:
    """Implements `ports.Decider`."""

    def __init__(self, root: Path, directory: RunDirectory, seconds: float = _SECONDS) -> None:
        """Modules are found from the project root `root`; `directory` is told of every process."""
        self._seconds = seconds
        self._child = FunctionProcess(root, directory, "function_child.py", seconds)

    def decide(self, function: str, sent: Any, effect: Any) -> Decision:
        """See `ports.Decider`."""
        line = self._child.ask({"function": function, "arguments": [sent, effect]})
        if line is None:
            return Decision(error=f"{function} gave no answer within {self._seconds:g} s, or ended its process")
        answer = json.loads(line)
        return Decision(holds=answer.get("holds"), error=answer.get("error", ""))

    def close(self) -> None:
        """End the process, if there is one."""
        self._child.close()


class FunctionProcess:
    """A script that answers a line with a line. It starts with the first question, and anew after one that it died
    of."""

    def __init__(self, root: Path, directory: RunDirectory, script: str, seconds: float) -> None:
        self._root = root
        self._directory = directory
        self._script = Path(__file__).with_name(script)
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self.code: int | None = None
        """How it ended instead of the last answer; None if it gave none in time."""

    def ask(self, question: Any) -> bytes | None:
        """The line that answers; None if none came in time, or the process ended."""
        process = self._running()
        line, self.code = b"", None
        try:
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            line = self._line(process)
        except OSError:
            pass
        if line.endswith(b"\n"):
            return line
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.code = process.wait(_DYING)
        self.close()
        return None

    def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            environment = {**service_environment({}, os.environ), **self._directory.environment()}
            self._process = subprocess.Popen(
                [sys.executable, str(self._script)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._root,
                env=environment,
                start_new_session=True,
            )
            self._directory.note(self._process.pid)
        return self._process

    def _line(self, process: subprocess.Popen[bytes]) -> bytes:
        """One line, or what came of it in time."""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        line = b""
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n") and ready.select(self._seconds):
                part = os.read(process.stdout.fileno(), 65_536)
                if not part:
                    break
                line += part
        return line
