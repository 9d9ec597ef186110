"""Run folders: the last twenty, never one that goes on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.model.events import RunEnded
from kcontract.store.history import read_history
from kcontract.store.runs import KEPT, history_path, runs, start_history


def past_run(root: Path, name: str, age: int) -> None:
    """A run that ended, `age` seconds ago."""
    history = start_history(root, name)
    history.close()
    file = root / history.path
    stamp = file.stat().st_mtime - age
    os.utime(file, (stamp, stamp))


def test_a_run_is_found_by_its_name_and_as_the_newest(tmp_path: Path) -> None:
    """Its path is told relative to the project."""
    past_run(tmp_path, "old", 100)
    history = start_history(tmp_path, "new")
    history.append(RunEnded(1.0))
    history.close()
    assert history.path == ".kcontract/runs/new/history.msgpack"
    assert history_path(tmp_path) == history_path(tmp_path, "new") == tmp_path / history.path
    assert list(read_history(history_path(tmp_path))) == [RunEnded(1.0)]
    assert runs(tmp_path) == ("new", "old")


def test_only_the_last_runs_are_kept(tmp_path: Path) -> None:
    """The oldest goes when a new one comes."""
    for age in range(KEPT + 3):
        past_run(tmp_path, f"run{age}", 1_000 - age)
    start_history(tmp_path, "newest").close()
    assert runs(tmp_path) == ("newest", *(f"run{age}" for age in range(KEPT + 2, 3, -1)))
    assert len(runs(tmp_path)) == KEPT


def test_a_run_that_goes_on_is_never_removed(tmp_path: Path) -> None:
    """However old it is, until its history is closed."""
    going = start_history(tmp_path, "going")
    os.utime(tmp_path / going.path, (0, 0))
    for age in range(KEPT):
        past_run(tmp_path, f"run{age}", 1_000 - age)
    start_history(tmp_path, "one").close()
    assert "going" in runs(tmp_path)
    going.close()
    os.utime(tmp_path / going.path, (0, 0))
    start_history(tmp_path, "two").close()
    assert "going" not in runs(tmp_path)


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc", "-x", "a b", "x" * 101, ".hidden", "a\n"])
def test_a_name_that_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is made outside of the runs."""
    with pytest.raises(UsageError) as caught:
        start_history(tmp_path, name)
    assert caught.value.code == "RUN_NAME"
    assert not (tmp_path / ".kcontract").exists()


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """A second run does not write into the history of the first."""
    start_history(tmp_path, "run").close()
    with pytest.raises(UsageError) as caught:
        start_history(tmp_path, "run")
    assert caught.value.code == "RUN_EXISTS"


def test_an_unknown_run_is_an_error_with_a_hint(tmp_path: Path) -> None:
    """What there is, or what was meant."""
    with pytest.raises(UsageError, match="no run is stored"):
        history_path(tmp_path)
    past_run(tmp_path, "20260101-abc", 1)
    with pytest.raises(UsageError, match="did you mean 20260101-abc"):
        history_path(tmp_path, "20260101-abd")
    with pytest.raises(UsageError, match="stored: 20260101-abc"):
        history_path(tmp_path, "../../etc")


def test_git_sees_the_cases_only(tmp_path: Path) -> None:
    """The folder brings its own .gitignore."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    past_run(tmp_path, "run", 1)
    cases = tmp_path / ".kcontract" / "cases"
    cases.mkdir()
    (cases / "0a1b2c3d.json").write_text("{}")
    (cases / ".0a1b2c3d.json.new-1").write_text("{")
    command = ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert sorted(shown.split()) == [".kcontract/.gitignore", ".kcontract/cases/0a1b2c3d.json", "??", "??"]


def test_a_project_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file stands in the folder's place."""
    (tmp_path / ".kcontract").write_text("")
    with pytest.raises(EnvironmentFailureError) as caught:
        start_history(tmp_path, "run")
    assert caught.value.code == "STORE_UNWRITABLE"
