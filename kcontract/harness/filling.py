"""Starts services with their placeholders filled, each in the form that its contract names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from kcontract.harness.compose import ComposeLauncher
from kcontract.harness.images import ImageLauncher
from kcontract.harness.instances import Instances, Process
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.masked import masked, masked_errors
from kcontract.harness.placeholders import FilledRun, fill_run
from kcontract.host.docker import Docker
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run


class ContainerLaunchers:
    """Those of images and of Compose files, made when the first of them is needed."""

    def __init__(self, root: Path, directory: RunDirectory, find: Callable[[], Docker] = Docker.find) -> None:
        self._root = root
        self._directory = directory
        self._find = find
        self._made: tuple[ImageLauncher, ComposeLauncher] | None = None

    def of(self, run: Run) -> ImageLauncher | ComposeLauncher:
        """EnvironmentFailureError DOCKER_MISSING, DOCKER_UNREACHABLE."""
        if self._made is None:
            docker = self._find()
            compose = ComposeLauncher(docker, self._root, self._directory)
            self._made = ImageLauncher(docker, self._directory), compose
        return self._made[0] if run.image is not None else self._made[1]


class FillingLauncher:
    """Implements `ports.Launcher`: fills `run`'s command and environment, then starts the service."""

    def __init__(
        self,
        launcher: ServiceLauncher,
        caller: Mapping[str, str] | None = None,
        containers: ContainerLaunchers | None = None,
    ) -> None:
        """`caller` is the environment that `${NAME}` is taken from, ours by default."""
        self._launcher = launcher
        self._caller = os.environ if caller is None else caller
        self._containers = containers

    def check(self, run: Run) -> None:
        """See `Launcher.check`. DOCKER_MISSING, DOCKER_UNREACHABLE, RUN_IMAGE, RUN_COMPOSE."""
        if run.in_container and self._containers is not None:
            self._containers.of(run).check(run)

    def start(self, name: str, run: Run, values: Mapping[str, str]) -> Process:
        """See `Launcher.start`. UsageError PLACEHOLDER_…, RUN_…; ServiceError PROCESS_NOT_STARTED, RUN_….

        The first of several instances gets `values` as they are, the others each a `{port}` of its own.
        """
        if run.instances == 1 or run.compose is not None:  # Compose scales by itself
            return self._start(name, run, values)

        def instance(number: int) -> Process:
            own = values if number == 1 else {**values, "port": str(self.free_port())}
            return self._start(f"{name}-{number}", run, own)

        return Instances.start(instance, run.instances, run.stop_timeout)

    def _start(self, name: str, run: Run, values: Mapping[str, str]) -> Process:
        filled = fill_run(run, values, self._caller)
        with masked_errors(filled.secrets):
            return masked(self._start_filled(name, run, values, filled), filled.secrets)

    def _start_filled(self, name: str, run: Run, values: Mapping[str, str], filled: FilledRun) -> Process:
        if run.in_container and self._containers is not None:
            return self._containers.of(run).start(name, run, dict(filled.env), values["port"])
        return self._launcher.start(name, run, dict(filled.env), filled.command)

    def free_port(self) -> int:
        return self._launcher.free_port()
