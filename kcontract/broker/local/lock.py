"""The lock file: which jars make up the local Apache Kafka, and their hashes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kcontract.model.value import Value

KAFKA_VERSION = "4.1.1"
LOCK_FILE = Path(__file__).with_name("kafka.lock")


class Jar(Value, frozen=True):
    """One jar by its Maven coordinates. `size` in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"


class Lock(Value, frozen=True):
    """The locked jars, in class path order, and a short name for exactly this set."""

    jars: tuple[Jar, ...]
    key: str

    @property
    def size(self) -> int:
        """Bytes of all jars together."""
        return sum(jar.size for jar in self.jars)


def read_lock(path: Path = LOCK_FILE) -> Lock:
    """Reads the lock file: one line `group:artifact:version sha256 bytes` a jar."""
    text = path.read_text()
    return Lock(tuple(_jar(line) for line in text.splitlines()), hashlib.sha256(text.encode()).hexdigest()[:12])


def _jar(line: str) -> Jar:
    coordinates, sha256, size = line.split()
    group, artifact, version = coordinates.split(":")
    return Jar(group, artifact, version, sha256, int(size))
