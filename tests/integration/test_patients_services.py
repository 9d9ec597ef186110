"""The patient system's own services, end to end on a real Apache Kafka with the embedded registry."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from kcontract.broker.cluster import KafkaCluster
from kcontract.host.ports import free_ports
from kcontract.model.cluster import Outgoing, TopicSpec
from kcontract.model.record import LogRecord, Record
from kcontract.ports import Reader
from kcontract.registry.choose import choose
from kcontract.registry.client import RegistryClient
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.avro.parse import parse
from tests.shared_kafka import SharedKafka

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas" / "patients"
SECONDS = 60.0
TOPICS = ("patient.created", "patient.updated", "patient.deleted", "invoice.opened", "ledger.booked")
OTHERS = ("audit.recorded", "patient.created.dlq", "patient.created.audit.dlq")
PATIENT = {
    "name": "Zoë \N{GRINNING FACE}",
    "birth_date": "0001-01-01",
    "insurance": "PRIVATE",
    "contact": {"number": "", "mobile": True},
    "diagnoses": ["", "A00"],
    "labels": {"": "\x00"},
    "deposit": "-99999999.99",
    "account_no": -(2**63),
    "weight_kg": 5e-324,
    "visits": 2**31 - 1,
    "language": "tlh",
}


class System:
    """The services, on topics that no other test has."""

    def __init__(self, kafka: SharedKafka, cluster: KafkaCluster, registry: RegistryClient) -> None:
        self.kafka, self.cluster, self.registry = kafka, cluster, registry
        self.prefix = f"{uuid.uuid4().hex[:8]}."
        cluster.create_topics([TopicSpec(self.prefix + each, 4) for each in (*TOPICS, *OTHERS)])
        self.ids = [self.register("created", f"patient_created.v{version}.avsc") for version in (1, 2)]
        self.register("updated", "patient_updated.avsc")
        self.register("deleted", "patient_deleted.avsc")

    def register(self, event: str, file: str) -> int:
        text = (SCHEMAS / file).read_text(encoding="utf-8")
        return self.registry.register(f"{self.prefix}patient.{event}-value", text, "avro").id

    @contextmanager
    def service(self, name: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
        """A running service, which must end well on SIGTERM."""
        settings = {"PATH": os.environ["PATH"], "BROKERS": self.kafka.bootstrap, "REGISTRY": self.registry.url, **env}
        command = [sys.executable, "-m", f"examples.patients.{name}"]
        with subprocess.Popen(command, env=settings, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            try:
                yield process
                assert process.poll() is None
                process.terminate()
                assert process.wait(20) in (0, -15)
            finally:
                process.kill()

    def consumer(
        self, name: str, topic: str, out: str, dead: str = ""
    ) -> AbstractContextManager[subprocess.Popen[bytes]]:
        names = {"TOPIC": self.prefix + topic, "OUT": self.prefix + out, "DLQ": self.prefix + dead}
        return self.service(name, GROUP=self.prefix + name, **names)

    def send(self, records: list[Record], topic: str = "patient.created") -> None:
        failed: list[str] = []
        outgoing = [Outgoing(str(number), self.prefix + topic, each) for number, each in enumerate(records)]
        self.cluster.send(outgoing, lambda *ack: failed.append(ack[4]) if ack[4] else None)
        assert self.cluster.flush(SECONDS) == 0
        assert failed == []


@pytest.fixture
def system(kafka: SharedKafka, cluster: KafkaCluster) -> Iterator[System]:
    """The system without a service running."""
    with choose() as registry:
        system = System(kafka, cluster, registry.client)
        yield system
        cluster.delete_topics([system.prefix + each for each in (*TOPICS, *OTHERS)])


def read(reader: Reader, count: int) -> list[LogRecord]:
    """`count` records, and no more than these."""
    found: list[LogRecord] = []
    deadline = time.monotonic() + SECONDS
    while len(found) < count and time.monotonic() < deadline:
        found += reader.poll(1.0)
    assert len(found) == count
    return found


def event(number: int) -> dict[str, Any]:
    """A datum of version 1, in raw Avro terms."""
    return {
        "event_id": str(uuid.uuid4()),
        "event_type": "patient.created",
        "occurred_at": number,
        "correlation_id": "inner",
        "patient_id": str(uuid.uuid4()),
        "name": "Ada",
        "birth_date": Branch(0, None),
        "insurance": "PRIVATE",
        "contact": Branch(0, None),
        "diagnoses": [],
        "labels": {},
        "deposit": b"\x01",
        "account_no": number,
        "weight_kg": 1.5,
        "visits": 0,
    }


def test_from_request_to_booking(system: System) -> None:
    """POST → patient.created → billing → invoice.opened → ledger → ledger.booked, every value as it was given."""
    (port,) = free_ports(1)
    reader = system.cluster.reader([system.prefix + each for each in (*TOPICS, *OTHERS)])
    with (
        system.service("patient_api", PORT=str(port), PREFIX=system.prefix),
        system.consumer("billing", "patient.created", "invoice.opened", "patient.created.dlq"),
        system.consumer("ledger", "invoice.opened", "ledger.booked"),
        system.consumer("audit", "patient.created", "audit.recorded", "patient.created.audit.dlq"),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http,
    ):
        wait_for(lambda: http.get("/health").json()["kafka"] == "connected")
        assert http.post("/api/patients", json={**PATIENT, "visits": -1}).status_code == 422
        created = http.post("/api/patients", json=PATIENT, headers={"X-Correlation-Id": "c-1"})
        assert created.status_code == 201
        patient = created.json()["id"]
        assert http.put(f"/api/patients/{patient}", json={**PATIENT, "name": "x"}).status_code == 200
        assert http.delete(f"/api/patients/{patient}").status_code == 204
        assert http.delete(f"/api/patients/{patient}").status_code == 404
        found = {each.topic.removeprefix(system.prefix): each.record for each in read(reader, 6)}
    reader.close()
    assert sorted(found) == sorted((*TOPICS, "audit.recorded"))
    assert {each.key for each in found.values()} == {patient.encode()}
    assert found["patient.created"].header("correlation_id") == b"c-1"
    invoice, booked, recorded = (json.loads(found[each].value or b"") for each in ("invoice.opened", "ledger.booked", "audit.recorded"))  # fmt: skip # noqa: E501
    assert {name: invoice[name] for name in PATIENT} == PATIENT
    assert (invoice["patient"], invoice["correlation_id"]) == (patient, "c-1")
    assert {name: booked[name] for name in booked if name != "entry_id"}.items() <= invoice.items()
    assert {name: recorded[name] for name in ("name", "account_no", "deposit", "weight_kg")}.items() <= PATIENT.items()


def test_dead_letters_and_older_writers(system: System) -> None:
    """Bad records arrive in the dead letters byte for byte, healthy neighbours have their invoice, defaults filled."""
    schema = parse((SCHEMAS / "patient_created.v1.avsc").read_text(encoding="utf-8"))
    events = [event(number) for number in range(20)]
    frame = b"\x00" + system.ids[0].to_bytes(4, "big")
    header = (("correlation_id", b"c"), ("x", None), ("x", b"\xff"))
    good = [Record(str(each["patient_id"]).encode(), frame + encode(schema, each), header) for each in events]
    value, key = good[0].value or b"", good[0].key
    spoilt = (None, b"", frame, value + b"\x00", value[:-1], b"\x00\x00\x00\x00\x63" + value[5:], value[5:], b"[]")
    bad = [Record(key, each, header) for each in spoilt]
    bad += [Record(None, value, header), Record(b"other", value, header), Record(key, value, header[1:])]
    out = system.cluster.reader([system.prefix + "invoice.opened"])
    dead = system.cluster.reader([system.prefix + "patient.created.dlq"])
    with system.consumer("billing", "patient.created", "invoice.opened", "patient.created.dlq"):
        system.send([*good[:10], *bad, *good[10:]])
        invoices = [json.loads(each.record.value or b"") for each in read(out, len(good))]
        letters = [each.record for each in read(dead, len(bad))]
    out.close()
    dead.close()
    assert {each["language"] for each in invoices} == {"de"}
    assert sorted(each["account_no"] for each in invoices) == list(range(20))
    told = [(each.key, each.value, tuple(one for one in each.headers if one[0] != "error")) for each in letters]
    sent = [(each.key, each.value, each.headers) for each in bad]
    assert sorted(told, key=repr) == sorted(sent, key=repr)


def wait_for(condition: Callable[[], bool]) -> None:
    """Until the condition holds; a refused connection is not yet."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the condition never held")
