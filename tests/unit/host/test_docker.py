"""The Docker command: what is said without it, how containers find this machine, what a run leaves in the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from kcontract.errors import EXIT_ENVIRONMENT, EnvironmentFailureError
from kcontract.host.docker import ContainerRoute, Docker
from kcontract.host.leftovers import note_docker, remove_from_docker
from kcontract.host.sweep import RunDirectory

LOG = "asked"


@pytest.fixture
def bin_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only directory in which commands are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def a_docker(directory: Path, body: str) -> Docker:
    """A command named docker, which writes down what it is asked."""
    script = directory / "docker"
    script.write_text(f'#!/bin/sh\necho "$@" >> {directory / LOG}\n{body}\n')
    script.chmod(0o755)
    return Docker()


def asked(directory: Path) -> list[str]:
    return (directory / LOG).read_text().splitlines()


def test_without_docker_the_user_is_told_what_to_install(bin_directory: Path) -> None:
    """The environment lacks something: exit 3, no verdict."""
    assert not list(bin_directory.iterdir())
    with pytest.raises(EnvironmentFailureError) as caught:
        Docker.find()
    assert (caught.value.code, caught.value.exit_code) == ("DOCKER_MISSING", EXIT_ENVIRONMENT)
    assert "docker.io" in caught.value.fix


def test_an_engine_that_does_not_answer_is_told_with_its_reason(bin_directory: Path) -> None:
    """The last line of what the command says."""
    a_docker(bin_directory, "echo first >&2; echo 'Is the docker daemon running?' >&2; exit 1")
    with pytest.raises(EnvironmentFailureError, match="Is the docker daemon running") as caught:
        Docker.find()
    assert caught.value.code == "DOCKER_UNREACHABLE"


@pytest.mark.parametrize(
    ("config", "route"),
    [
        ('{"Subnet": "127.0.0.0/8", "Gateway": "127.0.0.9"}', ContainerRoute("127.0.0.9", "127.0.0.9")),
        ('{"Subnet": "127.0.7.0/24"}', ContainerRoute("127.0.7.1", "127.0.7.1")),
        ('{"Subnet": "192.0.2.0/24", "Gateway": "192.0.2.1"}', ContainerRoute("127.0.0.1", "host.docker.internal")),
    ],
    ids=["gateway", "engine just installed", "engine in a machine of its own"],
)
def test_containers_come_over_the_bridge_if_it_is_ours(bin_directory: Path, config: str, route: ContainerRoute) -> None:
    """Else the engine forwards a name to our loopback."""
    docker = a_docker(bin_directory, f"""echo '[{{"IPAM": {{"Config": [{config}]}}}}]'""")
    assert docker.route == route


def test_a_run_removes_what_carries_its_label(bin_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Containers of the run, and what belongs to its Compose projects; nothing else is named."""
    a_docker(bin_directory, 'case "$1 $2" in "ps "*) echo c1;; "network ls") echo n1;; esac')
    run = tmp_path_factory.mktemp("run")
    note_docker(run, "project1")
    assert remove_from_docker(run)
    told = asked(bin_directory)
    for label in (f"label=kcontract.run={run}", "label=com.docker.compose.project=project1"):
        assert f"ps --all --quiet --filter {label}" in told
    assert "rm --force --volumes c1" in told
    assert "network rm n1" in told
    assert not [line for line in told if line.startswith("volume rm")]


def test_a_run_without_docker_asks_nobody(bin_directory: Path) -> None:
    """No command is started for those who do not use it."""
    a_docker(bin_directory, "exit 0")
    assert remove_from_docker(bin_directory)
    assert not (bin_directory / LOG).exists()


def test_what_cannot_be_removed_is_left_for_the_next_sweep(bin_directory: Path) -> None:
    """The run's directory stays while the engine does not answer, and goes once it does."""
    a_docker(bin_directory, "exit 1")
    directory = RunDirectory.claim()
    note_docker(directory.path)
    directory.close()
    assert directory.path.exists()
    a_docker(bin_directory, "exit 0")
    RunDirectory.claim().close()
    assert not directory.path.exists()
