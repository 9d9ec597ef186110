"""Starts services with their placeholders filled."""

from __future__ import annotations

import os
from collections.abc import Mapping

from kcontract.harness.instances import Instances, Process
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.placeholders import fill_run
from kcontract.model.contract import Run


class FillingLauncher:
    """Implements `ports.Launcher`: fills `run`'s command and environment, then starts the service."""

    def __init__(self, launcher: ServiceLauncher, caller: Mapping[str, str] | None = None) -> None:
        """`caller` is the environment that `${NAME}` is taken from, ours by default."""
        self._launcher = launcher
        self._caller = os.environ if caller is None else caller

    def start(self, name: str, run: Run, values: Mapping[str, str]) -> Process:
        """See `Launcher.start`. UsageError PLACEHOLDER_…, RUN_…; ServiceError PROCESS_NOT_STARTED.

        The first of several instances gets `values` as they are, the others each a `{port}` of its own.
        """
        if run.instances == 1:
            return self._start(name, run, values)

        def instance(number: int) -> Process:
            own = values if number == 1 else {**values, "port": str(self.free_port())}
            return self._start(f"{name}-{number}", run, own)

        return Instances.start(instance, run.instances, run.stop_timeout)

    def _start(self, name: str, run: Run, values: Mapping[str, str]) -> Process:
        filled = fill_run(run, values, self._caller)
        return self._launcher.start(name, run, dict(filled.env), filled.command)

    def free_port(self) -> int:
        return self._launcher.free_port()
