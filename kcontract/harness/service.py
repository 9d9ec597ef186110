"""A running service under test: its process group, and what it printed."""

from __future__ import annotations

from pathlib import Path

from kcontract.host.output import tail
from kcontract.host.processes import ProcessGroup
from kcontract.model.service import ExitInfo, Resources

_SHOWN_BYTES = 64 << 10


class RunningService:
    """Implements `ports.Service`."""

    def __init__(self, process: ProcessGroup, stdout: Path, stderr: Path) -> None:
        self._process = process
        self._stdout, self._stderr = stdout, stderr

    @property
    def pid(self) -> int:
        return self._process.pid

    def poll(self) -> ExitInfo | None:
        """See `Service.poll`. Once the service has exited, children that it left behind are killed."""
        if self._process.poll() is None:
            return None
        return self._exit(self._process.kill())  # it also waits for the last of its output

    def output(self) -> str:
        """Standard output, then standard error; of a long one its beginning and its end."""
        return "\n".join(text for text in (ends(self._stdout), ends(self._stderr)) if text)

    def resources(self) -> Resources | None:
        """See `Service.resources`."""
        return self._process.resources()

    def terminate(self, timeout: float) -> ExitInfo:
        """See `Service.terminate`. `timeout` in seconds."""
        return self._exit(self._process.terminate(timeout))

    def kill(self) -> ExitInfo:
        return self._exit(self._process.kill())

    def _exit(self, code: int) -> ExitInfo:
        return ExitInfo(code, tail(self._stderr, _SHOWN_BYTES), tail(self._stdout, _SHOWN_BYTES))


def ends(path: Path) -> str:
    """What is in the file; of a long one its beginning and its end."""
    with path.open("rb") as file:
        head = file.read(_SHOWN_BYTES)
        if not file.read(1):
            return head.decode("utf-8", "replace")
    return f"{head.decode('utf-8', 'replace')}\n...\n{tail(path, _SHOWN_BYTES)}"
