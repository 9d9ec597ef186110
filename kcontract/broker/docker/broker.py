"""A real Apache Kafka in a Docker container, on fixed ports, gone without a trace."""

from __future__ import annotations

import os
import time
from typing import Any, Self

from confluent_kafka.admin import AdminClient
from docker.errors import DockerException
from requests.exceptions import RequestException

from kcontract.broker.cluster_id import new_cluster_id
from kcontract.broker.docker.container import ApacheKafkaContainer, HostPorts
from kcontract.broker.local.lock import KAFKA_VERSION
from kcontract.broker.local.node import client_settings, is_ready
from kcontract.errors import BrokerError, EnvironmentFailureError
from kcontract.host.docker import ContainerRoute, Docker
from kcontract.host.leftovers import RUN_LABEL, note_docker
from kcontract.host.ports import LOOPBACK, free_ports
from kcontract.host.sweep import RunDirectory

IMAGE_VARIABLE = "KCONTRACT_KAFKA_IMAGE"
_START_S, _STOP_S, _STEP_S = 180.0, 15, 0.05
_TRIES = 3
_LOG_CHARACTERS = 4_000
_FAILURES = (DockerException, RequestException, OSError)


def image_name() -> str:
    """`KCONTRACT_KAFKA_IMAGE`, else the published image of the version that the local broker has."""
    return os.environ.get(IMAGE_VARIABLE) or f"apache/kafka:{KAFKA_VERSION}"


def has_image() -> bool:
    """Whether a Docker engine answers and has the image, so that nothing would have to be pulled."""
    try:
        Docker.find().ask("image", "inspect", "--format", "{{.Id}}", image_name())
    except EnvironmentFailureError:
        return False
    return True


class DockerKafka:
    """One Apache Kafka node in a container. The same controls as those of `LocalKafka`: `halt`, `kill`, `pause`,
    `resume` and `start_again` make it fail and come back on the same ports with the same data."""

    ours = True
    is_broker = True

    def __init__(self, image: str, run: RunDirectory, route: ContainerRoute | None) -> None:
        self.label = f"Apache Kafka in Docker ({image})"
        self.cluster_id = new_cluster_id()
        self._image, self._run, self._route = image, run, route
        self._ports = HostPorts(0, 0, 0)
        self._container: ApacheKafkaContainer | None = None

    @classmethod
    def start(cls, route: ContainerRoute | None = None) -> Self:
        """Starts a broker and returns when it is ready; its image is pulled if it is not there.

        With `route` there is a listener for containers as well. Raises BrokerError BROKER_NOT_STARTED,
        EnvironmentFailureError DOCKER_MISSING, DOCKER_UNREACHABLE.
        """
        Docker.find()
        broker = cls(image_name(), RunDirectory.claim(), route)
        try:
            broker._start_first()
        except BaseException:
            broker.stop()
            raise
        return broker

    @property
    def bootstrap(self) -> str:
        """`host:port` of the harness's listener."""
        return f"{LOOPBACK}:{self._ports.harness}"

    @property
    def service_bootstrap(self) -> str:
        """`host:port` that services are given."""
        return f"{LOOPBACK}:{self._ports.service}"

    @property
    def container_bootstrap(self) -> str:
        """`host:port` that services in containers are given; empty if they cannot come here."""
        return f"{self._route.advertised}:{self._ports.container}" if self._route else ""

    def poll(self) -> int | None:
        """None while it runs, else its exit code, 128 + N when signal N ended it."""
        container = self._running
        container.reload()
        return None if container.status in ("running", "paused") else int(container.attrs["State"]["ExitCode"])

    def log_tail(self, max_characters: int = _LOG_CHARACTERS) -> str:
        """The end of the broker's log."""
        try:
            log: bytes = self._running.logs(tail=100)
            return log.decode("utf-8", "replace")[-max_characters:]
        except (*_FAILURES, BrokerError):
            return ""

    def stop(self) -> None:
        """Ends the broker at once and removes its container. Harmless when it is already stopped."""
        self._run.close()

    def halt(self) -> int:
        """A clean shutdown that keeps the data (SIGTERM); the exit code."""
        self._running.stop(timeout=_STOP_S)
        return self.poll() or 0

    def kill(self) -> int:
        """A crash that keeps the data (SIGKILL); the exit code."""
        self._running.kill()
        self._running.wait(timeout=_STOP_S)
        return self.poll() or 0

    def pause(self) -> None:
        """Freezes it: connections stay open and nothing answers."""
        self._running.pause()

    def resume(self) -> None:
        """Ends a pause."""
        self._running.unpause()

    def start_again(self) -> None:
        """Starts it on the same ports and data after `halt` or `kill`, and returns when it is ready.

        Raises BROKER_NOT_STARTED.
        """
        self._running.start()
        self._await_ready()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_first(self) -> None:
        """Another process may take a port before Docker does: try again with others."""
        note_docker(self._run.path)
        for _ in range(_TRIES):
            self._ports = HostPorts(*free_ports(3))
            try:
                made = ApacheKafkaContainer(self._image, self._ports, self.cluster_id, self._route)
                made.with_kwargs(labels={RUN_LABEL: str(self._run.path)}).start()
            except _FAILURES as error:
                failure = BrokerError(
                    "BROKER_NOT_STARTED",
                    f"Docker does not start {self._image}: {error}",
                    f"docker pull {self._image}, or name another image in {IMAGE_VARIABLE}",
                )
                continue
            self._container = made
            return self._await_ready()
        raise failure

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _START_S
        client = AdminClient(client_settings(self._ports.harness))
        while not is_ready(client, self.cluster_id):
            code = self.poll()
            if code is None and time.monotonic() < deadline:
                time.sleep(_STEP_S)
                continue
            what = f"was not ready after {_START_S:.0f} s" if code is None else f"ended with {code} while it started"
            message = f"{self._image} {what}:\n{self.log_tail()}"
            raise BrokerError("BROKER_NOT_STARTED", message, "see its log above; try again")

    @property
    def _running(self) -> Any:
        if self._container is None:
            raise BrokerError("BROKER_NOT_STARTED", "the container was not started", "call start")
        return self._container.get_wrapped_container()
