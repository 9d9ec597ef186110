"""One broker, one registry for all workers of a test run: a process of its own that ends when nobody uses it any more.

Users hold a shared lock, which the kernel takes back however they end; the process waits for the exclusive one.
Run: python -m kcontract.testing.shared broker|registry DIRECTORY.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kcontract.broker.local.broker import LocalKafka
from kcontract.errors import EnvironmentFailureError
from kcontract.registry.server.embedded import EmbeddedRegistry

_START_S, _STEP_S = 180.0, 0.02
_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class SharedBroker:
    """Where the broker is: use topics and groups with names of your own."""

    bootstrap: str
    service_bootstrap: str
    label: str
    ours: bool = True
    is_broker: bool = True
    container_bootstrap: str = ""


@dataclass(frozen=True)
class SharedRegistry:
    """Where the registry is: use subjects of your own, or register a contract's by `contract(…).registered(url)`."""

    url: str


@contextlib.contextmanager
def shared_broker(directory: Path, given: str | None = None) -> Iterator[SharedBroker]:
    """The broker of the test run whose common directory this is, started by the first who asks; or the `given` one.

    EnvironmentFailureError SHARED_NOT_STARTED."""
    if given:
        yield SharedBroker(given, given, given, ours=False)
        return
    with _shared("broker", directory) as said:
        yield SharedBroker(**said)


@contextlib.contextmanager
def shared_registry(directory: Path, given: str | None = None) -> Iterator[SharedRegistry]:
    """As `shared_broker`."""
    if given:
        yield SharedRegistry(given)
        return
    with _shared("registry", directory) as said:
        yield SharedRegistry(**said)


@contextlib.contextmanager
def _shared(what: str, directory: Path) -> Iterator[dict[str, Any]]:
    directory.mkdir(parents=True, exist_ok=True)
    address = directory / "address.json"
    with _lock(directory / "users", fcntl.LOCK_SH):
        with _lock(directory / "start", fcntl.LOCK_EX):
            if not address.exists():
                _start(what, directory, address)
        yield json.loads(address.read_text())


def _start(what: str, directory: Path, address: Path) -> None:
    printed = directory / "log"
    path = os.pathsep.join(part for part in (str(_PACKAGE), os.environ.get("PYTHONPATH", "")) if part)
    with printed.open("ab") as log:
        command = [sys.executable, "-m", "kcontract.testing.shared", what, str(directory)]
        process = subprocess.Popen(
            command, stdout=log, stderr=log, start_new_session=True, env={**os.environ, "PYTHONPATH": path}
        )
    deadline = time.monotonic() + _START_S
    while not address.exists():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STEP_S)
            raise EnvironmentFailureError("SHARED_NOT_STARTED", f"the {what} did not start: {printed.read_text()}")
        if time.monotonic() > deadline:
            process.kill()
            raise EnvironmentFailureError("SHARED_NOT_STARTED", f"the {what} was not ready after {_START_S:.0f} s")


def _serve(what: str, directory: Path) -> None:
    if what == "registry":
        with EmbeddedRegistry.start() as registry:
            _tell(directory, SharedRegistry(registry.url))
    else:
        with LocalKafka.start() as kafka:
            _tell(directory, SharedBroker(kafka.bootstrap, kafka.service_bootstrap, kafka.label))


def _tell(directory: Path, shown: SharedBroker | SharedRegistry) -> None:
    """Say where it is, and wait until nobody uses it."""
    new, address = directory / "address.new", directory / "address.json"
    new.write_text(json.dumps(asdict(shown)))
    new.rename(address)
    with _lock(directory / "users", fcntl.LOCK_EX):
        address.unlink()


@contextlib.contextmanager
def _lock(path: Path, kind: int) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, kind)
        yield


if __name__ == "__main__":
    _serve(sys.argv[1], Path(sys.argv[2]))
