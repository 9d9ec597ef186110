"""What `/etc/kafka/docker/run` does in the image apache/kafka: settings from the environment, format, start."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_JAVA, _LIBS, _FILE = "/opt/java/bin/java", "/opt/kafka/libs/*", "/tmp/server.properties"  # noqa: S108 - in the image
_NOT_SETTINGS = ("KAFKA_HEAP_OPTS", "KAFKA_OPTS")


def properties(environment: dict[str, str]) -> str:
    """`KAFKA_A_B__C___D` is the property `a.b_c-d`."""
    found = []
    for name, value in sorted(environment.items()):
        if name.startswith("KAFKA_") and name not in _NOT_SETTINGS:
            key = name.removeprefix("KAFKA_").lower().replace("___", "-").replace("__", "\0").replace("_", ".")
            found.append(f"{key.replace(chr(0), '_')}={value}\n")
    return "".join(found)


def main() -> None:
    """Format the storage once, and become the broker."""
    Path(_FILE).write_text(properties(dict(os.environ)))
    java = [_JAVA, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *os.environ.get("KAFKA_HEAP_OPTS", "").split()]
    java += ["-Dorg.apache.logging.log4j.level=WARN", "-cp", _LIBS]
    storage = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", os.environ["CLUSTER_ID"], "-c", _FILE]
    subprocess.run([*java, *storage], check=True)
    os.execv(_JAVA, [*java, "kafka.Kafka", _FILE])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
