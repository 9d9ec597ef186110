"""The folder `.kcontract` of a project: only its cases are for version control."""

from __future__ import annotations

from pathlib import Path

from kcontract.errors import EnvironmentFailureError
from kcontract.host.cache import write_file

FOLDER = ".kcontract"
_IGNORE = "*\n!.gitignore\n!cases/\n!cases/*.json\n"


def folder(root: Path) -> Path:
    """`.kcontract` below the project root, made with its `.gitignore` if it is not there. STORE_UNWRITABLE."""
    place = root / FOLDER
    try:
        place.mkdir(exist_ok=True)
        if not (place / ".gitignore").exists():
            write_file(place / ".gitignore", _IGNORE.encode())
    except OSError as error:
        raise unwritable(place, error) from error
    return place


def unwritable(place: Path, error: OSError) -> EnvironmentFailureError:
    return EnvironmentFailureError("STORE_UNWRITABLE", f"cannot write {place}: {error}", "make it writable")


def folder_in_repository(root: Path) -> str:
    """The path of a project from the root of its git repository; empty if it is the root, or if there is none."""
    for ancestor in (root, *root.parents):
        if (ancestor / ".git").exists():
            folder = root.relative_to(ancestor).as_posix()
            return "" if folder == "." else folder
    return ""
