"""One Apache Kafka for all workers of a test run: a process of its own that ends when nobody uses it any more.

Users hold a shared lock, which the kernel takes back however they end; the process waits for the exclusive one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from kcontract.broker.local.broker import LocalKafka

_ROOT = Path(__file__).parent.parent
_START_S = 180.0


@dataclass(frozen=True)
class SharedKafka:
    """What `KafkaCluster` wants to know of a broker."""

    bootstrap: str
    service_bootstrap: str
    label: str
    ours: bool = True
    is_broker: bool = True
    container_bootstrap: str = ""


@contextlib.contextmanager
def shared_kafka(directory: Path) -> Iterator[SharedKafka]:
    """The broker of the test run whose common directory this is; started by the first who asks."""
    directory.mkdir(parents=True, exist_ok=True)
    address = directory / "address.json"
    with _lock(directory / "users", fcntl.LOCK_SH):
        with _lock(directory / "start", fcntl.LOCK_EX):
            if not address.exists():
                _start(directory, address)
        yield SharedKafka(**json.loads(address.read_text()))


def _start(directory: Path, address: Path) -> None:
    with (directory / "kafka.log").open("ab") as log:
        command = [sys.executable, "-m", "tests.shared_kafka", str(directory)]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=_ROOT, start_new_session=True)
    deadline = time.monotonic() + _START_S
    while not address.exists():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
            raise RuntimeError(f"Apache Kafka did not start: {(directory / 'kafka.log').read_text()}")
        if time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"Apache Kafka was not ready after {_START_S:.0f} s")


def _serve(directory: Path) -> None:
    address = directory / "address.json"
    with LocalKafka.start() as kafka:
        shown = SharedKafka(kafka.bootstrap, kafka.service_bootstrap, kafka.label)
        new = directory / "address.new"
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
    _serve(Path(sys.argv[1]))
