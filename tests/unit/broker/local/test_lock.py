"""The lock file that ships."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from kcontract.broker.local.lock import KAFKA_VERSION, Jar, read_lock
from kcontract.broker.local.relock import lock_lines


def test_the_shipped_lock_is_complete() -> None:
    """46 jars, each once, each with a SHA-256 and a size, among them the broker of the version that labels name."""
    lock = read_lock()
    assert len(lock.jars) == len({jar.file_name for jar in lock.jars}) == 46
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) and jar.size > 0 for jar in lock.jars)
    assert f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}" in [str(jar) for jar in lock.jars]


def test_all_parts_of_kafka_have_one_version() -> None:
    """No version is mixed in, which is what resolving with another tool than Maven did."""
    assert {jar.version for jar in read_lock().jars if jar.group == "org.apache.kafka"} == {KAFKA_VERSION}


def test_a_line_of_the_lock(tmp_path: Path) -> None:
    """Coordinates, hash and size; another content has another key."""
    file = tmp_path / "kafka.lock"
    file.write_text(f"g.h:art:1.0 {'a' * 64} 12\n")
    lock = read_lock(file)
    assert lock.jars == (Jar("g.h", "art", "1.0", "a" * 64, 12),)
    assert (lock.jars[0].file_name, lock.size) == ("art-1.0.jar", 12)
    file.write_text(f"g.h:art:1.0 {'b' * 64} 12\n")
    assert read_lock(file).key != lock.key


@pytest.mark.parametrize("line", ["g:a:1", "g:a abc 1", "g:a:1 abc many"])
def test_a_broken_line_is_never_taken_for_a_jar(tmp_path: Path, line: str) -> None:
    """A line that lacks something is refused."""
    (tmp_path / "kafka.lock").write_text(line + "\n")
    with pytest.raises(ValueError, match=r"unpack|literal"):
        read_lock(tmp_path / "kafka.lock")


def test_a_repository_becomes_a_lock(tmp_path: Path) -> None:
    """What Maven laid out is written as the lines that are read back."""
    jar = tmp_path / "repository" / "org" / "example" / "part" / "1.2" / "part-1.2.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"content")
    (tmp_path / "kafka.lock").write_text("".join(lock_lines(tmp_path / "repository")))
    assert read_lock(tmp_path / "kafka.lock").jars == (
        Jar("org.example", "part", "1.2", hashlib.sha256(b"content").hexdigest(), 7),
    )
