"""Which broker a run uses."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kcontract.broker.choose import BOOTSTRAP_VARIABLE, choose
from kcontract.errors import EXIT_ENVIRONMENT, BrokerError, EnvironmentFailureError, UsageError
from kcontract.host.ports import free_ports


@pytest.fixture(autouse=True)
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cluster is named, nothing is in the cache and nothing can be downloaded."""
    monkeypatch.delenv(BOOTSTRAP_VARIABLE, raising=False)
    monkeypatch.setenv("KCONTRACT_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("KCONTRACT_MAVEN_REPOSITORY", f"http://127.0.0.1:{free_ports(1)[0]}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("KCONTRACT_KAFKA_IMAGE", "kcontract-test/none:1")


def test_the_named_cluster_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given servers win over the environment's, and both mean a cluster that is not ours."""
    monkeypatch.setenv(BOOTSTRAP_VARIABLE, "env:9092")
    assert choose().bootstrap == "env:9092"
    handle = choose(bootstrap="given:9092")
    assert (handle.bootstrap, handle.service_bootstrap, handle.ours) == ("given:9092", "given:9092", False)
    assert handle.is_broker
    assert handle.label == "Kafka at given:9092"
    handle.stop()


def test_nothing_to_start_is_never_a_silent_mock() -> None:
    """Without a network on the first run the error ends the run with 3 and names the ways out."""
    with pytest.raises(BrokerError) as caught:
        choose()
    assert caught.value.code == "BROKER_NONE"
    assert caught.value.exit_code == EXIT_ENVIRONMENT
    assert "--bootstrap-servers" in caught.value.fix


def test_a_local_broker_asked_for_gives_its_own_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--broker local` does not look at the environment's cluster and says itself what is missing."""
    monkeypatch.setenv(BOOTSTRAP_VARIABLE, "env:9092")
    with pytest.raises(BrokerError) as caught:
        choose("local")
    assert caught.value.code == "BROKER_JARS_UNREACHABLE"


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare installation is told what to install."""
    monkeypatch.setitem(sys.modules, "kcontract.broker.local.broker", None)
    with pytest.raises(BrokerError) as caught:
        choose()
    assert caught.value.code == "BROKER_NONE"
    assert "pip install 'kcontract[kafka]'" in caught.value.fix


def test_a_broker_in_docker_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install instead of using something else."""
    monkeypatch.setitem(sys.modules, "kcontract.broker.docker.broker", None)
    with pytest.raises(BrokerError) as caught:
        choose("docker")
    assert caught.value.code == "BROKER_EXTRA_MISSING"
    assert "docker]" in caught.value.fix


def test_a_broker_in_docker_without_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment lacks it: exit 3, and what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentFailureError) as caught:
        choose("docker")
    assert (caught.value.code, caught.value.exit_code) == ("DOCKER_MISSING", EXIT_ENVIRONMENT)


@pytest.mark.parametrize("there", [True, False])
def test_docker_comes_last_and_pulls_nothing(monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """Where no local broker can be had, one in Docker is used if its image is there already."""
    started = SimpleNamespace(label="in Docker")
    kind = SimpleNamespace(start=lambda _route: started)
    fake = SimpleNamespace(has_image=lambda: there, DockerKafka=kind)
    monkeypatch.setitem(sys.modules, "kcontract.broker.docker.broker", fake)
    if there:
        assert choose().label == "in Docker"
        return
    with pytest.raises(BrokerError) as caught:
        choose()
    assert caught.value.code == "BROKER_NONE"


@pytest.mark.parametrize(("broker", "bootstrap"), [("redpanda", None), ("local", "given:9092"), ("mock", "given:9092")])
def test_contradictions_are_usage_errors(broker: str, bootstrap: str | None) -> None:
    """An unknown broker, or two at once."""
    with pytest.raises(UsageError) as caught:
        choose(broker, bootstrap)
    assert caught.value.code == "USAGE_BROKER"


def test_a_mock_only_when_asked_for_and_labelled() -> None:
    """It answers, says that it is no broker, and goes away."""
    handle = choose("mock")
    assert handle.label == "librdkafka mock (not a broker)"
    assert not handle.is_broker
    assert handle.ours
    assert handle.bootstrap == handle.service_bootstrap
    assert handle.bootstrap.startswith("127.0.0.1:")
    handle.stop()
    handle.stop()
