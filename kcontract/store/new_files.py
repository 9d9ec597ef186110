"""Files that must not be there yet: all of them are written, or none."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from kcontract.errors import UsageError


def write_new(files: Mapping[Path, str]) -> None:
    """Write texts to files that do not exist, each whole or not at all, with their directories. Raises UsageError
    FILE_EXISTS or FILE_UNWRITABLE, and has then written nothing."""
    done: list[Path] = []
    try:
        for path, text in files.items():
            _write(path, text)
            done.append(path)
    except FileExistsError as error:
        _remove(done)
        raise exists([path]) from error
    except OSError as error:
        _remove(done)
        message = f"{path} cannot be written: {error.strerror or error}"
        raise UsageError("FILE_UNWRITABLE", message, "choose another directory with --out") from error


def exists(paths: list[Path]) -> UsageError:
    """What is said of files that are there already."""
    named = ", ".join(map(str, paths))
    return UsageError("FILE_EXISTS", f"{named}: there already, and not overwritten", "move it away, or choose --out")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    staging = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        staging.chmod(0o666 & ~_umask())
        os.link(staging, path)  # unlike a rename, it fails where something is
    finally:
        staging.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
