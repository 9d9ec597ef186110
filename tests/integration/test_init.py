"""`kcontract init --from-topic` on a real broker and registry."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from kcontract.broker.cluster import KafkaCluster
from kcontract.model.cluster import Outgoing
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredReference
from kcontract.registry.client import RegistryClient
from kcontract.registry.server.embedded import EmbeddedRegistry
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.parse import parse
from kcontract.schema.wire import join
from tests.unit.cli.command import kcontract

pytestmark = pytest.mark.kafka
_FIELDS = [{"name": "event_id", "type": "string"}, {"name": "order_id", "type": "string"}]
_V1 = json.dumps({"type": "record", "name": "shop.Order", "fields": _FIELDS})
_ADDRESS = '{"type": "record", "name": "shop.Address", "fields": [{"name": "street", "type": "string"}]}'
_ADDED = [{"name": "n", "type": "int", "default": 1}, {"name": "to", "type": "Address", "default": {"street": ""}}]
_V2 = json.dumps({"type": "record", "name": "shop.Order", "fields": [*_FIELDS, *_ADDED]})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working directory."""
    (tmp_path / "kcontract.yaml").write_text("kcontract: 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _send(cluster: KafkaCluster, topic: str, records: list[Record]) -> None:
    failed: list[object] = []
    cluster.send([Outgoing("", topic, record) for record in records], lambda *said: failed.append(said))
    assert cluster.flush(30) == 0


def test_a_topic_of_avro_with_two_versions(
    cluster: KafkaCluster, topic: str, project: Path, unique: Callable[[str], str]
) -> None:
    """Wire, key, header, versions, what these refer to, and partitions are those of the records, and lint finds nothing
    wrong."""
    subject, other = unique("subject"), unique("address")
    with EmbeddedRegistry.start() as registry, RegistryClient(registry.url) as client:
        address = client.register(other, _ADDRESS, "avro")
        links = [RegisteredReference("shop.Address", other, address.version)]
        older, newer = client.register(subject, _V1, "avro"), client.register(subject, _V2, "avro", links)
        records = []
        for number in range(12):
            order, entry = str(uuid.uuid4()), newer if number % 2 else older
            added = {"n": number, "to": {"street": "Am Markt"}} if entry is newer else {}
            datum = {"event_id": f"e{number}", "order_id": order, **added}
            body = join(entry.id, encode(parse(entry.text, {"shop.Address": _ADDRESS}), datum))
            records.append(Record(order.encode(), body, (("correlation_id", b"c%d" % number),)))
        _send(cluster, topic, [*records, Record(None, b"\xff\xff")])
        ended = kcontract(
            "init", "--from-topic", topic, "--bootstrap-servers", cluster.bootstrap, "--registry", registry.url
        )
    assert ended.code == 0, ended.err
    text = (project / f"contracts/{topic}.yaml").read_text()
    for line in (
        "partitions: 4",
        "  wire: confluent",
        "  key: {type: string, format: uuid}",
        "  keyFrom: $message.payload#/order_id",
        "  correlationId: $message.header#/correlation_id",
        "  identity: $message.payload#/event_id",
        f"  payload: schemas/{topic}.v2.avsc",
        f"    - {{name: shop.Address, subject: {other}, file: schemas/shop.Address.avsc}}",
        f"  versions: [schemas/{topic}.v1.avsc, schemas/{topic}.v2.avsc]",
        "  # records that are not like the others, and were left out: 1",
    ):
        assert f"\n{line}\n" in text, text
    assert kcontract("lint").out == "1 file: nothing wrong\n"


def test_a_topic_of_plain_json(cluster: KafkaCluster, topic: str, project: Path) -> None:
    """A schema is inferred, and the topic can be verified against it; a second time nothing is overwritten."""
    documents = [{"id": str(uuid.uuid4()), "total": number / 2, "note": None} for number in range(6)]
    _send(cluster, topic, [Record(one["id"].encode(), json.dumps(one).encode()) for one in documents])  # type: ignore[union-attr]
    args = ("init", "--from-topic", topic, "--bootstrap-servers", cluster.bootstrap)
    ended = kcontract(*args)
    assert ended.code == 0, ended.err
    schema = json.loads((project / f"schemas/{topic}.json").read_text())
    assert schema["required"] == ["id", "total", "note"]
    assert schema["properties"]["id"] == {"type": "string", "format": "uuid"}
    assert "\n  key: {type: string, format: uuid}\n" in (project / f"contracts/{topic}.yaml").read_text()
    assert kcontract("lint").out == "1 file: nothing wrong\n"
    again = kcontract(*args)
    assert again.code == 2
    assert "[FILE_EXISTS]" in again.err


def test_an_empty_topic_and_one_that_is_not_there(cluster: KafkaCluster, topic: str, project: Path) -> None:
    """Each has its code, and nothing is written."""
    for name, code, exit_code in ((topic, "INIT_NO_RECORDS", 2), (f"{topic}.no", "TOPIC_UNKNOWN", 3)):
        ended = kcontract("init", "--from-topic", name, "--bootstrap-servers", cluster.bootstrap)
        assert (ended.code, f"[{code}]" in ended.err) == (exit_code, True), ended.err
    assert not (project / "contracts").exists()
