"""Starts services from container images (`run: {image: NAME}`)."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from kcontract.errors import EnvironmentFailureError, ServiceError
from kcontract.harness.container import RunningContainer
from kcontract.host.docker import Docker
from kcontract.host.leftovers import RUN_LABEL, note_docker
from kcontract.host.ports import LOOPBACK
from kcontract.host.processes import ProcessGroup
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run

_UNSAFE = re.compile(r"[^a-zA-Z0-9_.-]+")
_PULL_S = 900.0


class ImageLauncher:
    """Containers get exactly the contract's environment, a name and a label of the run, one port on the loopback."""

    def __init__(self, docker: Docker, directory: RunDirectory) -> None:
        self._docker = docker
        self._directory = directory
        self._numbers = itertools.count(1)

    def check(self, run: Run) -> None:
        """Have the image here. ServiceError RUN_IMAGE if it is not and cannot be pulled."""
        image = run.image or ""
        try:
            self._docker.ask("image", "inspect", "--format", "{{.Id}}", image)
        except EnvironmentFailureError:
            try:
                self._docker.ask("pull", "--quiet", image, seconds=_PULL_S)
            except EnvironmentFailureError as error:
                what = f"{run.at}: there is no image {image!r} here, and it cannot be pulled: {error.message}"
                raise ServiceError("RUN_IMAGE", what, "build it (docker build -t …), or correct the name") from error

    def start(self, name: str, run: Run, env: Mapping[str, str], port: str) -> RunningContainer:
        """Start a container with `env`, which can be reached on `port` of 127.0.0.1.

        ServiceError RUN_IMAGE if Docker does not make it.
        """
        note_docker(self._directory.path)
        stem = f"{self._directory.path.name}-{_UNSAFE.sub('_', name)}-{next(self._numbers)}"
        options = ["--name", f"kcontract-{stem}", "--label", f"{RUN_LABEL}={self._directory.path}"]
        options += ["--add-host", "host.docker.internal:host-gateway", *self._published(run, port)]
        options += self._environment(env, stem)
        try:
            container = self._docker.ask("create", *options, run.image or "")
        except EnvironmentFailureError as error:
            raise ServiceError("RUN_IMAGE", f"{run.at}: {error.message}", "correct run.image or run.env") from error
        return follow(self._docker, self._directory, container, stem, ("start", "--attach"))

    def _published(self, run: Run, port: str) -> list[str]:
        """`{port}` is the same inside and outside where the service is told; else it leads to the only exposed one."""
        if any("{port}" in text for _, text in run.env):
            return ["--publish", f"{LOOPBACK}:{port}:{port}"]
        listed = self._docker.ask("image", "inspect", "--format", "{{json .Config.ExposedPorts}}", run.image or "")
        exposed = [each for each in json.loads(listed) or {} if each.endswith("/tcp")]
        return ["--publish", f"{LOOPBACK}:{port}:{exposed[0]}"] if len(exposed) == 1 else []

    def _environment(self, env: Mapping[str, str], stem: str) -> list[str]:
        """In a file, out of the list of processes; but lines cannot hold a line break."""
        file = self._directory.path / f"{stem}.env"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as lines:
            lines.writelines(f"{name}={value}\n" for name, value in env.items() if "\n" not in value)
        rest = (("--env", f"{name}={value}") for name, value in env.items() if "\n" in value)
        return ["--env-file", str(file), *itertools.chain.from_iterable(rest)]


def follow(
    docker: Docker, directory: RunDirectory, container: str, stem: str, how: tuple[str, ...]
) -> RunningContainer:
    """The container with its output going to files of the run; `how` is the docker command that copies it."""
    stdout, stderr = (_file(directory, stem, end) for end in ("out", "err"))
    follower = ProcessGroup.start(
        docker.command(*how, container),
        env={**os.environ, **directory.environment()},
        cwd=directory.path,
        stdout=stdout,
        stderr=stderr,
    )
    directory.note(follower.pid)
    return RunningContainer(docker, container, follower, stdout, stderr)


def _file(directory: RunDirectory, stem: str, end: str) -> Path:
    return directory.path / f"{stem}.{end}"
