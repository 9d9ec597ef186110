"""The broker of `kcontract broker up`: what the user's state directory says about it, and whether that is still so."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import platformdirs
import psutil

from kcontract.host.cache import write_file
from kcontract.host.processes import is_alive
from kcontract.model.value import Value


class Kept(Value, frozen=True):
    """A broker that outlives the command which started it. `keeper` is the process that holds it.

    `keeper_created` and `started` are seconds since the epoch.
    """

    keeper: int
    keeper_created: float
    pid: int
    label: str
    bootstrap: str
    service_bootstrap: str
    directory: str
    started: float


def state_file() -> Path:
    """Where the running broker is written down."""
    return platformdirs.user_state_path("kcontract") / "broker.json"


def running() -> Kept | None:
    """The broker that runs now; None if there is none, or if its keeper was killed."""
    try:
        kept = msgspec.json.decode(state_file().read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None
    return kept if keeper_of(kept) else None


def keeper_of(kept: Kept) -> psutil.Process | None:
    """The living keeper, never another process with its number."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(kept.keeper)
        if abs(process.create_time() - kept.keeper_created) < 1.0 and is_alive(process):
            return process
    return None


def write_down(kept: Kept) -> None:
    """Makes it known. Raises OSError."""
    write_file(state_file(), msgspec.json.encode(kept))


def forget() -> None:
    """Makes it unknown."""
    state_file().unlink(missing_ok=True)
