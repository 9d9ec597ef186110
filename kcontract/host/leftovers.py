"""What a run has put into the Docker engine, and its removal: at the run's end, or by the next sweep.

A run writes down in its directory that it uses the engine, before anything is there. Its containers carry the
directory's path as a label, and what Docker Compose makes carries a project that is written down as well.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from kcontract.errors import EnvironmentFailureError
from kcontract.host.docker import Docker

RUN_LABEL = "kcontract.run"
_NOTE = "in-docker"
_PROJECT_LABEL = "com.docker.compose.project"


def note_docker(directory: Path, project: str = "") -> None:
    """Write down that the run of `directory` uses Docker, and the Compose project that it is about to start."""
    with (directory / _NOTE).open("a") as file:
        file.write(f"{project}\n")


def remove_from_docker(directory: Path) -> bool:
    """Remove containers, networks and volumes of the run; False if the engine does not let us."""
    try:
        noted = (directory / _NOTE).read_text().split("\n")
    except OSError:
        return True
    labels = [f"{RUN_LABEL}={directory}", *(f"{_PROJECT_LABEL}={name}" for name in dict.fromkeys(noted) if name)]
    docker = Docker()
    try:
        for label in labels:
            _remove(docker, label)
    except EnvironmentFailureError:
        return False
    return True


def _remove(docker: Docker, label: str) -> None:
    containers = docker.ask("ps", "--all", "--quiet", "--filter", f"label={label}").split()
    if containers:
        docker.ask("rm", "--force", "--volumes", *containers)
    for kind in ("network", "volume"):
        with contextlib.suppress(EnvironmentFailureError):  # one that others use by now stays
            names = docker.ask(kind, "ls", "--quiet", "--filter", f"label={label}").split()
            if names:
                docker.ask(kind, "rm", *names)
