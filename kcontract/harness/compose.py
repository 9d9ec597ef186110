"""Starts a service of a Docker Compose file (`run: {compose: FILE, service: NAME}`), with what it depends on."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from kcontract.errors import EnvironmentFailureError, ServiceError
from kcontract.harness.images import follow
from kcontract.harness.instances import Instances, Process
from kcontract.host.docker import Docker
from kcontract.host.leftovers import RUN_LABEL, note_docker
from kcontract.host.ports import LOOPBACK
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Run

_UP_S = 900.0
_NOT_FOR_COMPOSE = ("PATH", "HOME", "DOCKER_", "COMPOSE_", "LD_", "PYTHON")
_UNSAFE = re.compile(r"[^a-z0-9]+")


class ComposeLauncher:
    """One Compose project a unit. What the service depends on is started once and stays until the run ends; the
    service itself is a new container at every start, with the contract's environment over the file's."""

    def __init__(self, docker: Docker, root: Path, directory: RunDirectory) -> None:
        self._docker = docker
        self._root = root
        self._directory = directory
        self._numbers = itertools.count(1)
        self._command: tuple[str, ...] = ()
        self._up: set[str] = set()

    def check(self, run: Run) -> None:
        """Find Compose and the service. EnvironmentFailureError DOCKER_COMPOSE_MISSING, ServiceError RUN_COMPOSE."""
        self._command = self._command or find_compose(self._docker)
        services = _read(self._file(run), run).get("services")
        if not isinstance(services, dict) or run.compose_service not in services:
            known = ", ".join(map(str, services)) if isinstance(services, dict) else "none"
            what = f"{run.at}: {run.compose} has no service {run.compose_service!r}"
            raise ServiceError("RUN_COMPOSE", what, f"its services: {known}")

    def start(self, name: str, run: Run, env: Mapping[str, str], port: str) -> Process:
        """Bring the service up, and at the first time what it depends on. ServiceError RUN_COMPOSE."""
        service, project = run.compose_service or "", self._project(name)
        note_docker(self._directory.path, project)
        file, stem = self._file(run), f"{project}-{next(self._numbers)}"
        override = self._directory.path / f"{stem}.json"
        override.write_text(json.dumps(self._override(run, service, env, port, file)))
        override.chmod(0o600)
        base = ["--project-name", project, "--project-directory", str(file.parent), "--file", str(file)]
        again = ["--no-deps", "--force-recreate"] if project in self._up else []
        scale = ["--scale", f"{service}={run.instances}"] if run.instances > 1 else []
        self._ask(run, *base, "--file", str(override), "up", "--detach", *again, *scale, service, env=env)
        self._up.add(project)
        running = [
            follow(self._docker, self._directory, container, f"{stem}-{number}", ("logs", "--follow"))
            for number, container in enumerate(self._containers(project, service), 1)
        ]
        if not running:
            raise ServiceError("RUN_COMPOSE", f"{run.at}: Compose started no container of {service}", "see its file")
        return running[0] if len(running) == 1 else Instances(running, run.stop_timeout)

    def _containers(self, project: str, service: str) -> list[str]:
        labels = (f"com.docker.compose.project={project}", f"com.docker.compose.service={service}")
        filters = [part for label in labels for part in ("--filter", f"label={label}")]
        return self._docker.ask("ps", "--all", "--quiet", "--no-trunc", *filters).split()

    def _override(self, run: Run, service: str, env: Mapping[str, str], port: str, file: Path) -> dict[str, Any]:
        """The contract's part. It never restarts by itself: an exit must be seen."""
        own: dict[str, Any] = {
            "environment": {key: value.replace("$", "$$") for key, value in env.items()},
            "labels": {RUN_LABEL: str(self._directory.path)},
            "extra_hosts": ["host.docker.internal:host-gateway"],
            "restart": "no",
        }
        if run.instances == 1 and any("{port}" in text for _, text in run.env):
            own["ports"] = [f"{LOOPBACK}:{port}:{port}"]
        whole: dict[str, Any] = {"services": {service: own}}
        version = _read(file, run).get("version")
        return whole if version is None else {"version": str(version), **whole}  # old Compose wants it in each file

    def _ask(self, run: Run, *arguments: str, env: Mapping[str, str]) -> str:
        """The contract's variables are also those of the file's own ${…}, but for what the command itself needs."""
        safe = {key: value for key, value in env.items() if not key.startswith(_NOT_FOR_COMPOSE)}
        try:
            return Docker(self._command).ask(*arguments, seconds=_UP_S, env=safe)
        except EnvironmentFailureError as error:
            raise ServiceError("RUN_COMPOSE", f"{run.at}: {run.compose}: {error.message}", "see the file") from error

    def _file(self, run: Run) -> Path:
        return (self._root / (run.compose or "")).resolve()

    def _project(self, name: str) -> str:
        return _UNSAFE.sub("", f"kcontract{self._directory.path.name}{name}".lower())


def find_compose(docker: Docker) -> tuple[str, ...]:
    """`docker compose` (v2), else `docker-compose`. EnvironmentFailureError DOCKER_COMPOSE_MISSING."""
    try:
        docker.ask("compose", "version")
    except EnvironmentFailureError as error:
        if shutil.which("docker-compose") is None:
            fix = "install Docker Compose (Debian: apt-get install docker-compose)"
            raise EnvironmentFailureError("DOCKER_COMPOSE_MISSING", "there is no Docker Compose", fix) from error
        return ("docker-compose",)
    return docker.command("compose")


def _read(file: Path, run: Run) -> dict[str, Any]:
    try:
        found = yaml.safe_load(file.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ServiceError(
            "RUN_COMPOSE", f"{run.at}: cannot read {run.compose}: {error}", "correct the file"
        ) from error
    return found if isinstance(found, dict) else {}
