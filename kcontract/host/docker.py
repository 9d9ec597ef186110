"""The Docker engine, through its own command line: it knows contexts, credentials and remote sockets."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from functools import cached_property
from ipaddress import ip_network
from typing import Any, Self

from kcontract.errors import EnvironmentFailureError
from kcontract.host.ports import LOOPBACK
from kcontract.model.value import Value

_SECONDS = 60.0
_DESKTOP = "host.docker.internal"
_INSTALL = "install Docker (Debian, Ubuntu: apt-get install docker.io), or let the contract give run.command"
_START = "start it (systemctl start docker, or dockerd as root), and see `docker info`"


class ContainerRoute(Value, frozen=True):
    """How containers reach this machine: what to listen on here, and the name or address that they are told."""

    listen: str
    advertised: str


class Docker:
    """A Docker engine that answers. `command` is the client with its leading arguments."""

    def __init__(self, command: Sequence[str] = ("docker",)) -> None:
        self._command = tuple(command)

    @classmethod
    def find(cls) -> Self:
        """The engine that the `docker` command speaks to.

        EnvironmentFailureError DOCKER_MISSING, DOCKER_UNREACHABLE.
        """
        if shutil.which("docker") is None:
            raise EnvironmentFailureError("DOCKER_MISSING", "there is no docker command on this machine", _INSTALL)
        docker = cls()
        try:
            docker.ask("version", "--format", "{{.Server.Version}}")
        except EnvironmentFailureError as error:
            message = f"the Docker engine does not answer: {error.message}"
            raise EnvironmentFailureError("DOCKER_UNREACHABLE", message, _START) from error
        return docker

    def ask(self, *arguments: str, seconds: float = _SECONDS, env: Mapping[str, str] | None = None) -> str:
        """What `docker ARGUMENTS` prints. EnvironmentFailureError DOCKER_FAILED with the last line of its error."""
        command = [*self._command, *arguments]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False,
                stdin=subprocess.DEVNULL, env=None if env is None else {**os.environ, **env},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentFailureError("DOCKER_FAILED", f"docker {arguments[0]}: {error}", _START) from error
        if done.returncode:
            words = (done.stderr.strip() or done.stdout.strip() or f"exit {done.returncode}").splitlines()
            raise EnvironmentFailureError("DOCKER_FAILED", f"docker {arguments[0]}: {words[-1]}", "see `docker info`")
        return done.stdout.strip()

    def inspect(self, name: str) -> dict[str, Any]:
        """What the engine knows of a container. DOCKER_FAILED if there is none."""
        found: list[dict[str, Any]] = json.loads(self.ask("inspect", "--type", "container", name))
        return found[0]

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The whole command line, for processes that somebody else starts."""
        return (*self._command, *arguments)

    @cached_property
    def route(self) -> ContainerRoute:
        """On Linux containers come over the bridge, whose address is ours; elsewhere the engine runs in a machine of
        its own, and forwards a name to our loopback."""
        found: list[dict[str, Any]] = json.loads(self.ask("network", "inspect", "bridge"))
        for network in found[0]["IPAM"]["Config"] or ():
            address = _gateway(network)
            if _is_ours(address):
                return ContainerRoute(address, address)
        return ContainerRoute(LOOPBACK, _DESKTOP)


def _gateway(network: Mapping[str, str]) -> str:
    """An engine that has just been installed does not tell it before its next start: it is the subnet's first."""
    return network.get("Gateway") or str(ip_network(network["Subnet"], strict=False)[1])


def _is_ours(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:  # another machine's, or IPv6
            return False
        return True
