"""A real Apache Kafka on this machine, started in about a second, gone without a trace."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from kcontract.broker.cluster_id import new_cluster_id
from kcontract.broker.local.jars import ensure_jars
from kcontract.broker.local.java import find_java
from kcontract.broker.local.lock import KAFKA_VERSION, read_lock
from kcontract.broker.local.node import Node, set_cluster_id
from kcontract.broker.local.progress import Progress, silent
from kcontract.broker.local.server import (
    SESSION_AFTER_KILL_MS,
    SESSION_MS,
    Installation,
    Ports,
    choose_ports,
    properties,
)
from kcontract.broker.local.template import Template, ensure_template
from kcontract.errors import BrokerError
from kcontract.host.cache import cache_directory
from kcontract.host.docker import ContainerRoute
from kcontract.host.ports import LOOPBACK
from kcontract.host.sweep import RunDirectory

_STOP_S = 15.0
_IN_MEMORY_BYTES = 2 << 30


class LocalKafka:
    """One Apache Kafka node with two listeners: the harness's, and the one for services under test.

    A context manager; `stop` ends it and removes its data. `halt`, `kill`, `pause`, `resume` and `start_again` make it
    fail and come back on the same ports with the same data.
    """

    label = f"Apache Kafka {KAFKA_VERSION} (local)"
    ours = True
    is_broker = True

    def __init__(
        self,
        installation: Installation,
        template: Template,
        run: RunDirectory,
        service_advertised: str | None,
        route: ContainerRoute | None,
    ) -> None:
        self._installation, self._template, self._run = installation, template, run
        self._service_advertised = service_advertised
        self._route = route
        self.cluster_id = new_cluster_id()
        self._node: Node | None = None
        self._session_ms = SESSION_MS

    @classmethod
    def start(
        cls,
        progress: Progress = silent,
        service_advertised: str | None = None,
        route: ContainerRoute | None = None,
    ) -> Self:
        """Starts a broker and returns when it is ready.

        The first time on a machine the jars are downloaded and a template is built, of which `progress` is told.
        `service_advertised` (`host:port`) is where services are told to come back to: a proxy before
        `service_listener`. With `route` there is a listener for containers as well. Raises BrokerError.
        """
        installation, template = prepare(progress)
        directory = RunDirectory.claim(in_memory_bytes=_IN_MEMORY_BYTES)
        broker = cls(installation, template, directory, service_advertised, route)
        try:
            broker._start_first()
        except BaseException:
            broker.stop()
            raise
        return broker

    @property
    def bootstrap(self) -> str:
        """`host:port` of the harness's listener."""
        return f"{LOOPBACK}:{self._running.ports.harness}"

    @property
    def service_listener(self) -> str:
        """`host:port` where the broker itself listens for services."""
        return f"{LOOPBACK}:{self._running.ports.service}"

    @property
    def service_bootstrap(self) -> str:
        """`host:port` that services are given: the advertised one."""
        return self._service_advertised or self.service_listener

    @property
    def container_bootstrap(self) -> str:
        """`host:port` that services in containers are given; empty if they cannot come here."""
        return f"{self._route.advertised}:{self._running.ports.container}" if self._route else ""

    @property
    def pid(self) -> int:
        """Process number of the broker, the last one if it was stopped."""
        return self._running.process.pid

    @property
    def directory(self) -> Path:
        """Where its data, properties and log lie until `stop`."""
        return self._run.path

    def poll(self) -> int | None:
        """None while it runs, else its exit code; -N when signal N ended it."""
        return self._running.process.poll()

    def log_tail(self, max_bytes: int = 4096) -> str:
        """The end of the broker's log."""
        return self._node.log_tail(max_bytes) if self._node else ""

    def stop(self) -> None:
        """Ends the broker at once and removes its data. Harmless when it is already stopped."""
        if self._node:
            self._node.process.kill()
        self._run.close()

    def halt(self) -> int:
        """A clean shutdown that keeps the data (SIGTERM); the exit code."""
        code = self._running.process.terminate(_STOP_S)
        if code < 0:  # it took too long
            self._session_ms = SESSION_AFTER_KILL_MS
        return code

    def kill(self) -> int:
        """A crash that keeps the data (SIGKILL); the exit code."""
        self._session_ms = SESSION_AFTER_KILL_MS
        return self._running.process.kill()

    def pause(self) -> None:
        """Freezes it: connections stay open and nothing answers (SIGSTOP)."""
        self._running.process.pause()

    def resume(self) -> None:
        """Ends a pause (SIGCONT)."""
        self._running.process.signal(signal.SIGCONT)

    def start_again(self) -> None:
        """Starts it on the same ports and data after `halt` or `kill`, and returns when it is ready.

        Raises BROKER_NOT_STARTED.
        """
        self._running.process.kill()
        self._launch(self._running.ports, self._template.flags)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_first(self) -> None:
        """Another process may take a port before the broker does, and a loaded machine may be too slow: try again.

        The last time without the archive, should that be what fails.
        """
        for flags in (self._template.flags, self._template.flags, ()):
            shutil.rmtree(self._data, ignore_errors=True)
            shutil.copytree(self._template.data, self._data)
            set_cluster_id(self._data, self.cluster_id)
            try:
                return self._launch(choose_ports(), flags)
            except BrokerError as error:
                failure = error
                if self._node:
                    self._node.process.kill()
        raise failure

    def _launch(self, ports: Ports, flags: Sequence[str]) -> None:
        told = properties(ports, self._data, self._service_advertised, self._route, session_ms=self._session_ms)
        self._node = Node.launch(self._installation, self._run, ports, told, flags)
        self._node.await_ready(self.cluster_id)

    @property
    def _data(self) -> Path:
        return self._run.path / "data"

    @property
    def _running(self) -> Node:
        if self._node is None:
            raise BrokerError("BROKER_NOT_STARTED", "the local Apache Kafka was not started", "call start")
        return self._node


def prepare(progress: Progress = silent) -> tuple[Installation, Template]:
    """What a start needs, in the cache: jars and template, made if they are not there. Raises BrokerError."""
    lock = read_lock()
    directory = cache_directory() / f"kafka-{KAFKA_VERSION}-{lock.key}"
    java = find_java()
    jars = ensure_jars(lock, directory / "jars", progress)
    installation = Installation(java, tuple(str(path) for path in jars))
    return installation, ensure_template(installation, directory, progress)
