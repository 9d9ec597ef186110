"""Starts services under test as process groups of their own, in the project, with a minimal environment."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from kcontract.errors import ServiceError, UsageError
from kcontract.harness.environment import service_environment
from kcontract.harness.service import RunningService
from kcontract.host.ports import free_ports
from kcontract.host.processes import ProcessGroup
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run

_UNSAFE = re.compile(r"[^\w.-]+")


class ServiceLauncher:
    """Starts commands whose placeholders are filled; `filling` makes a `ports.Launcher` of it."""

    def __init__(self, root: Path, directory: RunDirectory, caller: Mapping[str, str] | None = None) -> None:
        """Services run below the project root `root`; what they print goes to files in `directory`, by which a later
        sweep finds those that outlived us. `caller` is the environment of kcontract itself."""
        self._root = root.resolve()
        self._directory = directory
        self._caller = os.environ if caller is None else caller
        self._numbers = itertools.count(1)

    def start(self, name: str, run: Run, env: Mapping[str, str], command: Sequence[str]) -> RunningService:
        """Start `command` in the project root or `run.cwd`, with exactly `env` over FORMAT.md's minimum.

        ServiceError PROCESS_NOT_STARTED, SERVICE_ENVIRONMENT; UsageError RUN_NO_COMMAND, RUN_CWD.
        """
        if not command:
            raise UsageError("RUN_NO_COMMAND", f"{run.at}: {name} has no command", "add run: {command: [...]}")
        stem = f"{_UNSAFE.sub('_', name)}-{next(self._numbers)}"
        stdout, stderr = (self._directory.path / f"{stem}.{end}" for end in ("out", "err"))
        process = ProcessGroup.start(
            command, env=self._environment(env), cwd=self._working_directory(run), stdout=stdout, stderr=stderr
        )
        self._directory.note(process.pid)
        return RunningService(process, stdout, stderr)

    def free_port(self) -> int:
        """A TCP port of 127.0.0.1 on which nobody listens."""
        return free_ports(1)[0]

    def _environment(self, env: Mapping[str, str]) -> dict[str, str]:
        whole = {**service_environment(env, self._caller), **self._directory.environment()}
        broken = sorted(name for name, value in whole.items() if "\0" in name + value or "=" in name)
        if broken:
            raise ServiceError("SERVICE_ENVIRONMENT", f"no process takes the variable {broken[0]!r}", "correct env")
        return whole

    def _working_directory(self, run: Run) -> Path:
        place = (self._root / (run.cwd or "")).resolve()
        if not place.is_relative_to(self._root):
            raise UsageError("RUN_CWD", f"{run.at}: cwd {run.cwd!r} lies outside the project", "give a path below it")
        if not place.is_dir():
            raise UsageError("RUN_CWD", f"{run.at}: cwd {run.cwd!r} is not a directory", "create it, or correct cwd")
        return place
