"""Which registry a run uses: the one that it is told, or one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from urllib.parse import urlsplit

from kcontract.errors import UsageError
from kcontract.host.docker import ContainerRoute
from kcontract.host.ports import LOOPBACK
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.registry.client import RegistryClient
from kcontract.registry.server.embedded import EmbeddedRegistry


class ChosenRegistry:
    """A registry to work with: `client` speaks to it, `embedded` is set if it is ours. Stop it after use."""

    def __init__(
        self, client: RegistryClient, embedded: EmbeddedRegistry | None = None, container_url: str = ""
    ) -> None:
        self.client = client
        self.embedded = embedded
        self.container_url = container_url
        """What services in containers are given; empty if they cannot come here."""

    @property
    def url(self) -> str:
        return self.client.url

    @property
    def label(self) -> str:
        """What reports say that schemas were looked up in."""
        return "embedded registry" if self.embedded is not None else f"registry at {self.url}"

    def register(
        self, subject: str, text: str, kind: str, references: Sequence[RegisteredReference] = ()
    ) -> RegisteredSchema:
        """See `Registry.register`."""
        return self.client.register(subject, text, kind, references)

    def set_compatibility(self, subject: str, level: str) -> None:
        self.client.set_compatibility(subject, level)

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        """Every registered version of every subject."""
        return self.client.all()

    @property
    def ours(self) -> bool:
        """Whether it is ours, so that what was registered for a while can be taken away again."""
        return self.embedded is not None

    def forget(self, entries: Sequence[RegisteredSchema]) -> None:
        """As if these had never been registered. Only of a registry of ours."""
        if self.embedded is not None:
            self.embedded.forget(entries)

    def stop(self) -> None:
        """Close the client, and the registry if it is ours."""
        self.client.close()
        if self.embedded is not None:
            self.embedded.stop()

    def __enter__(self) -> ChosenRegistry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def choose(
    registry_url: str | None = None,
    *,
    auth: tuple[str, str] | str | None = None,
    route: ContainerRoute | None = None,
) -> ChosenRegistry:
    """The registry at `registry_url`, which stays another's; without one, an embedded one is started, that containers
    reach over `route`."""
    if registry_url is None:
        return _embedded(route)
    if not registry_url.startswith(("http://", "https://")):
        raise UsageError(
            "REGISTRY_URL_INVALID",
            f"{registry_url!r} is not the address of a registry",
            "give an address such as http://localhost:8081",
        )
    on_loopback = urlsplit(registry_url).hostname in ("localhost", "127.0.0.1", "::1")
    return ChosenRegistry(RegistryClient(registry_url, auth=auth), None, "" if on_loopback else registry_url)


def _embedded(route: ContainerRoute | None) -> ChosenRegistry:
    apart = route.listen if route is not None and route.listen != LOOPBACK else ""
    embedded = EmbeddedRegistry.start(also=apart)
    address = f"http://{route.advertised}:{embedded.ports[-1]}" if route is not None else ""
    return ChosenRegistry(RegistryClient(embedded.url), embedded, address)
