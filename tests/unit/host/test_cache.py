"""The cache: atomic, one writer at a time, nothing left half-written."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kcontract.host import cache


def test_the_directory_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`KCONTRACT_CACHE_DIR` wins over the platform's place."""
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "mine"))
    assert cache.cache_directory() == tmp_path / "mine"


def test_the_platform_decides_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the cache lies where the platform keeps caches."""
    monkeypatch.delenv(cache.CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_directory() == tmp_path / "kcontract"


def test_a_new_directory_appears_whole(tmp_path: Path) -> None:
    """It is not there while it is filled, and replaces an older one at the end."""
    target = tmp_path / "made"
    target.mkdir()
    (target / "old").touch()
    with cache.locked(target), cache.new_directory(target) as staging:
        (staging / "file").write_text("x")
        assert not (target / "file").exists()
    assert [path.name for path in target.iterdir()] == ["file"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    """When filling fails, neither the directory nor its beginnings are left."""
    with (
        pytest.raises(RuntimeError),
        cache.locked(tmp_path / "made"),
        cache.new_directory(tmp_path / "made") as staging,
    ):
        (staging / "file").write_text("x")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == [".made.lock"]


def test_a_killed_writer_gives_the_lock_back_and_its_leftovers_go(tmp_path: Path) -> None:
    """After `kill -9` in the middle of the work the next writer gets the lock and removes what was left."""
    target = tmp_path / "made"
    code = (
        "import signal, sys; from pathlib import Path; from kcontract.host import cache\n"
        "target = Path(sys.argv[1])\n"
        "with cache.locked(target), cache.new_directory(target) as staging:\n"
        "    (staging / 'half').touch(); print('filling', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"filling\n"
        writer.send_signal(signal.SIGKILL)
    assert len(list(tmp_path.glob(".made.new-*"))) == 1
    with cache.locked(target), cache.new_directory(target) as staging:
        (staging / "whole").touch()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".made.lock", "made"]
    assert [path.name for path in target.iterdir()] == ["whole"]


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """A file is replaced at once, and nothing else is left in its directory."""
    cache.write_file(tmp_path / "deep" / "file", b"one")
    cache.write_file(tmp_path / "deep" / "file", b"two")
    assert [path.read_bytes() for path in (tmp_path / "deep").iterdir()] == [b"two"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails, the old content stays and the beginning of the new one goes."""
    cache.write_file(tmp_path / "file", b"old")

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        cache.write_file(tmp_path / "file", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]
