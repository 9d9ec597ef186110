"""Which broker a run uses: the one it is pointed to, else a local Apache Kafka; never a mock unless asked for."""

from __future__ import annotations

import importlib
import os
from typing import Any, Protocol

from kcontract.broker.local.progress import Progress, silent
from kcontract.broker.tap.tap import ProtocolTap
from kcontract.errors import BrokerError, UsageError
from kcontract.host.docker import ContainerRoute
from kcontract.host.ports import LOOPBACK
from kcontract.model.value import Value

BOOTSTRAP_VARIABLE = "KCONTRACT_BOOTSTRAP_SERVERS"
CHOICES = ("auto", "local", "docker", "mock")
_ABSENT = ("BROKER_JAVA_MISSING", "BROKER_EXTRA_MISSING", "BROKER_JARS_UNREACHABLE")
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
_EXTRA = "pip install 'kcontract[kafka]'"
_DOCKER, _DOCKER_EXTRA = "kcontract.broker.docker.broker", "pip install 'kcontract[kafka,docker]'"


class BrokerHandle(Protocol):
    """A broker to use, and how to be done with it."""

    @property
    def label(self) -> str: ...

    @property
    def bootstrap(self) -> str: ...

    @property
    def service_bootstrap(self) -> str:
        """What services under test are given."""
        ...

    @property
    def container_bootstrap(self) -> str:
        """What services in containers are given; empty if they cannot come there."""
        ...

    @property
    def ours(self) -> bool:
        """Whether we started it, so that everything on it may be altered."""
        ...

    @property
    def is_broker(self) -> bool: ...

    def stop(self) -> None:
        """End it, if it is ours."""
        ...


class ForeignKafka(Value, frozen=True):
    """A cluster that somebody else runs: used, never stopped."""

    bootstrap: str

    @property
    def label(self) -> str:
        return f"Kafka at {self.bootstrap}"

    @property
    def service_bootstrap(self) -> str:
        return self.bootstrap

    @property
    def container_bootstrap(self) -> str:
        """Nothing if it is on our loopback, which is not that of a container."""
        hosts = {server.strip().rpartition(":")[0] for server in self.bootstrap.split(",")}
        return "" if hosts & _LOOPBACK else self.bootstrap

    @property
    def ours(self) -> bool:
        return False

    @property
    def is_broker(self) -> bool:
        return True

    def stop(self) -> None:
        """Nothing: it is not ours."""


def choose(
    broker: str = "auto",
    bootstrap: str | None = None,
    progress: Progress = silent,
    route: ContainerRoute | None = None,
) -> BrokerHandle:
    """A broker that is ready: `auto`, or the one that `broker` names.

    `auto`: the servers in `bootstrap` or `KCONTRACT_BOOTSTRAP_SERVERS`, else a local Apache Kafka, of whose download
    `progress` is told. A broker of ours is also reached over `route`, by containers.

    Raises BrokerError (BROKER_NONE when there is nothing to start), USAGE_BROKER.
    """
    if broker not in CHOICES:
        raise UsageError("USAGE_BROKER", f"there is no broker {broker!r}", f"one of {', '.join(CHOICES)}")
    if bootstrap and broker != "auto":
        raise UsageError("USAGE_BROKER", f"--broker {broker} and --bootstrap-servers exclude each other", "give one")
    servers = bootstrap or (os.environ.get(BOOTSTRAP_VARIABLE) if broker == "auto" else None)
    if servers:
        return ForeignKafka(servers)
    if broker == "docker":
        return _start_docker(route)
    return _start_mock() if broker == "mock" else _start_local(broker, progress, route)


def start_tap(broker: BrokerHandle, wanted: bool | None, route: ContainerRoute | None = None) -> ProtocolTap | None:
    """The tap before a broker, if it is `wanted` (None: before one of ours). Containers come over `route`, if its
    address is one that the tap can listen on and name. Raises BrokerError TAP_GONE."""
    if wanted is False or (wanted is None and not (broker.ours and broker.is_broker)):
        return None
    listen = route.listen if route is not None and route.listen == route.advertised else LOOPBACK
    return ProtocolTap.start(broker.service_bootstrap, host=listen)


def _start_mock() -> BrokerHandle:
    handle: BrokerHandle = _module("kcontract.broker.mock").MockKafka.start()
    return handle


def _start_docker(route: ContainerRoute | None) -> BrokerHandle:
    handle: BrokerHandle = _module(_DOCKER, _DOCKER_EXTRA).DockerKafka.start(route)
    return handle


def _has_docker() -> bool:
    try:
        return bool(_module(_DOCKER, _DOCKER_EXTRA).has_image())
    except BrokerError:
        return False


def _start_local(broker: str, progress: Progress, route: ContainerRoute | None) -> BrokerHandle:
    try:
        handle: BrokerHandle = _module("kcontract.broker.local.broker").LocalKafka.start(progress, route=route)
    except BrokerError as error:
        if broker == "auto" and error.code in _ABSENT:
            if _has_docker():  # nothing is pulled unless it is asked for
                return _start_docker(route)
            raise BrokerError(
                "BROKER_NONE",
                f"there is no broker to test on: {error.message} [{error.code}]",
                f"{error.fix}\n  or give --broker docker"
                "\n  or point KCONTRACT_BOOTSTRAP_SERVERS or --bootstrap-servers to a running cluster",
            ) from error
        raise
    return handle


def _module(name: str, extra: str = _EXTRA) -> Any:
    # Loaded only when it is used: a foreign cluster needs no Java and no downloads.
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise BrokerError("BROKER_EXTRA_MISSING", f"{error.name or name} is not installed", extra) from error
