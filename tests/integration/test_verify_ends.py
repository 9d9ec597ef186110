"""How a run of `kcontract verify` ends when it cannot go on, or must not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from confluent_kafka.admin import AdminClient, ConfigResource  # type: ignore[attr-defined]

from kcontract.broker.cluster import KafkaCluster
from kcontract.host.sweep import RUN_VARIABLE
from kcontract.model.cluster import TopicSpec
from tests.shared_kafka import SharedKafka

from .verifying import ROOT, Verified, kcontract, verify

pytestmark = pytest.mark.kafka

CONTRACT = """\
kcontract: 1
topic: orders
message:
  key: {{type: string}}
  payload: {{type: object, required: [id], properties: {{id: {{type: string}}}}}}
  correlationId: $message.payload#/id
receive:
  billing:
    run:
      command: {command}
      env: {{BROKERS: "{{bootstrap}}", GROUP: "{{group}}"}}
      startTimeout: 5s
    onInvalid: skip
    emits: {{topic: bills, copies: [id]}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a project with one contract, whose service is the given command."""

    def make(command: str) -> Path:
        (tmp_path / "pyproject.toml").touch()
        (tmp_path / "contracts").mkdir()
        (tmp_path / "contracts/orders.yaml").write_text(CONTRACT.format(command=command))
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("[no-such-program-anywhere]", "no-such-program-anywhere"),
        ("[python, -c, 'raise SystemExit(\"no settings\")']", "no settings"),
        ("[python, -c, 'import time; time.sleep(60)']", "no member of group"),
    ],
    ids=["no such program", "exits at once", "never joins"],
)
def test_a_service_that_cannot_run_blames_nobody(
    command: str, told: str, project: Callable[[str], Path], tmp_path: Path
) -> None:
    """COULD_NOT_RUN and exit 3, with the reason and the service's last words."""
    root = project(command)
    done = kcontract("verify", "--report", "text", "--report", f"json={tmp_path / 'r.jsonl'}", cwd=root)
    verified = Verified.read(done, tmp_path / "r.jsonl")
    assert (verified.exit_code, verified.verdicts) == (3, set()), verified.output
    assert told in verified.output


def test_contracts_with_mistakes_start_nothing(project: Callable[[str], Path]) -> None:
    """Exit 2 with every mistake, before a broker is started."""
    root = project("[python]")
    (root / "contracts/orders.yaml").write_text("kcontract: 2\ntopik: orders\n")
    done = kcontract("verify", cwd=root)
    assert done.returncode == 2
    assert "topik" in done.stderr
    assert "did you mean" in done.stderr


def test_nothing_to_test_is_no_success(project: Callable[[str], Path]) -> None:
    """Exit 2 when the only contract names no service."""
    root = project("[python]")
    text = (root / "contracts/orders.yaml").read_text()
    (root / "contracts/orders.yaml").write_text(text.partition("receive:")[0])
    assert kcontract("verify", cwd=root).returncode == 2


@pytest.fixture
def running() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts kcontract in the background, and ends it for sure."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-u", "-m", "kcontract", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=30)


HEALTHY = ("contracts/patients", "--receiver", "billing")
CRASHING = ("examples/patients/broken/contracts/crash_loop.yaml", "--max-examples", "20")


@pytest.mark.parametrize(
    ("number", "moment", "what"),
    [
        (signal.SIGINT, "", HEALTHY),
        (signal.SIGTERM, "starting", HEALTHY),
        (signal.SIGINT, "probing", HEALTHY),
        (signal.SIGTERM, "sending", HEALTHY),
        (signal.SIGINT, "sending", CRASHING),
        (signal.SIGINT, "stopping", HEALTHY),
    ],
    ids=["broker", "starting", "probing", "window", "restarts", "stopping"],
)
def test_an_interrupted_run_leaves_nothing_behind(
    number: signal.Signals, moment: str, what: tuple[str, ...], running: Callable[..., subprocess.Popen[str]]
) -> None:
    """Ctrl-C at any moment: exit 130 within seconds, and neither a process nor the directory of the run is left."""
    process = running("verify", *what)
    assert process.stdout is not None
    for line in process.stdout if moment else ():
        if moment in line:
            break
    children = await_children(process)
    directories = {directory for child in children if (directory := run_directory(child))}
    os.kill(process.pid, number)
    process.communicate(timeout=10)
    assert process.returncode == 130
    _, alive = psutil.wait_procs(children, timeout=3)
    assert not alive
    assert not [child for child in psutil.process_iter() if run_directory(child) in directories]
    assert not [directory for directory in directories if Path(directory).exists()]


def await_children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """What the run has started, as soon as there is anything."""
    while process.poll() is None:
        children: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
        if children:
            return children
    raise AssertionError(process.communicate()[1])


def run_directory(process: psutil.Process) -> str:
    """Of the run that it belongs to; empty for one that belongs to none, or is gone."""
    try:
        return str(process.environ().get(RUN_VARIABLE, ""))
    except psutil.Error:
        return ""


def test_a_cluster_that_is_not_ours_keeps_what_it_has(
    kafka: SharedKafka, cluster: KafkaCluster, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """On a foreign cluster the run's topics and groups have its prefix and go with it; nothing else is touched, not
    by the tap and not by faults either."""
    topic, group = unique("patient.created"), unique("bystanders")
    cluster.create_topics([TopicSpec(topic, 1)])
    cluster.set_offsets(group, {(topic, 0): 0})
    before = bystanders(cluster, kafka, topic, group)
    verified = verify(
        "contracts/patients", "--tap", "--faults", "delivery",
        "--receiver", "ledger", "--max-examples", "30", "--bootstrap-servers", kafka.bootstrap,
        report=tmp_path / "report.jsonl",
    )  # fmt: skip
    assert (verified.exit_code, verified.verdicts) == (0, set()), verified.output
    assert bystanders(cluster, kafka, topic, group) == before
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    groups = [one.group_id for one in admin.list_consumer_groups().result().valid]
    assert not [name for name in (*cluster.topics(), *groups) if verified.summary.run in name]
    assert all(topic.startswith("kcontract.") for unit in verified.summary.units for topic in unit.topics)


def bystanders(cluster: KafkaCluster, kafka: SharedKafka, topic: str, group: str) -> tuple[object, ...]:
    """What a run must leave as it is: another's topic with settings and records, a group, the broker's settings."""
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    asked = [ConfigResource(ConfigResource.Type.TOPIC, topic), ConfigResource(ConfigResource.Type.BROKER, "1")]
    settings = [
        {name: entry.value for name, entry in future.result().items()}
        for future in admin.describe_configs(asked, request_timeout=30).values()
    ]
    places = ((topic, 0),)
    return cluster.topics()[topic], cluster.end_offsets(places), cluster.committed(group, places), settings


def test_the_mock_is_no_broker_and_says_so(tmp_path: Path) -> None:
    """It must be asked for, and every report of it says what it is."""
    done = kcontract(
        "verify", "contracts/patients", "--receiver", "ledger", "--max-examples", "20", "--broker", "mock",
        "--report", "text", "--report", f"json={tmp_path / 'r.jsonl'}",
    )  # fmt: skip
    verified = Verified.read(done, tmp_path / "r.jsonl")
    assert not verified.summary.is_broker
    assert "NOT A BROKER" in verified.output
