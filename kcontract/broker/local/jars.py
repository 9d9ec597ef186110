"""The jars of Apache Kafka in the user's cache: downloaded once, each verified by its SHA-256."""

from __future__ import annotations

import errno
import hashlib
import importlib
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kcontract.broker.local.lock import Jar, Lock
from kcontract.broker.local.progress import Progress, silent
from kcontract.errors import BrokerError
from kcontract.host.cache import locked, move_into, scratch_directory

_THREADS = 8
_FIXED_TIME = 1_700_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_WHAT = "downloading Apache Kafka"

Fetch = Callable[[Jar], Path]


def ensure_jars(lock: Lock, directory: Path, progress: Progress = silent) -> tuple[Path, ...]:
    """The locked jars in `directory`, in class path order; those that are missing are downloaded.

    Only one process downloads at a time. A jar is there whole and verified, or not there; what was completed before
    a failure stays, so that a second try goes on. Raises BROKER_JARS_HASH, BROKER_JARS_UNREACHABLE, BROKER_CACHE_FULL,
    BROKER_CACHE_FORBIDDEN, BROKER_EXTRA_MISSING.
    """
    paths = tuple(directory / jar.file_name for jar in lock.jars)
    if not all(path.exists() for path in paths):
        try:
            with locked(directory):
                _download(lock, directory, progress)
        except OSError as error:
            raise cache_error(error, directory) from error
    return paths


def cache_error(error: OSError, directory: Path) -> BrokerError:
    """What a failure to write into the cache means to the user."""
    if error.errno in _FULL:
        return BrokerError(
            "BROKER_CACHE_FULL",
            f"no space is left for {directory}",
            "free 300 MB there, or set KCONTRACT_CACHE_DIR to a directory on another disk",
        )
    return BrokerError(
        "BROKER_CACHE_FORBIDDEN" if error.errno in _FORBIDDEN else "BROKER_CACHE_FAILED",
        f"cannot write to {directory}: {error}",
        "set KCONTRACT_CACHE_DIR to a directory that you can write to",
    )


def _download(lock: Lock, directory: Path, progress: Progress) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    missing = [jar for jar in lock.jars if not (directory / jar.file_name).exists()]
    if not missing:
        return
    with scratch_directory(directory) as staging:
        fetch = _fetcher(staging)
        done = _Counter(lock.size - sum(jar.size for jar in missing), lock.size, progress)
        _fetch_all(missing, lambda jar: _fetch_one(jar, fetch, directory, done))


def _fetch_all(jars: Sequence[Jar], fetch_one: Callable[[Jar], None]) -> None:
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="jars")
    try:
        for _ in pool.map(fetch_one, jars):
            pass
    finally:
        pool.shutdown(cancel_futures=True)


def _fetch_one(jar: Jar, fetch: Fetch, directory: Path, done: _Counter) -> None:
    found = _fetched(jar, fetch)
    actual = hashlib.sha256(found.read_bytes()).hexdigest()
    if actual != jar.sha256:
        found.unlink()
        raise BrokerError(
            "BROKER_JARS_HASH",
            f"{jar} was refused: its SHA-256 is {actual}, not {jar.sha256}",
            "a proxy or mirror may have altered it: try again, or through another network",
        )
    # A class data archive is valid only for jars of the same time.
    os.utime(found, (_FIXED_TIME, _FIXED_TIME))
    move_into(found, directory / jar.file_name)
    done.add(jar.size)


def _fetched(jar: Jar, fetch: Fetch) -> Path:
    try:
        return fetch(jar)
    except (OSError, RuntimeError) as error:  # what `requests` raises is an OSError too
        if isinstance(error, OSError) and error.errno in _FULL + _FORBIDDEN:
            raise
        raise BrokerError(
            "BROKER_JARS_UNREACHABLE",
            f"cannot download {jar}: {_first_line(error)}",
            "connect to the network (once: the jars are kept), or set KCONTRACT_MAVEN_REPOSITORY to a mirror, "
            "or KCONTRACT_BOOTSTRAP_SERVERS to a running broker",
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def _fetcher(staging: Path) -> Fetch:
    try:
        maven = importlib.import_module("kcontract.broker.local.maven")
    except ImportError as error:
        raise BrokerError(
            "BROKER_EXTRA_MISSING",
            "jgo, which downloads Apache Kafka, is not installed",
            "pip install 'kcontract[kafka]'",
        ) from error
    fetch: Fetch = maven.fetcher(staging)
    return fetch


class _Counter:
    """Adds up what the threads finished."""

    def __init__(self, done: int, total: int, progress: Progress) -> None:
        self._done, self._total, self._progress = done, total, progress
        self._lock = threading.Lock()
        progress(_WHAT, done, total)

    def add(self, size: int) -> None:
        with self._lock:
            self._done += size
            self._progress(_WHAT, self._done, self._total)
