"""The user's cache directory: filled atomically, by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "KCONTRACT_CACHE_DIR"


def cache_directory() -> Path:
    """Where downloads are kept: `KCONTRACT_CACHE_DIR`, else the platform's place. Not created here."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(given).expanduser().absolute() if given else platformdirs.user_cache_path("kcontract")


@contextlib.contextmanager
def locked(target: Path) -> Iterator[None]:
    """Holds the lock of `target` among all processes (and threads) while the body runs; waits for it.

    The lock is a file beside the target, and ends with its holder, however that ends. Raises OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{target.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def scratch_directory(target: Path) -> Iterator[Path]:
    """An empty directory beside `target`, on its file system, which is removed at the end.

    To be used under `locked(target)`: what a killed predecessor left half-written is removed first. Raises OSError.
    """
    remove_leftovers(target)
    scratch = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def new_directory(target: Path) -> Iterator[Path]:
    """A directory to fill, which becomes `target` when the body ends well and vanishes when it does not.

    To be used under `locked(target)`. Raises OSError.
    """
    with scratch_directory(target) as staging:
        yield staging
        shutil.rmtree(target, ignore_errors=True)
        staging.rename(target)
        _sync(target.parent)


def move_into(source: Path, target: Path) -> None:
    """Makes the complete file `source` appear as `target` at once, and lasting. Same file system. Raises OSError."""
    _sync(source)
    source.replace(target)


def write_file(target: Path, data: bytes) -> None:
    """Writes a whole file atomically. Raises OSError, and then leaves nothing new."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=_prefix(target), dir=target.parent)
    staging = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        move_into(staging, target)
    finally:
        staging.unlink(missing_ok=True)


def remove_leftovers(target: Path) -> None:
    """Removes what killed processes left of their work on `target`. To be used under its lock."""
    for leftover in target.parent.glob(f"{_prefix(target)}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def _prefix(target: Path) -> str:
    return f".{target.name}.new-"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
