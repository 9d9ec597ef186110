"""Runs a command of a contract to its end: what takes a database down and up."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from kcontract.harness.environment import service_environment
from kcontract.harness.placeholders import fill
from kcontract.host.output import tail
from kcontract.host.processes import ProcessGroup
from kcontract.host.sweep import RunDirectory
from kcontract.model.service import ExitInfo

_SHOWN_BYTES = 16 << 10
_NUMBERS = itertools.count(1)


class ContractCommands:
    """Implements `ports.Commands`."""

    def __init__(self, root: Path, directory: RunDirectory, caller: Mapping[str, str] | None = None) -> None:
        """In the project root `root`; output goes to files in `directory`."""
        self._root, self._directory = root.resolve(), directory
        self._caller = os.environ if caller is None else caller

    def run(self, command: Sequence[str], values: Mapping[str, str], timeout: float) -> ExitInfo:
        """See `Commands.run`. UsageError PLACEHOLDER_…; ServiceError PROCESS_NOT_STARTED."""
        filled = [fill(part, values, self._caller).text for part in command]
        stem = f"command-{next(_NUMBERS)}"
        stdout, stderr = (self._directory.path / f"{stem}.{end}" for end in ("out", "err"))
        environment = service_environment({}, self._caller)
        process = ProcessGroup.start(filled, env=environment, cwd=self._root, stdout=stdout, stderr=stderr)
        code = process.wait(timeout)  # what it has started, such as a database, stays
        if code is None:
            code = process.kill()
        return ExitInfo(code, tail(stderr, _SHOWN_BYTES), tail(stdout, _SHOWN_BYTES))
