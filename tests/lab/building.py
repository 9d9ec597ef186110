"""Building the lab's services: once a state of their sources, into build/lab, with the languages' ordinary tools.

After the first time no network is needed. Node's service takes kafkajs from the example's own node_modules.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.lab.rendering import ROOT

BUILT = ROOT / "build" / "lab"
LAB = ROOT / "tests" / "lab"
_SECONDS = 600
"""For one tool, downloads included."""
_JAVA_SERVICES = ("Plain", "Spring", "Streams")
_TRAINING_S = 10.0
"""Seconds for a Java service to load its classes, of which it takes two."""

_FRAMEWORKS = LAB / "python" / "requirements.txt"
_NODE_APP = ROOT / "examples" / "patients" / "audit-node"


def build(languages: Iterable[str]) -> dict[str, str]:
    """Build what is not built yet for these languages: which could not be, and why. Several processes may ask."""
    builders = {"java": _java, "go": _go, "python": _frameworks, "node": _node}
    missing: dict[str, str] = {}
    for language in sorted({*languages} & {*builders}):
        try:
            builders[language]()
        except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
            missing[language] = f"cannot be built: {error}"
    return missing


def _java() -> None:
    """Jars and the services' own jar apart, so that a change of a service asks nothing of Maven."""
    pom, sources = LAB / "java" / "pom.xml", sorted((LAB / "java").glob("src/**/*.java"))
    with once("jars", [pom]) as target:
        if target is not None:
            copy = ["dependency:copy-dependencies", f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
            tool("mvn", "-q", "-B", "-f", str(pom), *copy)
    with once("services", [pom, *sources]) as target:
        if target is not None:
            tool("javac", "-d", str(target / "classes"), "-cp", f"{BUILT / 'jars'}/*", *map(str, sources))
            tool("jar", "--create", "--file", str(target / "lab.jar"), "-C", str(target / "classes"), ".")
            for service in _JAVA_SERVICES:
                _archive(target, service)


def _archive(target: Path, service: str) -> None:
    """Write down the classes that a service loads on its way up, which saves most of a JVM's start (JEP 350).

    It finds no broker and is asked to end after a while. Without the archive, or with another JVM, it only starts
    slower.
    """
    flags = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-XX:ArchiveClassesAtExit={target / service}.jsa"]
    path = f"{target.relative_to(ROOT)}/lab.jar:{BUILT.relative_to(ROOT)}/jars/*"
    own = {name: service.lower() for name in ("GROUP", "TOPIC", "OUT", "DLQ")}
    env = {**os.environ, **own, "BROKERS": "127.0.0.1:1", "VARIANT": "good"}
    command = ["java", *flags, "-cp", path, f"lab.{service}"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=quiet, stderr=quiet) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TRAINING_S)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS)
        process.kill()


def _go() -> None:
    with once("go", sorted((LAB / "go").iterdir())) as target:
        if target is not None:
            tool("go", "build", "-buildvcs=false", "-o", str(target / "lab"), ".", cwd=LAB / "go")


def _frameworks() -> None:
    """A virtual environment for what does not go together with kcontract's own requirements."""
    with once("frameworks", [_FRAMEWORKS]) as target:
        if target is not None:
            tool(sys.executable, "-m", "venv", str(target))
            tool(str(target / "bin" / "pip"), "install", "-q", "--disable-pip-version-check", "-r", str(_FRAMEWORKS))


def _node() -> None:
    with once("node", [_NODE_APP / "package-lock.json"]):  # for its lock: what it builds stands with the application
        if not (_NODE_APP / "node_modules" / "kafkajs").exists():
            tool("npm", "ci", "--silent", "--no-audit", "--no-fund", cwd=_NODE_APP)


@contextlib.contextmanager
def once(name: str, sources: Iterable[Path]) -> Iterator[Path | None]:
    """The empty directory to build into, under a lock; None if it was built from just these sources already."""
    BUILT.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
    target, stamp = BUILT / name, BUILT / f"{name}.built"
    with (BUILT / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == digest:
            yield None
            return
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        yield target
        stamp.write_text(digest)


def tool(*command: str, cwd: Path = ROOT) -> None:
    """Run a tool to its end. Raises RuntimeError with what it said."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
