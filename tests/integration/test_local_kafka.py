"""The real Apache Kafka of this machine: served, broken, swept, kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Consumer, KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from kcontract.broker.choose import choose
from kcontract.broker.local.broker import LocalKafka
from kcontract.broker.local.kept import Kept, running
from kcontract.errors import BrokerError
from kcontract.host.ports import is_listening
from kcontract.host.processes import await_gone
from kcontract.host.sweep import sweep

pytestmark = pytest.mark.kafka

Settings = dict[str, str | int | float | bool]
_OWNER = (
    "import signal\nfrom kcontract.broker.local.broker import LocalKafka\n"
    "kafka = LocalKafka.start()\nprint(kafka.pid, kafka.directory, flush=True)\nsignal.pause()"
)


def settings(kafka: LocalKafka) -> Settings:
    """Of a quiet client."""
    return {"bootstrap.servers": kafka.bootstrap, "log_level": 0}


def create(kafka: LocalKafka, topic: str) -> None:
    """Makes a topic."""
    admin = AdminClient(settings(kafka))
    for future in admin.create_topics([NewTopic(topic, 1, 1)]).values():
        future.result(30)


def send(kafka: LocalKafka, topic: str, value: bytes) -> None:
    """Produces one acknowledged record."""
    producer = Producer(settings(kafka))
    producer.produce(topic, value=value)
    assert producer.flush(30) == 0


def read(kafka: LocalKafka, topic: str, group: str, count: int) -> list[bytes | None]:
    """The first records of a topic, read by a group."""
    consumer = Consumer(settings(kafka) | {"group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    values = [message.value() for message in consumer.consume(count, 30)]
    consumer.close()
    return values


def test_it_serves_and_leaves_nothing() -> None:
    """Records go in and come out; at the end neither process nor directory nor listener is left."""
    with LocalKafka.start() as kafka:
        create(kafka, "t")
        send(kafka, "t", b"one")
        assert read(kafka, "t", "g", 1) == [b"one"]
        assert str(AdminClient(settings(kafka)).list_topics(timeout=10).cluster_id) == kafka.cluster_id
        assert (kafka.label, kafka.ours, kafka.is_broker) == ("Apache Kafka 4.1.1 (local)", True, True)
        process, port = psutil.Process(kafka.pid), int(kafka.bootstrap.partition(":")[2])
        assert kafka.directory.is_dir()
    assert not process.is_running()
    assert not kafka.directory.exists()
    assert not is_listening(port)
    kafka.stop()


def test_the_first_group_is_served_at_once() -> None:
    """`__consumer_offsets` is there already: a first group would otherwise wait 3 s for it."""
    with LocalKafka.start() as kafka:
        create(kafka, "t")
        send(kafka, "t", b"one")
        began = time.monotonic()
        assert read(kafka, "t", "first", 1) == [b"one"]
        assert time.monotonic() - began < 2.5


def test_undeclared_topics_appear() -> None:
    """Sending to a topic that nobody declared makes it, so that the judge sees what a service does."""
    errors: list[object] = []
    with LocalKafka.start() as kafka:
        producer = Producer(settings(kafka) | {"message.timeout.ms": 20_000})
        producer.produce("nobody", value=b"x", on_delivery=lambda error, _: errors.append(error))
        producer.flush(30)
        admin = AdminClient(settings(kafka))
        assert "nobody" in admin.list_topics(timeout=10).topics
    assert errors == [None]


def test_services_are_sent_where_told() -> None:
    """A client of the services' listener is sent to the advertised address; the harness's is not."""
    with LocalKafka.start(service_advertised="127.0.0.1:1") as kafka:
        assert kafka.service_bootstrap == "127.0.0.1:1"
        service = AdminClient(settings(kafka) | {"bootstrap.servers": kafka.service_listener})
        assert [f"{b.host}:{b.port}" for b in service.list_topics(timeout=10).brokers.values()] == ["127.0.0.1:1"]
        harness = AdminClient(settings(kafka))
        assert [f"{b.host}:{b.port}" for b in harness.list_topics(timeout=10).brokers.values()] == [kafka.bootstrap]


@pytest.mark.parametrize(("end", "codes"), [(LocalKafka.halt, {143}), (LocalKafka.kill, {-9})])
def test_it_comes_back_with_its_data(end: Callable[[LocalKafka], int], codes: set[int]) -> None:
    """After a clean stop and after a crash: same address, same records."""
    with LocalKafka.start() as kafka:
        create(kafka, "t")
        send(kafka, "t", b"before")
        address = kafka.bootstrap
        assert end(kafka) in codes
        assert kafka.poll() in codes
        kafka.start_again()
        assert kafka.bootstrap == address
        send(kafka, "t", b"after")
        assert read(kafka, "t", "g", 2) == [b"before", b"after"]


def test_a_paused_broker_does_not_answer() -> None:
    """Connections stay open while nothing is answered, until it is resumed."""
    with LocalKafka.start() as kafka:
        admin = AdminClient(settings(kafka))
        admin.list_topics(timeout=10)
        kafka.pause()
        with pytest.raises(KafkaException):
            admin.list_topics(timeout=0.3)
        kafka.resume()
        assert admin.list_topics(timeout=30).brokers


def test_several_run_side_by_side() -> None:
    """Two brokers have their own ports, data and cluster, and a start does not sweep the other one away."""
    with LocalKafka.start() as one, LocalKafka.start() as two:
        assert one.cluster_id != two.cluster_id
        create(one, "t")
        admin = AdminClient(settings(two))
        assert "t" not in admin.list_topics(timeout=10).topics
        assert one.poll() is None


def test_after_kill_9_the_next_sweep_removes_it() -> None:
    """A broker whose owner was killed dies with the next sweep, and its data goes."""
    with subprocess.Popen([sys.executable, "-c", _OWNER], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid, directory = owner.stdout.readline().split()
        process = psutil.Process(int(pid))
        owner.send_signal(signal.SIGKILL)
    sweep()
    assert await_gone([process], 10)
    assert not Path(directory).exists()


def test_a_java_that_cannot_run_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that calls itself Java 21 and fails: the error shows what it said, and nothing is cached of it."""
    (tmp_path / "jdk" / "bin").mkdir(parents=True)
    fake = tmp_path / "jdk" / "bin" / "java"
    fake.write_text("#!/bin/sh\necho I am no Java; exit 1\n")
    fake.chmod(0o755)
    (tmp_path / "jdk" / "release").write_text('JAVA_VERSION="21"\n')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    with pytest.raises(BrokerError, match="I am no Java") as caught:
        choose("local")
    assert caught.value.code == "BROKER_TEMPLATE"


# --- kcontract broker


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """`kcontract broker WORDS` to its end."""
    whole = [sys.executable, "-m", "kcontract", "broker", *words]
    return subprocess.run(whole, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a kept broker."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def is_gone(kept: Kept) -> bool:
    """Whether neither the broker's process nor its data is left."""
    pids = [psutil.Process(pid) for pid in (kept.pid, kept.keeper) if psutil.pid_exists(pid)]
    return await_gone(pids, 10) and not Path(kept.directory).exists()


def foreground() -> subprocess.Popen[str]:
    """`kcontract broker up --foreground` once it says that it runs."""
    whole = [sys.executable, "-u", "-m", "kcontract", "broker", "up", "--foreground"]
    up = subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert up.stdout is not None
    assert "until Ctrl-C" in up.stdout.readline()
    return up


@pytest.mark.usefixtures("state")
def test_a_kept_broker_from_up_to_down() -> None:
    """`up` twice is one broker, `env` and `status` find it, `down` removes it."""
    try:
        first, second = command("up"), command("up")
        kept = running()
        assert kept is not None
        assert (first.returncode, second.returncode) == (0, 0)
        assert "is running" in first.stdout
        assert "was running already" in second.stdout
        assert kept.bootstrap in first.stdout
        assert kept.bootstrap in second.stdout
        assert command("env").stdout == f"export KCONTRACT_BOOTSTRAP_SERVERS={kept.bootstrap}\n"
        assert f"process            {kept.pid}" in command("status").stdout
        assert is_listening(int(kept.bootstrap.partition(":")[2]))
        assert command("up", "--foreground").returncode == 3
        assert "\x1b" not in first.stdout + first.stderr + second.stdout
    finally:
        down = command("down")
    assert "stopped" in down.stdout
    assert is_gone(kept)
    assert command("status").returncode == 3


@pytest.mark.usefixtures("state")
def test_a_killed_keeper_leaves_nothing_after_down() -> None:
    """After `kill -9` of the process that keeps the broker, `status` knows, and `down` removes what is left."""
    command("up")
    kept = running()
    assert kept is not None
    os.kill(kept.keeper, signal.SIGKILL)
    assert command("status").returncode == 3
    command("down")
    assert is_gone(kept)


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_foreground_broker_ends_with_a_signal(number: signal.Signals) -> None:
    """Ctrl-C, a service manager and a closed terminal all leave nothing."""
    with foreground() as up:
        kept = running()
        assert kept is not None
        up.send_signal(number)
        assert "its data is removed" in up.communicate(timeout=60)[0]
    assert up.returncode == 0
    assert is_gone(kept)
    assert running() is None


@pytest.mark.usefixtures("state")
def test_a_foreground_broker_that_dies_is_reported() -> None:
    """When the broker itself is killed, the command ends with 3 and its log."""
    with foreground() as up:
        kept = running()
        assert kept is not None
        os.kill(kept.pid, signal.SIGKILL)
        assert "BROKER_ENDED" in up.communicate(timeout=60)[1]
    assert up.returncode == 3
    assert is_gone(kept)
