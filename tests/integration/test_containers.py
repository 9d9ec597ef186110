"""Services in containers, on a real Docker engine, with images made of what is installed here."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.docker.broker import IMAGE_VARIABLE, DockerKafka
from kcontract.harness.filling import ContainerLaunchers, FillingLauncher
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.docker import Docker
from kcontract.host.leftovers import RUN_LABEL, note_docker
from kcontract.host.ports import free_ports
from kcontract.host.sweep import RUN_VARIABLE, RunDirectory
from kcontract.model.cluster import TopicSpec
from kcontract.model.contract import Run
from kcontract.model.location import Location
from tests.docker.engine import ensure_docker
from tests.docker.images import build_kafka, build_services, build_web

from .verifying import ROOT, Verified, kcontract, verify

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("docker")]
CONTRACTS = "tests/docker/contracts"
SOME = ("--kinds", "json_syntax,wrong_root,empty_value", "--max-examples", "20")


@pytest.fixture(scope="module")
def docker() -> Docker:
    """An engine that answers, with the service's images."""
    try:
        ensure_docker()
    except RuntimeError as error:  # told in the runner's summary: what an engine would show is then not tested
        pytest.xfail(str(error))
    build_services()
    return Docker.find()


def containers(docker: Docker, run: Path | str) -> list[str]:
    """The containers of the run with this directory."""
    return docker.ask("ps", "--all", "--quiet", "--filter", f"label={RUN_LABEL}={run}").split()


def left_behind(docker: Docker) -> list[str]:
    """What belongs to runs that have ended; others may use the engine while a test does."""
    runs = docker.ask("ps", "--all", "--filter", f"label={RUN_LABEL}", "--format", f'{{{{.Label "{RUN_LABEL}"}}}}')
    with RunDirectory.claim() as own:
        living = [path.name.replace("-", "") for path in own.path.parent.glob("run-*")]
    networks = [name for name in docker.ask("network", "ls", "--format", "{{.Name}}").split() if "kcontractrun" in name]
    dead = [name for name in networks if not any(run.lower().replace("_", "") in name for run in living)]
    return [*(run for run in runs.splitlines() if not Path(run).exists()), *dead]


@pytest.mark.parametrize("service", ["image", "composed"])
def test_a_good_service_conforms(service: str, docker: Docker, tmp_path: Path) -> None:
    """From its image, and as two instances of a Compose service; nothing of it is left in the engine."""
    verified = verify(f"{CONTRACTS}/{service}.yaml", *SOME, report=tmp_path / "report.jsonl")
    assert (verified.exit_code, verified.findings) == (0, ()), verified.output
    assert verified.cases > 20
    assert left_behind(docker) == []


def test_a_fragile_image_is_caught(docker: Docker, tmp_path: Path) -> None:
    """It exits on a record, again after each restart, and its last words are told."""
    options = ("--kinds", "empty_value", "--max-examples", "10")
    verified = verify(f"{CONTRACTS}/image-fragile.yaml", *options, report=tmp_path / "report.jsonl")
    assert (verified.exit_code, verified.verdicts) == (1, {"CRASH_LOOP"}), verified.output
    assert "JSONDecodeError" in verified.output
    assert left_behind(docker) == []


def test_an_engine_that_is_away_blames_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docker: Docker) -> None:
    """COULD_NOT_RUN with the reason and what to do, exit 3."""
    del docker
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nobody'}")
    report = tmp_path / "report.jsonl"
    done = kcontract("verify", f"{CONTRACTS}/image.yaml", "--report", "text", "--report", f"json={report}")
    verified = Verified.read(done, report)
    assert (verified.exit_code, verified.verdicts) == (3, set())
    assert "DOCKER_UNREACHABLE" in verified.output
    assert "dockerd" in verified.output


@pytest.fixture
def started() -> Iterator[subprocess.Popen[str]]:
    """A run whose service is a container that works."""
    command = [sys.executable, "-u", "-m", "kcontract", "verify", f"{CONTRACTS}/image.yaml"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = []
        for line in process.stdout:
            told.append(line)
            if "probing" in line:
                break
        assert "probing" in told[-1], "".join(told)
        yield process
        process.kill()


def test_what_a_killed_run_left_is_swept_and_nothing_else(docker: Docker, started: subprocess.Popen[str]) -> None:
    """Its container goes at the next start; that of a run which lives stays."""
    children = psutil.Process(started.pid).children(recursive=True)
    (run,) = {path for child in children if containers(docker, path := child.environ().get(RUN_VARIABLE, "none"))}
    with RunDirectory.claim() as living:
        note_docker(living.path)
        label = f"{RUN_LABEL}={living.path}"
        other = docker.ask("create", "--label", label, "kcontract-test/orders:good")
        started.kill()
        started.wait()
        RunDirectory.claim().close()
        assert containers(docker, run) == []
        (stays,) = containers(docker, living.path)
        assert other.startswith(stays)
    assert containers(docker, living.path) == []


@pytest.mark.parametrize("env", [(), (("P", "{port}"),)], ids=["exposed by the image", "told by the contract"])
def test_a_service_in_a_container_is_reached_on_its_port(
    env: tuple[tuple[str, str], ...], docker: Docker, tmp_path: Path
) -> None:
    """Requests go to 127.0.0.1, whether the service listens where it is told or where its image says."""
    run = Run(at=Location("c.yaml"), image=build_web(), env=env)
    port = str(free_ports(1)[0])
    trigger = HttpTrigger()
    with RunDirectory.claim() as directory:
        containers_of = ContainerLaunchers(tmp_path, directory, lambda: docker)
        launcher = FillingLauncher(ServiceLauncher(tmp_path, directory), containers=containers_of)
        launcher.check(run)
        service = launcher.start("web", run, {"port": port})
        deadline = time.monotonic() + 60.0
        while (answer := trigger.request("GET", f"http://127.0.0.1:{port}/", {}, None, 1.0)).status != 200:
            assert service.poll() is None, service.output()
            assert time.monotonic() < deadline, answer
        assert service.kill().code == -9
    trigger.close()
    assert left_behind(docker) == []


@pytest.fixture(scope="module")
def kafka_image(docker: Docker) -> str:
    """An image with the contract of apache/kafka."""
    del docker
    return build_kafka()


def test_the_broker_may_be_a_container_as_well(
    kafka_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, docker: Docker
) -> None:
    """`--broker docker`: reports say so, containers reach it, and it is gone at the end."""
    monkeypatch.setenv(IMAGE_VARIABLE, kafka_image)
    options = ("--broker", "docker", "--kinds", "empty_value", "--max-examples", "10")
    verified = verify(f"{CONTRACTS}/image.yaml", *options, report=tmp_path / "report.jsonl")
    assert (verified.exit_code, verified.findings) == (0, ()), verified.output
    assert verified.summary.broker == f"Apache Kafka in Docker ({kafka_image})"
    assert left_behind(docker) == []


def test_a_broker_in_a_container_comes_back_where_it_was(
    kafka_image: str, monkeypatch: pytest.MonkeyPatch, unique: Callable[[str], str]
) -> None:
    """Paused, killed and started again: the same address and the same topics."""
    monkeypatch.setenv(IMAGE_VARIABLE, kafka_image)
    name = unique("topic")
    with DockerKafka.start() as broker:
        cluster, address = KafkaCluster(broker), broker.bootstrap
        cluster.create_topics([TopicSpec(name, 2)])
        broker.pause()
        assert broker.poll() is None
        broker.resume()
        assert broker.kill() == 137
        assert broker.poll() == 137
        broker.start_again()
        assert broker.bootstrap == address
        assert cluster.topics() == {name: 2}
        cluster.close()
