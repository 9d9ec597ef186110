"""Hypothesis draws valid records in a process of its own, while the caller does other things."""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import msgspec

from kcontract.harness.environment import service_environment
from kcontract.harness.frames import cut, framed
from kcontract.host.sweep import RunDirectory
from kcontract.model.drawn import Drawn, DrawOrder, Draws

_MODULE = "kcontract.strategies.drawing"
_DRAWS = msgspec.msgpack.Decoder(Draws)
_CHUNK = 1 << 16
_ROOM = 1 << 20
"""Bytes that may wait in the pipe."""


class HypothesisDrawer:
    """Implements `ports.Drawer`."""

    def __init__(self, root: Path, directory: RunDirectory, patience: float = 60.0) -> None:
        """Modules are found from the project root `root`. `patience`: seconds for the first records, and for more."""
        self._root, self._directory, self._patience = root, directory, patience
        self._started: list[DrawingProcess] = []

    def draw(self, order: DrawOrder) -> DrawingProcess | NoDrawing:
        """See `ports.Drawer`."""
        if find_spec("hypothesis") is None:
            return NoDrawing()
        self._started.append(DrawingProcess(order, self._root, self._directory, self._patience))
        return self._started[-1]

    def close(self) -> None:
        """End all processes."""
        for one in self._started:
            one.close()


class NoDrawing:
    """Implements `ports.Drawing` where Hypothesis is not installed."""

    def __init__(self) -> None:
        self.problem, self.fix = "it is not installed", "pip install 'kcontract[hypothesis]'"

    def __iter__(self) -> Iterator[Drawn]:
        return iter(())

    def close(self) -> None:
        """Nothing runs."""


class DrawingProcess:
    """Implements `ports.Drawing`: what one process draws."""

    def __init__(self, order: DrawOrder, root: Path, directory: RunDirectory, patience: float) -> None:
        self._patience = patience
        own = {"PYTHONPATH": str(Path(__file__).parents[2]), **directory.environment()}
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env=service_environment(own, os.environ),
            start_new_session=True,
            bufsize=0,
        )
        directory.note(self._process.pid)
        with contextlib.suppress(OSError, AttributeError):  # only Linux has it
            assert self._process.stdout is not None  # noqa: S101 - it is a pipe
            fcntl.fcntl(self._process.stdout.fileno(), fcntl.F_SETPIPE_SZ, _ROOM)
        self._order: bytes | None = framed(order)
        self._buffer = bytearray()
        self._waiting: deque[Drawn] = deque()
        self._ended = False
        self.problem = ""
        self.fix = ""
        self._ask()

    def _ask(self) -> None:
        """The order is small beside what a pipe takes, or the child reads it at once."""
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None and self._order is not None  # noqa: S101 - a pipe, asked once
            left = memoryview(self._order)
            while left:
                left = left[os.write(self._process.stdin.fileno(), left) :]
        self._order = None

    def __iter__(self) -> Iterator[Drawn]:
        while self._waiting or not self._ended:
            if not self._waiting:
                self._read()
            while self._waiting:
                yield self._waiting.popleft()

    def _read(self) -> None:
        """Some more, or the end."""
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        with selectors.DefaultSelector() as ready:
            ready.register(self._process.stdout, selectors.EVENT_READ)
            part = os.read(self._process.stdout.fileno(), _CHUNK) if ready.select(self._patience) else None
        if not part:
            self._ended = True
            self.problem = "no answer in time" if part is None else "its process ended"
            self.close()
            return
        self._buffer += part
        for body in cut(self._buffer):
            some = _DRAWS.decode(body)
            self._waiting += some.drawn
            if some.last:
                self._ended, self.problem, self.fix = True, some.problem, some.fix
                self.close()

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.communicate()
