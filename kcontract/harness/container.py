"""A running container under test: what it printed, and how it ended, in the words of a process."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any

from kcontract.errors import EnvironmentFailureError
from kcontract.harness.service import ends
from kcontract.host.docker import Docker
from kcontract.host.output import tail
from kcontract.host.processes import ProcessGroup
from kcontract.model.service import ExitInfo, Resources

_SHOWN_BYTES = 64 << 10
_DRAIN_S = 5.0
_GRACE_S = 20.0
"""For the engine itself, beyond the time that the service has."""
_FATAL = frozenset({
    signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP,
})  # fmt: skip
_NOT_STARTED = 125
_OUT_OF_MEMORY = "\n(Docker: the container ran out of the memory that it was given: OOMKilled)"


class RunningContainer:
    """Implements `ports.Service` for a container that was started. It is removed once its end is known."""

    def __init__(self, docker: Docker, name: str, follower: ProcessGroup, stdout: Path, stderr: Path) -> None:
        """`follower` is a process that copies the container's output to the files and ends with the container."""
        self._docker = docker
        self._name = name
        self._follower = follower
        self._stdout, self._stderr = stdout, stderr
        self._exit: ExitInfo | None = None
        self._pid = 0

    @property
    def pid(self) -> int:
        """Of its first process, as this machine counts; of the follower where the engine does not tell."""
        if not self._pid:
            with contextlib.suppress(EnvironmentFailureError):
                self._pid = int(self._docker.inspect(self._name)["State"].get("Pid", 0))
        return self._pid or self._follower.pid

    def poll(self) -> ExitInfo | None:
        """See `Service.poll`: the follower's end costs no request, and only then is the engine asked."""
        if self._exit is None and self._follower.poll() is not None:
            state = self._state()
            if state.get("Running"):  # the follower has lost its connection: the service lives, unheard
                return None
            self._finish(state)
        return self._exit

    def output(self) -> str:
        """Standard output, then standard error; of a long one its beginning and its end."""
        return "\n".join(text for text in (ends(self._stdout), ends(self._stderr)) if text)

    def resources(self) -> Resources | None:
        """See `Service.resources`: its processes are not ours to look at."""
        return None

    def terminate(self, timeout: float) -> ExitInfo:
        """See `Service.terminate`. SIGTERM, or what the image says instead (STOPSIGNAL)."""
        with contextlib.suppress(EnvironmentFailureError):
            self._docker.ask("stop", "--time", str(max(1, round(timeout))), self._name, seconds=timeout + _GRACE_S)
        return self._ended()

    def kill(self) -> ExitInfo:
        with contextlib.suppress(EnvironmentFailureError):  # it has exited by itself
            self._docker.ask("kill", self._name, seconds=_GRACE_S)
        return self._ended()

    def _ended(self) -> ExitInfo:
        return self._exit or self._finish(self._state())

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = self._docker.inspect(self._name)["State"]
        except EnvironmentFailureError:
            return {}
        return state

    def _finish(self, state: dict[str, Any]) -> ExitInfo:
        self._follower.wait(_DRAIN_S)
        self._follower.kill()
        notes = [_OUT_OF_MEMORY] if state.get("OOMKilled") else []
        notes += [f"\n(Docker: {error})"] if (error := state.get("Error")) else []
        self._exit = ExitInfo(
            _code(state), tail(self._stderr, _SHOWN_BYTES) + "".join(notes), tail(self._stdout, _SHOWN_BYTES)
        )
        with contextlib.suppress(EnvironmentFailureError):  # the end of the run removes what is left here
            self._docker.ask("rm", "--force", "--volumes", self._name)
        return self._exit


def _code(state: dict[str, Any]) -> int:
    """Docker tells a fatal signal N as exit code 128 + N, and has none for what it could not start."""
    if state.get("Status") == "created":
        return _NOT_STARTED
    code = int(state.get("ExitCode", -signal.SIGKILL))
    return 128 - code if code - 128 in _FATAL else code
