"""The embedded registry: an HTTP server of this process, in a thread of its own, on the loopback only."""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from types import TracebackType

import uvicorn

from kcontract.errors import RegistryError
from kcontract.model.registry import RegisteredSchema
from kcontract.registry.server.app import app
from kcontract.registry.server.store import MemoryStore, Store

_HOST = "127.0.0.1"
_START_SECONDS = 10.0
_STOP_SECONDS = 5.0


class EmbeddedRegistry:
    """A running registry. Use `start`, then `stop`, or as a context manager."""

    def __init__(self, server: _Server, listeners: Sequence[socket.socket], store: Store) -> None:
        self._server = server
        self._store = store
        self.ports = tuple(listener.getsockname()[1] for listener in listeners)
        """Of the loopback first."""
        self.url = f"http://{_HOST}:{self.ports[0]}"
        self._thread = threading.Thread(
            target=server.run, kwargs={"sockets": [*listeners]}, name="kcontract-registry", daemon=True
        )

    @classmethod
    def start(cls, port: int = 0, store: Store | None = None, also: str = "") -> EmbeddedRegistry:
        """Serve on `port` (0: a free one) until `stop`, and on a free port of the address `also` if one is given.

        Raises RegistryError if the port is taken.
        """
        store = store or MemoryStore()
        listeners = [_listen(_HOST, port), *([_listen(also, 0)] if also else [])]
        config = uvicorn.Config(
            app(store),
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        registry = cls(_Server(config), listeners, store)
        registry._thread.start()
        if not registry._server.serving.wait(_START_SECONDS):
            raise RegistryError("REGISTRY_NOT_STARTED", f"the embedded registry did not start in {_START_SECONDS} s")
        return registry

    def stop(self) -> None:
        """Close every connection and the port. A second call does nothing."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS)

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        """Everything that is registered, in the order of registration."""
        return self._store.all()

    def forget(self, entries: Sequence[RegisteredSchema]) -> None:
        """See `Store.remove`."""
        self._store.remove(entries)

    def __enter__(self) -> EmbeddedRegistry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(uvicorn.Server):
    """Says when it serves, so that nobody has to poll."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serving.set()


def _listen(host: str, port: int) -> socket.socket:
    # With the protocol named, asyncio turns Nagle's delay off: without, each answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise RegistryError(
            "REGISTRY_PORT_TAKEN",
            f"cannot listen on {host}:{port}: {error}",
            "free the port, or leave it out for a free one",
        ) from error
    return listener
