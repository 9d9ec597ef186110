"""HTTP triggers against small servers, healthy and hostile."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from kcontract.harness import trigger as trigger_module
from kcontract.harness.trigger import HttpTrigger
from kcontract.model.service import Answer, HttpRequest

Handle = Callable[[socket.socket, bytes], None]
_SECONDS = 10.0


def _whole_request(connection: socket.socket) -> bytes:
    """Head and body, which may come in pieces; empty when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(v) for k, _, v in (h.partition(b":") for h in head.split(b"\r\n")) if k == b"Content-Length"), 0)
    while len(body) < length and (more := connection.recv(65_536)):
        body += more
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def server(handle: Handle) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads a request of each connection, again and again, and leaves the answer to `handle`."""
    requests: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while data := _whole_request(connection):
                requests.append(data)
                handle(connection, data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", requests
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def trigger() -> Iterator[HttpTrigger]:
    trigger = HttpTrigger()
    yield trigger
    trigger.close()


def test_requests_begun_together(trigger: HttpTrigger) -> None:
    """The first is answered when all have come, each on a connection of its own, and the answers keep their order."""
    together = threading.Barrier(3)

    def answers(connection: socket.socket, data: bytes) -> None:
        together.wait(_SECONDS)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + data[-1:])

    with server(answers) as (url, requests):
        asked = [HttpRequest("POST", url, {}, body) for body in (b"a", b"b", b"c")]
        assert [answer.body for answer in trigger.at_once(asked, _SECONDS)] == [b"a", b"b", b"c"]
    assert all(b"connection: close" in one.lower() for one in requests)


def says(text: bytes) -> Handle:
    return lambda connection, _: connection.sendall(text)


def drip(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b"x" * 100)
        threading.Event().wait(0.01)


def test_a_request_goes_out_as_given_and_its_answer_comes_back(trigger: HttpTrigger) -> None:
    """Method, path, headers and exact body; status and exact body."""
    with server(says(b"HTTP/1.1 422 No\r\nContent-Length: 4\r\n\r\n\x00\xff{}")) as (url, requests):
        answer = trigger.request("POST", f"{url}/api/a%2Fb?x=1", {"X-Case": "7"}, b"\x00{", _SECONDS)
    assert answer == Answer(422, b"\x00\xff{}")
    assert requests[0].startswith(b"POST /api/a%2Fb?x=1 HTTP/1.1\r\n")
    assert b"x-case: 7\r\n" in requests[0].lower()
    assert requests[0].endswith(b"\r\n\r\n\x00{")


def test_redirects_are_answers(trigger: HttpTrigger) -> None:
    """They are what the service said."""
    with server(says(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")) as (url, requests):
        assert trigger.request("GET", url, {}, None, _SECONDS) == Answer(302)
        assert len(requests) == 1


def test_connections_are_kept(trigger: HttpTrigger) -> None:
    """Many requests go over one connection."""
    peers = set()

    def answer(connection: socket.socket, _: bytes) -> None:
        peers.add(connection.getpeername())
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with server(answer) as (url, _):
        assert {trigger.request("GET", url, {}, None, _SECONDS).status for _ in range(20)} == {204}
    assert len(peers) == 1


@pytest.mark.parametrize(
    ("handle", "error"),
    [
        (lambda connection, _: connection.close(), "Error"),
        (says(b"not http\r\n\r\n"), "RemoteProtocolError"),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Encoding: gzip\r\n\r\nnot gzip!"), "DecodingError"),
        (lambda *_: None, "ReadTimeout"),
        (drip, "did not end in time"),
    ],
)
def test_a_server_that_misbehaves_is_no_answer(trigger: HttpTrigger, handle: Handle, error: str) -> None:
    """Status 0 with the reason, after the time that was given and not much later."""
    before = time.monotonic()
    with server(handle) as (url, _):
        answer = trigger.request("GET", url, {}, None, 0.3)
    assert answer.status == 0
    assert error in answer.error
    assert time.monotonic() - before < 5


def test_a_closed_connection_is_told_from_a_slow_answer(trigger: HttpTrigger) -> None:
    """The one is what the service did, the other may be the machine's doing."""
    with server(lambda connection, _: connection.shutdown(socket.SHUT_RDWR)) as (url, _):
        assert trigger.request("GET", url, {}, None, _SECONDS).hung_up
    with server(lambda *_: None) as (url, _):
        assert not trigger.request("GET", url, {}, None, 0.1).hung_up
    assert not trigger.request("GET", url, {}, None, _SECONDS).hung_up  # nobody listens there any more


def test_a_body_without_end_is_no_answer(trigger: HttpTrigger, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut where it is larger than anything sensible."""
    monkeypatch.setattr(trigger_module, "MAX_BODY_BYTES", 1_000)
    with server(drip) as (url, _):
        assert "over 1000 bytes" in trigger.request("GET", url, {}, None, _SECONDS).error


@pytest.mark.parametrize(
    ("method", "url", "headers"),
    [
        ("GET", "http://127.0.0.1:1/", {}),
        ("GET", "http://127.0.0.1:99999/", {}),
        ("GET", "nonsense", {}),
        ("GET", "ftp://127.0.0.1/", {}),
        ("GET", "http://[::1", {}),
        ("GET", "", {}),
        ("G T", "{url}", {}),
        ("GET", "{url}", {"a\r\nb": "c"}),
        ("GET", "{url}", {"a": "\r\n\r\n"}),
        ("GET", "{url}", {"a": "ä\ud800"}),
        ("GET", "{url}/\x00", {}),
    ],
)
def test_what_cannot_be_asked_is_no_answer(
    trigger: HttpTrigger, method: str, url: str, headers: dict[str, str]
) -> None:
    """Whatever is wrong with a request, it does not raise."""
    with server(says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as (place, _):
        answer = trigger.request(method, url.replace("{url}", place), headers, None, _SECONDS)
    assert answer.status == 0
    assert answer.error
