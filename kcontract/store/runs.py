"""The last runs of a project: `.kcontract/runs/RUN/history.msgpack`."""

from __future__ import annotations

import difflib
import fcntl
import re
import shutil
from pathlib import Path
from typing import IO

from kcontract.errors import UsageError
from kcontract.store.folder import FOLDER, folder, unwritable
from kcontract.store.history import HistoryFile

KEPT = 20
_HISTORY, _LOCK = "history.msgpack", "lock"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def start_history(root: Path, run: str) -> HistoryFile:
    """The new history of `run`; beyond the last 20 runs older ones are removed, except those that still go on.

    UsageError RUN_NAME, RUN_EXISTS; EnvironmentFailureError STORE_UNWRITABLE.
    """
    if not _NAME.fullmatch(run):
        raise UsageError("RUN_NAME", f"{run!r} cannot name a run", "use letters, digits, dot, dash and underscore")
    place = folder(root) / "runs" / run
    try:
        place.mkdir(parents=True)
        lock = _locked(place)
    except FileExistsError as error:
        raise UsageError("RUN_EXISTS", f"there is a run {run} already", "give another name") from error
    except OSError as error:
        raise unwritable(place, error) from error
    _prune(place.parent)
    return HistoryFile(place / _HISTORY, str(Path(FOLDER) / "runs" / run / _HISTORY), lock)


def runs(root: Path) -> tuple[str, ...]:
    """Names of the stored runs, newest first."""
    return tuple(place.name for place in _newest_first(root / FOLDER / "runs"))


def history_path(root: Path, run: str = "") -> Path:
    """Where the history of `run` lies, of the newest one by default. UsageError RUN_UNKNOWN, with what there is."""
    known = runs(root)
    if not run and known:
        run = known[0]
    if run not in known:
        close = difflib.get_close_matches(run, known, 1)
        hint = (
            f"did you mean {close[0]}?"
            if close
            else f"stored: {', '.join(known)}"
            if known
            else "none is: run `verify` or `fuzz`"
        )
        raise UsageError("RUN_UNKNOWN", f"no run {run!r} is stored" if run else "no run is stored", hint)
    return root / FOLDER / "runs" / run / _HISTORY


def find_history(root: Path, run: str = "") -> Path:
    """As `history_path`; a path to a history, to a run's folder or to a JSON report is taken as it is."""
    place = Path(run)
    if run and not (_NAME.fullmatch(run) and run in runs(root)) and place.exists():
        return place / _HISTORY if place.is_dir() else place
    return history_path(root, run)


def _newest_first(place: Path) -> list[Path]:
    found = [(each.stat().st_mtime_ns, each) for each in place.glob(f"*/{_HISTORY}")] if place.is_dir() else []
    return [each.parent for _, each in sorted(found, reverse=True)]


def _prune(place: Path) -> None:
    for old in _newest_first(place)[KEPT - 1 :]:  # the new one has no history yet
        try:
            lock = _locked(old)
        except OSError:  # it still goes on, or belongs to somebody else
            continue
        with lock:
            shutil.rmtree(old, ignore_errors=True)


def _locked(place: Path) -> IO[str]:
    """The lock of a run, which ends with its holder. BlockingIOError if somebody else holds it."""
    lock = (place / _LOCK).open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock
