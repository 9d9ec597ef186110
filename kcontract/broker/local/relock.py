"""For maintainers: writes the lock file anew after a change of version, from what Maven itself resolves.

    python -m kcontract.broker.local.relock

Maven does it because its resolution is the reference; users need none, they only fetch what is locked.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kcontract.broker.local.lock import KAFKA_VERSION, LOCK_FILE

LOG4J_VERSION = "2.24.3"
ROOTS = (
    ("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J_VERSION),
    ("org.apache.logging.log4j", "log4j-core", LOG4J_VERSION),
)


def lock_lines(repository: Path) -> Iterator[str]:
    """A line of the lock file for every jar in a directory that is laid out as a Maven repository."""
    for jar in sorted(repository.rglob("*.jar")):
        *group, artifact, version, _ = jar.relative_to(repository).parts
        content = jar.read_bytes()
        yield f"{'.'.join(group)}:{artifact}:{version} {hashlib.sha256(content).hexdigest()} {len(content)}\n"


def resolve(target: Path) -> None:
    """Lets Maven put the run-time dependencies of the roots into `target`. Raises CalledProcessError."""
    dependencies = "".join(
        f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId><version>{v}</version></dependency>"
        for g, a, v in ROOTS
    )
    pom = target / "pom.xml"
    pom.write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>kcontract</groupId><artifactId>lock</artifactId>"
        f"<version>1</version><dependencies>{dependencies}</dependencies></project>"
    )
    goal = ("dependency:copy-dependencies", "-DincludeScope=runtime", "-Dmdep.useRepositoryLayout=true")
    subprocess.run(["mvn", "-q", "-B", "-f", pom, *goal, f"-DoutputDirectory={target / 'jars'}"], check=True)


def main() -> None:
    """Resolves and writes."""
    with tempfile.TemporaryDirectory() as directory:
        resolve(Path(directory))
        LOCK_FILE.write_text("".join(sorted(lock_lines(Path(directory) / "jars"))))


if __name__ == "__main__":
    main()
