"""The Docker engine that test runs share: found, or started for them, and then ended by the last of them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

import psutil

ENSURE = Path(__file__).with_name("ensure.sh")
PLACE = Path(tempfile.gettempdir()) / f"kcontract-docker-{os.getuid()}"
"""Files of this name: `.pid` of an engine that was started for test runs, `.users` that is locked by who uses it."""
_ENSURE_S, _STOP_S = 300.0, 30.0
_held: list[IO[str]] = []


def ensure_docker(place: Path = PLACE) -> None:
    """A Docker engine runs when this returns, and as long as this process does. RuntimeError if there can be none."""
    hold(place)
    env = {**os.environ, "DOCKERD_PID": str(place.with_suffix(".pid"))}
    done = subprocess.run([ENSURE], capture_output=True, text=True, timeout=_ENSURE_S, check=False, env=env)
    if done.returncode:
        raise RuntimeError(f"these tests need a Docker engine, and {ENSURE} could not provide one:\n{done.stderr}")


def hold(place: Path = PLACE) -> None:
    """Be a user of it until this process ends."""
    users = place.with_suffix(".users").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)
    _held.append(users)


def end_docker(place: Path = PLACE) -> bool:
    """End the engine that was started for test runs, unless one of them still uses it; whether it was ended."""
    while _held:
        _held.pop().close()
    noted = place.with_suffix(".pid")
    if not noted.exists():
        return False
    with place.with_suffix(".users").open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        ended = _end(noted.read_text().strip())
        noted.unlink(missing_ok=True)
        return ended


def _end(number: str) -> bool:
    """SIGTERM to that process, if it is an engine; its containers' processes go with it."""
    if not number.isdigit() or not _is_engine(int(number)):
        return False
    root = [] if os.access(f"/proc/{number}/environ", os.R_OK) else ["sudo", "--non-interactive"]
    subprocess.run([*root, "kill", "-TERM", number], check=False, capture_output=True, timeout=_STOP_S)
    deadline = time.monotonic() + _STOP_S
    while _is_engine(int(number)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _is_engine(int(number))


def _is_engine(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return bool(process.name() == "dockerd" and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
