"""The project root, and which file a path means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kcontract.document import paths
from kcontract.document.mistakes import Refused
from kcontract.document.paths import find_root, locate
from kcontract.document.tree import Directory
from tests.unit.document.trees import MemoryTree


@pytest.mark.parametrize("marker", ["kcontract.yaml", "pyproject.toml", ".git"])
def test_the_root_is_the_nearest_marked_ancestor(tmp_path: Path, marker: str) -> None:
    """Any of the three marks a root, the nearest one wins."""
    inner = tmp_path / "outer" / "inner"
    (inner / "contracts" / "deep").mkdir(parents=True)
    (tmp_path / "outer" / "pyproject.toml").touch()
    (inner / marker).touch()
    assert find_root(inner / "contracts" / "deep") == inner


@pytest.fixture
def _unmarked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing above the temporary directory counts as a mark."""
    monkeypatch.setattr(paths, "_MARKERS", ("no-such-mark",))


@pytest.mark.usefixtures("_unmarked")
def test_without_a_mark_the_parent_of_contracts_is_the_root(tmp_path: Path) -> None:
    """A bare folder with contracts/ in it is a project."""
    (tmp_path / "contracts" / "a").mkdir(parents=True)
    file = tmp_path / "contracts" / "a" / "x.yaml"
    file.touch()
    assert find_root(file) == tmp_path


@pytest.mark.usefixtures("_unmarked")
def test_without_anything_the_directory_is_the_root(tmp_path: Path) -> None:
    """A loose file belongs to its own directory."""
    (tmp_path / "x.yaml").touch()
    assert find_root(tmp_path / "x.yaml") == find_root(tmp_path) == tmp_path


TREE = MemoryTree({"contracts/beside.json": b"", "root.json": b"", "both.json": b"", "contracts/both.json": b""})


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("beside.json", "contracts/beside.json"),
        ("./beside.json", "contracts/beside.json"),
        ("root.json", "root.json"),
        ("./root.json", "root.json"),
        ("../root.json", "root.json"),
        ("contracts/beside.json", "contracts/beside.json"),
        ("./both.json", "contracts/both.json"),
        ("../both.json", "both.json"),
    ],
)
def test_a_path_is_relative_to_the_file_else_to_the_root(path: str, place: str) -> None:
    """`./` and `../` settle which of two files is meant."""
    assert locate(TREE, path, "contracts/c.yaml") == place


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("both.json", "PATH_AMBIGUOUS"),
        ("none.json", "PATH_MISSING"),
        ("besides.json", "PATH_MISSING"),
        ("../../root.json", "PATH_OUTSIDE"),
        ("/root.json", "PATH_OUTSIDE"),
        ("a\0b", "PATH_OUTSIDE"),
        ("**/x", "PATH_MISSING"),
    ],
)
def test_a_wrong_path_is_refused(path: str, code: str) -> None:
    """Nowhere, in two places, or outside."""
    with pytest.raises(Refused) as raised:
        locate(TREE, path, "contracts/c.yaml")
    assert raised.value.code.name == code


@pytest.mark.parametrize(
    ("origin", "what"),
    [("contracts/c.yaml", "`x.json` is neither contracts/x.json nor x.json"), ("c.yaml", "`x.json` is not there")],
)
def test_where_a_file_was_looked_for(origin: str, what: str) -> None:
    """Both places, if there are two."""
    with pytest.raises(Refused) as raised:
        locate(TREE, "x.json", origin)
    assert raised.value.message == what


def test_a_near_miss_is_named() -> None:
    """A file with a similar name is proposed."""
    with pytest.raises(Refused) as raised:
        locate(TREE, "besides.json", "contracts/c.yaml")
    assert raised.value.fix == "did you mean `beside.json`?"


def test_a_directory_reads_only_regular_files_inside(tmp_path: Path) -> None:
    """Links out or to themselves, named pipes (which would block), directories and large files are refused."""
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "secret").write_text("s")
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "loop").symlink_to(root / "loop")
    os.mkfifo(root / "pipe")
    (root / "large").write_bytes(b"x" * 11)
    (root / "fine").write_bytes(b"x" * 10)
    tree, codes = Directory(root), {}
    for name in ("link", "loop", "pipe", "folder", "none", "large", "a\0b", "../secret"):
        with pytest.raises(Refused) as raised:
            tree.read(name, 10)
        codes[name] = raised.value.code.name
    assert codes == {
        "link": "PATH_OUTSIDE", "loop": "FILE_UNREADABLE", "pipe": "FILE_UNREADABLE", "folder": "FILE_UNREADABLE",
        "none": "FILE_UNREADABLE", "large": "FILE_TOO_LARGE", "a\0b": "PATH_OUTSIDE", "../secret": "PATH_OUTSIDE",
    }  # fmt: skip
    assert tree.read("fine", 10) == b"x" * 10


@pytest.mark.parametrize("pattern", ["/etc/*", "../*", "**/secret*", "", "a\0b", "[", "**x"])
def test_globs_stay_inside(tmp_path: Path, pattern: str) -> None:
    """A glob from kcontract.yaml lists nothing outside the project, and a malformed one nothing at all."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.yaml").touch()
    (root / "secret.yaml").symlink_to(tmp_path / "secret.yaml")
    assert Directory(root).glob(pattern) == ()
