"""A handler of the project, in a process of its own: it may hang, crash or eat memory, and only that process does."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from kcontract.errors import UsageError
from kcontract.harness.environment import service_environment
from kcontract.harness.frames import cut, framed
from kcontract.host.output import tail
from kcontract.host.sweep import RunDirectory
from kcontract.model.called import Handed, Handled, Style
from kcontract.model.contract import Run

_MODULE = "kcontract.testing.handling"
_START_S, _DUMP_S, _SLICE_S = 60.0, 1.0, 1.0
_MOST_PRINTED = 4 << 20
_CHUNK = 1 << 16
_ANSWERS = msgspec.msgpack.Decoder(Handled)


class HandlerProcess:
    """Implements `ports.Handler`. The process starts with `open`, and anew after one that it died of."""

    def __init__(
        self,
        run: Run,
        root: Path,
        directory: RunDirectory,
        environment: Mapping[str, str],
        memory: int = 1 << 30,
        interpreter: str = sys.executable,
    ) -> None:
        """Modules are found from the project root `root`; `directory` is told of every process. `memory`: bytes that
        it may take beyond what it has when it is loaded."""
        self._run, self._root, self._directory, self._memory = run, root, directory, memory
        self._interpreter = interpreter
        self._environment = {"PYTHONPATH": str(Path(__file__).parents[2]), **environment, **directory.environment()}
        self._printed = directory.path / f"handler-{id(self)}.stderr"
        self._process: subprocess.Popen[bytes] | None = None
        self._topics: tuple[str, ...] = ()
        self._buffer = bytearray()
        self._ended = False
        """Whether the process closed its end of the pipe."""

    def open(self, topics: Sequence[str] = ()) -> Style:
        """See `ports.Handler`."""
        self.close()
        self._topics, self._ended = tuple(topics), False
        with self._printed.open("ab") as printed:
            self._process = subprocess.Popen(
                [self._interpreter, "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=printed,
                cwd=self._root,
                env=service_environment(self._environment, os.environ),
                start_new_session=True,
                bufsize=0,
            )
        self._directory.note(self._process.pid)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None  # noqa: S101 - both are pipes
            os.set_blocking(pipe.fileno(), False)
        bodies = self._exchange(framed(self._wanted()), 1, _START_S)
        silent = "its process ended" if self._ended else f"it is not loaded after {_START_S:.0f} s"
        said: dict[str, Any] = msgspec.msgpack.decode(bodies[0]) if bodies else {"error": silent}
        if "error" in said:
            told = said.get("trace") or tail(self._printed)
            self.close()
            place = f"\n{told}" if told and told.strip() != said["error"] else ""
            fix = f"it must be what {self._root} can import, and take the contract's records (docs/fuzz.md){place}"
            raise UsageError("HANDLER_NOT_LOADED", f"{self._run.handler}: {said['error']}", fix)
        style: Style = said["style"]
        return style

    def _wanted(self) -> dict[str, Any]:
        """The first frame in."""
        run = self._run
        return {"handler": run.handler, "rejects": run.rejects, "memory": self._memory, "topics": self._topics}

    def run(self, batch: Sequence[Handed], patience: float) -> list[Handled]:
        """See `ports.Handler`."""
        if self._process is None:
            self.open(self._topics)
        self._forget_printed()
        bodies = self._exchange(b"".join(map(framed, batch)), len(batch), patience)
        answers = [_ANSWERS.decode(body) for body in bodies]
        if answers and answers[-1].how == "bloated":  # it has ended by itself
            self.close()
        elif len(answers) < len(batch):
            answers.append(self._end())
        return answers

    def close(self) -> None:
        """End the process, if there is one, and what it has started."""
        process, self._process = self._process, None
        self._buffer.clear()
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def _exchange(self, data: bytes, wanted: int, patience: float) -> list[bytes]:
        """Write `data`, and read until there are so many answers, none comes for `patience` seconds, one is the last
        that can come, or the process ends."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None  # noqa: S101
        bodies: list[bytes] = []
        left, deadline = memoryview(data), time.monotonic() + patience
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            ready.register(process.stdin, selectors.EVENT_WRITE)
            while len(bodies) < wanted and time.monotonic() < deadline:
                for key, _ in ready.select(min(_SLICE_S, patience)):
                    if key.fileobj is process.stdin:
                        left = _written(process.stdin.fileno(), left)
                        if not left:
                            ready.unregister(process.stdin)
                        continue
                    part = os.read(process.stdout.fileno(), _CHUNK)
                    if not part:
                        self._ended = True
                        return bodies
                    self._buffer += part
                    bodies += cut(self._buffer)
                    deadline = time.monotonic() + patience
                self._bound_printed()
        return bodies

    def _end(self) -> Handled:
        """What became of a process that answered no more: it is ended, if it has not."""
        process, code = self._process, None
        assert process is not None  # noqa: S101 - a batch was just handed to it
        bloated = not self._ended and self._held() * 2 > self._memory
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGUSR1)  # it tells where it stands
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = process.wait(_DUMP_S)
        words = tail(self._printed)
        self.close()
        if self._ended and code is not None:
            return Handled("exited", error=words, code=code)
        return Handled("bloated" if bloated else "hung", error=words)

    def _held(self) -> int:
        """Bytes that the process holds. What eats memory is slow where there is little."""
        with contextlib.suppress(OSError, IndexError):
            pages = Path(f"/proc/{self._process.pid if self._process else 0}/statm").read_text().split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        return 0

    def _forget_printed(self) -> None:
        """What was printed before this batch says nothing about it."""
        with contextlib.suppress(OSError):
            os.truncate(self._printed, 0)

    def _bound_printed(self) -> None:
        if self._printed.stat().st_size > _MOST_PRINTED:
            self._forget_printed()


def _written(descriptor: int, data: memoryview) -> memoryview:
    """What is left of it; nothing where nobody reads any more."""
    try:
        return data[os.write(descriptor, data) :]
    except BrokenPipeError:
        return data[:0]
