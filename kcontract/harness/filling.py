"""Starts services with their placeholders filled."""

from __future__ import annotations

import os
from collections.abc import Mapping

from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.placeholders import fill_run
from kcontract.harness.service import RunningService
from kcontract.model.contract import Run


class FillingLauncher:
    """Implements `ports.Launcher`: fills `run`'s command and environment, then starts the service."""

    def __init__(self, launcher: ServiceLauncher, caller: Mapping[str, str] | None = None) -> None:
        """`caller` is the environment that `${NAME}` is taken from, ours by default."""
        self._launcher = launcher
        self._caller = os.environ if caller is None else caller

    def start(self, name: str, run: Run, values: Mapping[str, str]) -> RunningService:
        """See `Launcher.start`. UsageError PLACEHOLDER_…, RUN_…; ServiceError PROCESS_NOT_STARTED."""
        filled = fill_run(run, values, self._caller)
        return self._launcher.start(name, run, dict(filled.env), filled.command)

    def free_port(self) -> int:
        return self._launcher.free_port()
