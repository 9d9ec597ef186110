"""The eviction against a broker that misbehaves: bounded, and an error with its reason."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kcontract.broker import plain
from kcontract.broker.eviction import evict
from kcontract.errors import BrokerError
from kcontract.protocol.coordinator import Coordinator, encode_find_coordinator_response
from kcontract.protocol.frames import encode_response
from kcontract.protocol.leave_group import LeaveGroupResponse, Leaving, encode_leave_group_response

Answers = list[bytes]


@contextmanager
def broker(answers: Callable[[int], Answers]) -> Iterator[str]:
    """Answers each request, on whatever connection, with the next of `answers(port)`, and hangs up after the last."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        left = answers(port)

        def serve() -> None:
            while left:
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(10)
                    if connection.recv(4096):
                        connection.sendall(left.pop(0))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{port}"


def coordinator(port: int, error: int = 0) -> bytes:
    found = Coordinator(error, "127.0.0.1", port, "why" if error else None, 1)
    return encode_response(1, encode_find_coordinator_response(found))


def left(*errors: int, whole: int = 0) -> bytes:
    members = tuple(Leaving("m", None, error) for error in errors)
    return encode_response(1, encode_leave_group_response(LeaveGroupResponse(whole, members)))


def test_members_that_left_already_do_not_matter() -> None:
    """Neither those that leave now nor unknown ones are an error."""
    with broker(lambda port: [coordinator(port), left(0, 25)]) as bootstrap:
        evict(bootstrap, "group", ["m", "n"])


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (lambda port: [coordinator(port, 15)], "no coordinator: error 15 why"),
        (lambda port: [coordinator(port), left(whole=16)], "error 16"),
        (lambda port: [coordinator(port), left(0, 82)], "m: error 82"),
        (lambda port: [coordinator(port), b"HTTP/1.1 400 Bad Request"], "not a Kafka server"),
        (lambda port: [coordinator(port), b"\x00\x00\x00\x02\x00\x00"], "4 bytes wanted"),
        (lambda port: [coordinator(port)[:9]], "closed the connection"),
        (lambda _: [coordinator(1)], "refused"),
    ],
)
def test_refusals_and_nonsense_are_errors(answers: Callable[[int], Answers], reason: str) -> None:
    """Each says what the broker answered."""
    with broker(answers) as bootstrap, pytest.raises(BrokerError, match=reason) as caught:
        evict(bootstrap, "group", ["m"])
    assert caught.value.code == "EVICT_FAILED"


def test_a_silent_broker_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """It times out."""
    monkeypatch.setattr(plain, "TIMEOUT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(BrokerError, match="timed out"):
        evict(f"127.0.0.1:{server.getsockname()[1]}", "group", ["m"])


@pytest.mark.parametrize("bootstrap", ["", "localhost", "host:port"])
def test_an_address_without_a_port_is_an_error(bootstrap: str) -> None:
    """It must be HOST:PORT."""
    with pytest.raises(BrokerError, match="HOST:PORT"):
        evict(bootstrap, "group", ["m"])
