"""Starts Biller.java with the jars that lie in the user's cache for the local Apache Kafka."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

JARS = next(iter(platformdirs.user_cache_path("kcontract").glob("kafka-*/jars")))

if __name__ == "__main__":
    source = Path(__file__).with_name("Biller.java")
    os.execvp("java", ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{JARS}/*", str(source)])  # noqa: S606
