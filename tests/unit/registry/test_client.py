"""The registry client against the embedded server, and against servers that are none."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from kcontract.errors import RegistryError, UsageError
from kcontract.registry.choose import choose
from kcontract.registry.client import RegistryClient
from kcontract.registry.server.embedded import EmbeddedRegistry

RECORD = '{"type": "record", "name": "A", "fields": [{"name": "a", "type": "int"}]}'


@pytest.fixture
def registry() -> Iterator[EmbeddedRegistry]:
    """A registry of the test's own."""
    with EmbeddedRegistry.start() as running:
        yield running


@pytest.fixture
def client(registry: EmbeddedRegistry) -> Iterator[RegistryClient]:
    """A client of that registry."""
    with RegistryClient(registry.url) as connected:
        yield connected


class Odd(BaseHTTPRequestHandler):
    """A server that answers every GET with what the class says."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.send_header("X-Authorization", self.headers.get("Authorization", ""))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def odd_answer(status: int, body: bytes) -> RegistryError:
    """What the client makes of one answer."""
    server = HTTPServer(("127.0.0.1", 0), type("This", (Odd,), {"status": status, "body": body}))
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        with RegistryClient(f"http://127.0.0.1:{server.server_port}") as client, pytest.raises(RegistryError) as raised:
            client.version("a")
        return raised.value
    finally:
        thread.join()
        server.server_close()


def test_register_and_read_back(registry: EmbeddedRegistry, client: RegistryClient) -> None:
    """What is registered is found by id, by version and in the list, and again without a new version."""
    added = client.register("a/b-value", RECORD, "avro")
    assert (added.id, added.subject, added.version, added.kind, added.text) == (1, "a/b-value", 1, "avro", RECORD)
    assert added.guid is not None
    assert client.register("a/b-value", RECORD, "avro") == added
    assert client.by_id(1) == client.version("a/b-value") == client.version("a/b-value", 1) == added
    assert client.versions("a/b-value") == (1,)
    assert client.all() == registry.schemas() == (added,)


def test_same_schema_under_two_subjects(client: RegistryClient) -> None:
    """The id is the schema's, the version the subject's."""
    client.register("a", '{"type": "string"}', "json")
    first, second = client.register("a", RECORD, "avro"), client.register("b", RECORD, "avro")
    assert (first.id, first.version, second.id, second.version) == (2, 2, 2, 1)


def test_set_compatibility(client: RegistryClient) -> None:
    """A level is taken, another word is refused."""
    client.set_compatibility("a", "FULL")
    with pytest.raises(RegistryError) as raised:
        client.set_compatibility("a", "SOMEWHAT")
    assert raised.value.status == 42203


@pytest.mark.parametrize(
    ("call", "code", "status"),
    [
        (lambda client: client.by_id(9), "REGISTRY_NOT_FOUND", 40403),
        (lambda client: client.versions("none"), "REGISTRY_NOT_FOUND", 40401),
        (lambda client: client.register("a", "{", "avro"), "REGISTRY_INVALID_SCHEMA", 42201),
        (lambda client: client.register("a", "", "protobuf"), "REGISTRY_INVALID_SCHEMA", 42201),
    ],
)
def test_refusals(client: RegistryClient, call: object, code: str, status: int) -> None:
    """A refusal carries the registry's error code."""
    with pytest.raises(RegistryError) as raised:
        call(client)  # type: ignore[operator]
    assert (raised.value.code, raised.value.status) == (code, status)


@pytest.mark.parametrize(
    ("status", "body", "code", "number"),
    [
        (200, b"<html>", "REGISTRY_BAD_ANSWER", 0),
        (200, b"[]", "REGISTRY_BAD_ANSWER", 0),
        (200, b'{"id": "x", "subject": "a", "version": 1, "schema": "1"}', "REGISTRY_BAD_ANSWER", 0),
        (200, b'{"id": 1, "subject": "a", "version": 1, "schemaType": "XML", "schema": "1"}', "REGISTRY_BAD_ANSWER", 0),
        (500, b"oops", "REGISTRY_REFUSED", 500),
        (401, b"", "REGISTRY_UNAUTHORIZED", 401),
        (404, b'{"error_code": "x"}', "REGISTRY_NOT_FOUND", 404),
        (409, b'{"error_code": 40901, "message": "incompatible"}', "REGISTRY_INCOMPATIBLE", 40901),
    ],
)
def test_odd_answers(status: int, body: bytes, code: str, number: int) -> None:
    """Whatever a server answers becomes an error with a code."""
    error = odd_answer(status, body)
    assert (error.code, error.status) == (code, number)


def test_nobody_there() -> None:
    """No server is an error with status 0 that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with RegistryClient(f"http://127.0.0.1:{port}") as client, pytest.raises(RegistryError) as raised:
        client.subjects()
    assert (raised.value.code, raised.value.status) == ("REGISTRY_UNREACHABLE", 0)
    assert raised.value.fix


def test_choose_starts_one() -> None:
    """Without an address there is a registry of our own, gone after `stop`."""
    with choose() as chosen:
        assert chosen.embedded is not None
        assert chosen.label == "embedded registry"
        added = chosen.register("a", RECORD, "avro")
        chosen.set_compatibility("a", "NONE")
        assert chosen.schemas() == chosen.client.all() == (added,)
    with RegistryClient(chosen.url) as client, pytest.raises(RegistryError):
        client.subjects()


def test_choose_takes_the_one_it_is_given(registry: EmbeddedRegistry) -> None:
    """With an address nothing is started, and nothing stopped."""
    with choose(registry.url) as chosen:
        assert (chosen.embedded, chosen.url, chosen.label) == (None, registry.url, f"registry at {registry.url}")
        assert chosen.schemas() == ()
    with RegistryClient(registry.url) as client:
        assert client.subjects() == ()


def test_choose_refuses_what_is_no_address() -> None:
    """An address without a scheme is a usage error."""
    with pytest.raises(UsageError):
        choose("localhost:8081")


def test_port_taken(registry: EmbeddedRegistry) -> None:
    """A port that is in use is an error, not a second listener."""
    with pytest.raises(RegistryError) as raised:
        EmbeddedRegistry.start(int(registry.url.rpartition(":")[2]))
    assert raised.value.code == "REGISTRY_PORT_TAKEN"


def test_stop_twice() -> None:
    """Stopping what is stopped does nothing."""
    registry = EmbeddedRegistry.start()
    registry.stop()
    registry.stop()
