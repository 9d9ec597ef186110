"""The container of the `apache/kafka` image: its environment is its configuration, its ports are fixed.

The class of testcontainers knows another image. Ports that Docker chooses change with every start of a container, which
would make the advertised addresses wrong after the first restart.
"""

from __future__ import annotations

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from kcontract.broker.local.server import SESSION_AFTER_KILL_MS, SETTINGS
from kcontract.host.docker import ContainerRoute
from kcontract.host.ports import LOOPBACK
from kcontract.model.value import Value

_HARNESS, _SERVICE, _CONTROLLER, _CONTAINER, _BROKER = 9092, 9093, 9094, 9095, 9096
_DATA = "/var/lib/kafka/data"
_HEAP = "-Xms64m -Xmx512m"
_REPLACED = {"inter.broker.listener.name", "listener.security.protocol.map"}


class HostPorts(Value, frozen=True):
    """Ports of this machine: the harness's, that of services under test, that of services in containers."""

    harness: int
    service: int
    container: int


class ApacheKafkaContainer(DockerContainer):
    """One node with a listener for each who comes from outside, and one for itself. Not started here."""

    def __init__(self, image: str, ports: HostPorts, cluster_id: str, route: ContainerRoute | None = None) -> None:
        """`route` is how containers come to this machine; without it they do not."""
        testcontainers_config.ryuk_disabled = True  # an image more to pull; runs sweep after themselves
        super().__init__(image)
        # The class declares less than it hands on: the engine's API takes an address with the port.
        self.ports = published(ports, route)  # type: ignore[assignment]
        for name, value in environment(ports, cluster_id, route).items():
            self.with_env(name, value)


def published(ports: HostPorts, route: ContainerRoute | None) -> dict[str, tuple[str, int]]:
    """Ports of the container, and where they are found on this machine: on one address each."""
    found = {f"{_HARNESS}/tcp": (LOOPBACK, ports.harness), f"{_SERVICE}/tcp": (LOOPBACK, ports.service)}
    return found if route is None else {**found, f"{_CONTAINER}/tcp": (route.listen, ports.container)}


def environment(ports: HostPorts, cluster_id: str, route: ContainerRoute | None) -> dict[str, str]:
    """What the image makes its server.properties of: `KAFKA_A_B` is `a.b`, and once one is given all must be."""
    told = {
        "HARNESS": (_HARNESS, f"{LOOPBACK}:{ports.harness}"),
        "SERVICE": (_SERVICE, f"{LOOPBACK}:{ports.service}"),
        "BROKER": (_BROKER, f"localhost:{_BROKER}"),
    }
    if route is not None:
        told["CONTAINER"] = (_CONTAINER, f"{route.advertised}:{ports.container}")
    listeners = [f"{name}://0.0.0.0:{inside}" for name, (inside, _) in told.items()]
    own = {
        "listeners": ",".join([*listeners, f"CONTROLLER://localhost:{_CONTROLLER}"]),
        "advertised.listeners": ",".join(f"{name}://{address}" for name, (_, address) in told.items()),
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in (*told, "CONTROLLER")),
        "inter.broker.listener.name": "BROKER",
        "controller.quorum.voters": f"1@localhost:{_CONTROLLER}",
        "log.dirs": _DATA,
        "broker.session.timeout.ms": str(SESSION_AFTER_KILL_MS),  # it cannot be told later whether it was killed
    }
    whole = {**{name: value for name, value in SETTINGS if name not in _REPLACED}, **own}
    variables = {f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in whole.items()}
    return {**variables, "CLUSTER_ID": cluster_id, "KAFKA_HEAP_OPTS": _HEAP}
