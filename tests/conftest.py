"""Fixtures for tests on the real Apache Kafka."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

from kcontract.broker.cluster import KafkaCluster
from kcontract.model.cluster import TopicSpec
from tests.docker.engine import end_docker
from tests.shared_kafka import SharedKafka, shared_kafka

# No test may depend on how fast the machine is: a busy one took longer than Hypothesis' 200 ms for an example.
settings.register_profile("kcontract", deadline=None)
settings.load_profile("kcontract")

# Where our own tests run, broken twins must not annotate the pull request.
for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[SharedKafka]:
    """One broker for all workers of the test run: use topics and groups with names of your own."""
    base = tmp_path_factory.getbasetemp()
    with shared_kafka((base if worker_id == "master" else base.parent) / "shared-kafka") as broker:
        yield broker


@pytest.fixture(scope="session")
def cluster(kafka: SharedKafka) -> Iterator[KafkaCluster]:
    """A connection to the shared broker."""
    connection = KafkaCluster(kafka)
    yield connection
    connection.close()


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Makes names that no other test has."""
    return lambda stem: f"{stem}.{uuid.uuid4().hex[:12]}"


@pytest.fixture
def topic(cluster: KafkaCluster, unique: Callable[[str], str]) -> Iterator[str]:
    """A new topic with four partitions."""
    name = unique("topic")
    cluster.create_topics([TopicSpec(name, 4)])
    yield name
    cluster.delete_topics([name])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no Docker engine running that tests have started; the workers have ended by then."""
    if not hasattr(config, "workerinput"):
        end_docker()
