"""Class data sharing: a start-up archive of Kafka's loaded classes, which halves the start of the JVM.

Java 25 and newer: the ahead-of-time cache of JEP 483, 514 and 515. Older ones: a static archive (JEP 310), which
unlike a dynamic one does not need the base archive that jlinked run times lack.
"""

from __future__ import annotations

from pathlib import Path

from kcontract.broker.local.java import Java

_FIRST_WITH_AOT = 25


def recording(java: Java, directory: Path) -> tuple[str, ...]:
    """Flags for a run that writes down which classes it loads."""
    if java.version >= _FIRST_WITH_AOT:
        return ("-XX:AOTMode=record", f"-XX:AOTConfiguration={directory / 'classes'}")
    return (f"-XX:DumpLoadedClassList={directory / 'classes'}",)


def creating(java: Java, directory: Path) -> tuple[str, ...]:
    """Flags for the run that makes the archive in `directory` from what `recording` wrote there."""
    if java.version >= _FIRST_WITH_AOT:
        return ("-XX:AOTMode=create", f"-XX:AOTConfiguration={directory / 'classes'}", *using(java, directory))
    return ("-Xshare:dump", f"-XX:SharedClassListFile={directory / 'classes'}", *using(java, directory))


def checking(java: Java, directory: Path) -> tuple[str, ...]:
    """Flags with which the JVM ends at once, with an error, unless it can use the archive."""
    strictly = "-XX:AOTMode=on" if java.version >= _FIRST_WITH_AOT else "-Xshare:on"
    return (strictly, *using(java, directory))


def using(java: Java, directory: Path) -> tuple[str, ...]:
    """Flags for a run with the archive; a JVM that finds it unfit runs without."""
    option = "AOTCache" if java.version >= _FIRST_WITH_AOT else "SharedArchiveFile"
    return (f"-XX:{option}={archive_file(directory)}",)


def archive_file(directory: Path) -> Path:
    """Where the archive lies."""
    return directory / "archive"
