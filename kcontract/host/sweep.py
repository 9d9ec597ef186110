"""Run directories: what a run puts on the machine, and the removal of what a killed run left there.

A run holds the lock of its directory while it lives, and every process that it starts carries the directory's path in
its environment. A directory whose lock is free belongs to nobody, and so do the processes and the containers that name
it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Self

import msgspec
import psutil

from kcontract.errors import EnvironmentFailureError
from kcontract.host.leftovers import remove_from_docker
from kcontract.host.processes import await_gone, kill_process
from kcontract.model.value import Value

RUN_VARIABLE = "KCONTRACT_RUN"
_MEMORY = Path("/dev/shm")  # noqa: S108 - only a directory of our own below it, whose owner is checked
_LOCK, _STARTED = "lock", "processes"
_SAME_START_S = 1.0  # a clock that is set moves all start times a little
_GONE_WITHIN_S = 3.0


class Started(Value, frozen=True):
    """A process that the run started. `created` is its start in seconds since the epoch."""

    pid: int
    created: float


class RunDirectory:
    """A directory of this run's own. Its lock is held until `close`, or until this process ends in any way."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def claim(cls, *, in_memory_bytes: int = 0) -> Self:
        """Makes and locks a new run directory, after sweeping what dead runs left.

        With `in_memory_bytes` it lies on a memory file system that has that much space free, if there is one.
        Raises RUN_DIRECTORY.
        """
        sweep()
        try:
            root = _make_root(_base(in_memory_bytes))
            with _exclusive(root):
                path = Path(tempfile.mkdtemp(prefix="run-", dir=root))
                return cls(path, _lock(path))
        except OSError as error:
            raise EnvironmentFailureError(
                "RUN_DIRECTORY", f"cannot make a run directory: {error}", "set TMPDIR to a directory that you own"
            ) from error

    def environment(self) -> dict[str, str]:
        """What to put into the environment of every process that the run starts, so that a sweep can find it."""
        return {RUN_VARIABLE: str(self.path)}

    def note(self, pid: int) -> None:
        """Writes down a started process for the sweep."""
        with contextlib.suppress(psutil.Error), (self.path / _STARTED).open("ab") as file:
            file.write(msgspec.json.encode(Started(pid, psutil.Process(pid).create_time())) + b"\n")

    def close(self) -> None:
        """Kills what the run started and still runs, removes the directory and gives the lock back."""
        if not self._lock.closed:
            _clear(self.path)
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sweep() -> tuple[Path, ...]:
    """Removes the directories of dead runs and kills the processes that they left; the directories' paths."""
    roots = (_root(_MEMORY), _root(Path(tempfile.gettempdir())))
    return tuple(path for root in roots if _is_own(root) for path in _sweep_root(root))


def _sweep_root(root: Path) -> Iterator[Path]:
    for path in sorted(root.glob("run-*")):
        lock = _lock_if_free(root, path)
        if lock is not None:
            with lock:
                _clear(path)
            yield path


def _lock_if_free(root: Path, path: Path) -> IO[str] | None:
    # The root's lock keeps our hands off a directory that is being claimed and not locked yet.
    with contextlib.suppress(OSError), _exclusive(root):
        return _lock(path)
    return None


def _lock(path: Path) -> IO[str]:
    file = (path / _LOCK).open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise
    return file


@contextlib.contextmanager
def _exclusive(root: Path) -> Iterator[None]:
    with (root / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _clear(path: Path) -> None:
    left = _left_processes(path)
    for process in left:
        kill_process(process)
    await_gone(left, _GONE_WITHIN_S)
    if remove_from_docker(path):  # else the next sweep tries again
        shutil.rmtree(path, ignore_errors=True)


def _left_processes(path: Path) -> list[psutil.Process]:
    noted = _noted(path)
    return [process for process in psutil.process_iter() if _belongs(process, path, noted)]


def _belongs(process: psutil.Process, path: Path, noted: Mapping[int, float]) -> bool:
    """A number alone says nothing, it may be in use again: the process must name the run's directory, which is unique.

    In its environment, which descendants inherit; or in its command line if it was noted with the same start time,
    because some programs write over their environment.
    """
    try:
        if process.pid == os.getpid() or process.uids().real != os.getuid():
            return False
        if process.environ().get(RUN_VARIABLE) == str(path):
            return True
        same = abs(process.create_time() - noted.get(process.pid, 0.0)) < _SAME_START_S
        return same and any(str(path) in part for part in process.cmdline())
    except psutil.Error:
        return False


def _noted(path: Path) -> dict[int, float]:
    found = {}
    with contextlib.suppress(OSError):
        for line in (path / _STARTED).read_bytes().splitlines():
            with contextlib.suppress(msgspec.DecodeError):  # a last line cut off by the kill
                started = msgspec.json.decode(line, type=Started)
                found[started.pid] = started.created
    return found


def _base(in_memory_bytes: int) -> Path:
    if in_memory_bytes and _has_memory(in_memory_bytes):
        return _MEMORY
    return Path(tempfile.gettempdir())


def _has_memory(wanted: int) -> bool:
    try:
        state = os.statvfs(_MEMORY)
    except OSError:
        return False
    # Java maps its native libraries from here, which a `noexec` mount refuses.
    usable = _MEMORY.is_mount() and not state.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    return usable and min(state.f_bavail * state.f_frsize, psutil.virtual_memory().available) >= wanted


def _root(base: Path) -> Path:
    return base / f"kcontract-{os.getuid()}"


def _make_root(base: Path) -> Path:
    root = _root(base)
    root.mkdir(mode=0o700, exist_ok=True)
    if not _is_own(root):
        raise PermissionError(f"{root} belongs to somebody else or is open to others")
    return root


def _is_own(root: Path) -> bool:
    """Whether it is a directory, not a link, that only we can write to: the place is one where anybody may write."""
    try:
        state = root.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid() and not state.st_mode & 0o022
