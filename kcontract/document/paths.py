"""Which project a file belongs to, and which file a path in a contract means."""

from __future__ import annotations

import posixpath
from glob import escape
from pathlib import Path

from kcontract.document import codes
from kcontract.document.mistakes import Refused, did_you_mean
from kcontract.document.tree import Tree

PROJECT_FILE = "kcontract.yaml"
_MARKERS = (PROJECT_FILE, "pyproject.toml", ".git")


def find_root(start: Path) -> Path:
    """The project root for a file or directory: the nearest ancestor with kcontract.yaml, pyproject.toml or .git, else
    the parent of `contracts/`, else the directory itself."""
    here = start.absolute()
    directory = here if here.is_dir() else here.parent
    ancestors = (directory, *directory.parents)
    for ancestor in ancestors:
        if any((ancestor / marker).exists() for marker in _MARKERS):
            return ancestor
    return next((ancestor.parent for ancestor in ancestors if ancestor.name == "contracts"), directory)


def locate(tree: Tree, path: str, origin: str) -> str:
    """The path from the root of what `path` names in the file `origin`.

    Relative to that file, else to the root; found in both places is an error, unless `./` or `../` says which. Raises
    Refused: PATH_OUTSIDE, PATH_AMBIGUOUS, PATH_MISSING.
    """
    if "\0" in path or posixpath.isabs(path):
        raise Refused(codes.PATH_OUTSIDE, f"`{path[:120]}` is not a path inside the project", "write a relative path")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
    places = tuple(dict.fromkeys((beside, posixpath.normpath(path))))
    found = [place for place in places if not _leaves(place) and tree.exists(place)]
    if len(found) > 1 and not path.startswith(("./", "../")):
        fix = f"write ./{path} for the one beside the contract, or rename one"
        raise Refused(codes.PATH_AMBIGUOUS, f"`{path}` is both {found[0]} and {found[1]}", fix)
    if not found:
        raise _nowhere(tree, path, places)
    if not tree.is_inside(found[0]):
        raise Refused(codes.PATH_OUTSIDE, f"`{path}` is a link out of the project", "copy the file into the project")
    return found[0]


def _leaves(place: str) -> bool:
    return place == ".." or place.startswith("../")


def _nowhere(tree: Tree, path: str, places: tuple[str, ...]) -> Refused:
    if _leaves(places[0]):
        return Refused(codes.PATH_OUTSIDE, f"`{path[:120]}` leaves the project", "copy the file into the project")
    inside = [place for place in places if not _leaves(place)]
    siblings = [name for place in inside for name in _siblings(tree, place)]
    near = did_you_mean(posixpath.basename(path), dict.fromkeys(siblings))
    fix = near if near.startswith("did") else "paths are relative to the contract, else to the project root"
    found = f"is neither {' nor '.join(inside)}" if len(inside) > 1 else "is not there"
    return Refused(codes.PATH_MISSING, f"`{path[:120]}` {found}", fix)


def _siblings(tree: Tree, place: str) -> list[str]:
    directory = posixpath.dirname(place)
    return [posixpath.basename(path) for path in tree.glob(posixpath.join(escape(directory), "*"))]
