"""Baselines on disk: files that people write, so none is ever overwritten."""

from __future__ import annotations

from pathlib import Path

from kcontract.errors import UsageError
from kcontract.store.folder import unwritable

_LIMIT = 1 << 20


def read_baseline(path: Path) -> bytes:
    """The file's bytes. UsageError BASELINE_MISSING if it cannot be read, or is larger than a baseline may be."""
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except OSError as error:
        fix = "give another path, or make one with `kcontract judge --write-baseline FILE`"
        raise UsageError("BASELINE_MISSING", f"cannot read {path}: {error.strerror}", fix) from error
    if len(data) > _LIMIT:
        raise UsageError("BASELINE_MISSING", f"{path} is larger than 1 MiB", "give a baseline")
    return data


def check_new(path: Path) -> None:
    """UsageError BASELINE_EXISTS if there is a file, which would lose its reasons."""
    if path.exists() or path.is_symlink():
        fix = "give another path, and move what you want to keep"
        raise UsageError("BASELINE_EXISTS", f"{path} is there already and is not overwritten", fix)


def save_new(path: Path, text: str) -> None:
    """Write a new file. UsageError BASELINE_EXISTS; EnvironmentFailureError STORE_UNWRITABLE."""
    check_new(path)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise unwritable(path, error) from error
