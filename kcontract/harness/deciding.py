"""Asking `where` functions, in a process of their own: they may hang, exit or crash, and only that process does."""

from __future__ import annotations

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

_CHILD = Path(__file__).with_name("where_child.py")
_SECONDS = 10.0
"""For one answer, imports included."""


class FunctionDecider:
    """Implements `ports.Decider`. The process starts with the first question, and anew after one that it died of."""

    def __init__(self, root: Path, directory: RunDirectory, seconds: float = _SECONDS) -> None:
        """Modules are found from the project root `root`; `directory` is told of every process."""
        self._root = root
        self._directory = directory
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def decide(self, function: str, sent: Any, effect: Any) -> Decision:
        """See `ports.Decider`."""
        process = self._running()
        question = json.dumps({"function": function, "input": sent, "effect": effect}).encode() + b"\n"
        line = b""
        try:
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            process.stdin.write(question)
            process.stdin.flush()
            line = self._line(process)
        except OSError:
            pass
        if not line.endswith(b"\n"):
            self.close()
            return Decision(error=f"{function} gave no answer within {self._seconds:g} s, or ended its process")
        answer = json.loads(line)
        return Decision(holds=answer.get("holds"), error=answer.get("error", ""))

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
                [sys.executable, str(_CHILD)],
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
