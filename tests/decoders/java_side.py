"""Java's decoders: org.apache.avro and Jackson, one process for many payloads."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from tests.lab.building import BUILT, once, tool

_HERE = Path(__file__).parent / "java"
_HEAD = struct.Struct(">ci")
_ANSWER = struct.Struct(">?ii")
_SECONDS = 3_000


class Answer(NamedTuple):
    """What Java made of one payload: the value written anew and the number of bytes left over, or why not."""

    read: bool
    left: int
    said: bytes


def build() -> None:
    """Fetch the jars and compile, once a state of the sources."""
    pom, source = _HERE / "pom.xml", _HERE / "Decode.java"
    with once("decoder-jars", [pom]) as target:
        if target is not None:
            copy = ["dependency:copy-dependencies", f"-DoutputDirectory={target}", "-DincludeScope=runtime"]
            tool("mvn", "-q", "-B", "-f", str(pom), *copy)
    with once("decoder-classes", [pom, source]) as target:
        if target is not None:
            tool("javac", "-d", str(target), "-cp", f"{BUILT / 'decoder-jars'}/*", str(source))


def avro(batches: Iterable[tuple[str, list[bytes]]]) -> list[list[Answer]]:
    """The answers for the payloads of each schema (its text)."""
    batches = list(batches)
    requests = (
        item for text, payloads in batches for item in ((b"S", text.encode()), *((b"A", each) for each in payloads))
    )
    answers = iter(_ask(requests))
    return [[next(answers) for _ in payloads] for _, payloads in batches]


def json(documents: Iterable[bytes]) -> list[Answer]:
    """The answers for JSON documents."""
    return _ask((b"J", each) for each in documents)


def _ask(requests: Iterable[tuple[bytes, bytes]]) -> list[Answer]:
    build()
    java = shutil.which("java")
    assert java is not None
    classes = f"{BUILT / 'decoder-classes'}:{BUILT / 'decoder-jars'}/*"
    command = [java, "-Xmx96m", "-XX:+UseSerialGC", "-cp", classes, "Decode"]
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as answered:
        for sign, data in requests:
            asked.write(_HEAD.pack(sign, len(data)) + data)
        asked.seek(0)
        subprocess.run(command, stdin=asked, stdout=answered, stderr=subprocess.DEVNULL, timeout=_SECONDS, check=True)
        answered.seek(0)
        return list(_answers(answered))


def _answers(answered: IO[bytes]) -> Iterator[Answer]:
    while head := answered.read(_ANSWER.size):
        read, left, size = _ANSWER.unpack(head)
        yield Answer(read, left, answered.read(size))
