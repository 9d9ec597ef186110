"""The embedded registry as the client libraries of others see it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import httpx
import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.schema_registry_client import SchemaReference
from confluent_kafka.serialization import MessageField, SerializationContext

from kcontract.registry.server.embedded import EmbeddedRegistry

V1 = '{"type": "record", "name": "A", "fields": [{"name": "a", "type": "int"}]}'
V2 = '{"type":"record","name":"A","fields":[{"name":"a","type":"int"},{"name":"b","type":"string","default":"x"}]}'
VALUE = SerializationContext("things", MessageField.VALUE)


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    """A registry of the test's own."""
    with EmbeddedRegistry.start() as running:
        yield running


@pytest.fixture
def client(registry: EmbeddedRegistry) -> SchemaRegistryClient:
    """confluent-kafka's client, without its retries."""
    return SchemaRegistryClient({"url": registry.url, "max.retries": 0})


def test_avro_round_trip_with_every_default(registry: EmbeddedRegistry, client: SchemaRegistryClient) -> None:
    """Serializer and deserializer as they are configured out of the box: associations, register, get by id."""
    data = AvroSerializer(client, V1)({"a": 5}, VALUE)
    assert data == b"\x00\x00\x00\x00\x01\x0a"
    fresh = SchemaRegistryClient({"url": registry.url})
    assert AvroDeserializer(fresh, V2)(data, VALUE) == {"a": 5, "b": "x"}


def test_avro_without_registering(client: SchemaRegistryClient) -> None:
    """`auto.register.schemas` off looks the schema up; `use.latest.version` takes the latest."""
    looked_up = AvroSerializer(client, V1, conf={"auto.register.schemas": False})
    with pytest.raises(SchemaRegistryError):
        looked_up({"a": 5}, VALUE)
    client.register_schema("things-value", Schema(V1, "AVRO"))
    client.register_schema("things-value", Schema(V2, "AVRO"))
    assert looked_up({"a": 5}, VALUE) == b"\x00\x00\x00\x00\x01\x0a"
    latest = AvroSerializer(client, conf={"auto.register.schemas": False, "use.latest.version": True})
    assert latest({"a": 5, "b": ""}, VALUE) == b"\x00\x00\x00\x00\x02\x0a\x00"


def test_json_schema(client: SchemaRegistryClient) -> None:
    """A JSON Schema is registered, looked up and read back as such."""
    schema = Schema('{"title": "Thing", "type": "object", "properties": {"a": {"type": "integer"}}}', "JSON")
    assert client.register_schema("things-value", schema) == 1
    assert client.lookup_schema("things-value", schema).version == 1
    assert client.get_latest_version("things-value").schema.schema_type == "JSON"


def test_every_read_of_the_client(client: SchemaRegistryClient) -> None:
    """Each reading call of the client has its answer."""
    assert client.register_schema("b", Schema(V1, "AVRO")) == 1
    full = client.register_schema_full_response(
        "a",
        Schema(
            '{"type":"record","name":"W","fields":[{"name":"a","type":"A"}]}',
            "AVRO",
            [SchemaReference("A", "b", 1)],
        ),
    )
    assert (full.schema_id, full.version, full.subject) == (2, 1, "a")
    assert [each.subject for each in client.get_schema(2).references or ()] == ["b"]
    assert client.get_schema_by_guid(full.guid or "").schema_str == client.get_schema(2).schema_str
    assert client.get_schema_types() == ["JSON", "AVRO"]
    assert client.get_subjects_by_schema_id(1) == ["b"]
    assert [(each.subject, each.version) for each in client.get_schema_versions(1)] == [("b", 1)]
    assert client.get_subjects() == ["a", "b"]
    assert client.get_versions("a") == [1]
    assert client.get_version("a", 1).schema_id == client.get_latest_version("a").schema_id == 2
    assert client.get_referenced_by("b", 1) == [2]
    assert client.get_compatibility() == "NONE"
    client.set_compatibility("a", "FULL")
    assert client.get_compatibility("a") == "FULL"
    assert client.get_global_mode() == "READWRITE"
    assert client.get_contexts() == ["."]


@pytest.mark.parametrize(
    ("method", "path", "more", "status"),
    [
        ("POST", "/subjects/a/versions", {"content": b"x", "headers": {"Content-Type": "text/plain"}}, 415),
        ("POST", "/subjects/a/versions", {"content": b" " * 5_000_000}, 413),
        ("POST", "/subjects/a/versions", {"content": b""}, 400),
        ("HEAD", "/subjects", {}, 200),
        ("GET", "/%2e%2e/%2e%2e", {}, 404),
        ("GET", "/subjects/" + "a" * 30_000, {}, 405),
        ("OPTIONS", "/subjects", {}, 405),
    ],
)
def test_http_edges(registry: EmbeddedRegistry, method: str, path: str, more: dict[str, object], status: int) -> None:
    """What goes wrong in HTTP itself is answered with a JSON body too."""
    with httpx.Client(base_url=registry.url) as http:
        answered = http.request(method, path, **more)  # type: ignore[arg-type]
    assert answered.status_code == status
    assert method == "HEAD" or status == 200 or answered.json()["error_code"] == status


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x01\x02",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /subjects HTTP/1.1\r\n\r\n",
        b"POST /subjects/a/versions HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
        b"POST /subjects/a/versions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET ws:// HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
)
def test_hostile_bytes(registry: EmbeddedRegistry, raw: bytes) -> None:
    """Bytes that are no HTTP get no 5xx, and the registry goes on."""
    port = int(registry.url.rpartition(":")[2])
    answered = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                answered += chunk
    assert not answered.startswith(b"HTTP/1.1 5")
    with httpx.Client(base_url=registry.url) as http:
        assert http.get("/subjects").json() == []
