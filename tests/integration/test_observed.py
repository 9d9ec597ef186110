"""A service that runs already, on a cluster of somebody else: looked at while live records come and go."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kcontract.broker.cluster import KafkaCluster
from kcontract.model.cluster import Outgoing, TopicSpec
from kcontract.model.record import Record
from tests.shared_kafka import SharedKafka

from .verifying import Verified

pytestmark = pytest.mark.kafka

CONTRACT = """\
kcontract: 1
topic: {topic}
message:
  payload: {{type: object}}
receive:
  billing:
    run: {{group: {topic}.group}}
    onInvalid: {{deadLetter: {topic}.dlq}}
"""


class Traffic:
    """Somebody's live records, and the dead letters of the service that takes them."""

    def __init__(self, cluster: KafkaCluster, topic: str) -> None:
        self._cluster = cluster
        self._topic = topic
        self._offset = -1

    def flow(self, letter: bytes) -> None:
        """A record, and its dead letter with the value `letter`, which names where the record stands."""
        self._send(self._topic, Record(b"k", b"{"))
        origin = {"topic": self._topic, "partition": "0", "offset": str(self._offset)}
        headers = tuple((f"__connect.errors.{name}", value.encode()) for name, value in origin.items())
        self._send(f"{self._topic}.dlq", Record(b"k", letter, headers))

    def _send(self, topic: str, record: Record) -> None:
        self._cluster.send([Outgoing("1", topic, record, 0)], self._delivered)
        assert self._cluster.flush(30.0) == 0

    def _delivered(self, _case: str, _topic: str, _partition: int, offset: int, error: str) -> None:
        assert not error
        self._offset = offset


@pytest.mark.parametrize(("letter", "code"), [(b"{", 0), (b"{}", 1)], ids=["kept", "altered"])
def test_dead_letters_of_a_live_service_are_compared(
    letter: bytes, code: int, kafka: SharedKafka, cluster: KafkaCluster, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """Byte for byte with the records that they name; topics and groups of the cluster stay as they are."""
    topic = unique("live")
    own = [topic, f"{topic}.dlq"]
    cluster.create_topics([TopicSpec(name) for name in own])
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts/live.yaml").write_text(CONTRACT.format(topic=topic))
    report = tmp_path / "report.jsonl"
    command = [sys.executable, "-m", "kcontract", "verify", "--bootstrap-servers", kafka.bootstrap, "--max-time", "4"]
    command += ["--report", "text", "--report", f"json={report}"]
    traffic = Traffic(cluster, topic)
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            traffic.flow(letter)
            cluster.flush(0.05)
        out, err = process.communicate(timeout=60)
    verified = Verified.read(subprocess.CompletedProcess(command, process.returncode, out, err), report)
    assert verified.exit_code == code, verified.output
    assert verified.verdicts == ({"DEAD_LETTER_ALTERED"} if code else set())
    assert verified.cases > 3
    assert {name: count for name, count in cluster.topics().items() if topic in name} == dict.fromkeys(own, 1)
    cluster.delete_topics(own)
