"""Stands before a schema registry, for the services' side only, and fails on demand."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

import httpx

from kcontract.host.ports import LOOPBACK, free_ports
from kcontract.model.faults import RegistryFault

SLOW_SECONDS = 3.0
_TIMEOUT = 30.0
_MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host"})
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST."""


class Gate:
    """Implements `ports.RegistryGate`. A context manager; `stop` closes it."""

    def __init__(self, upstream: str) -> None:
        """`upstream` is the registry's own address."""
        self._fault: RegistryFault | None = None
        self._upstream = upstream.rstrip("/")
        self._client = httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False)
        self._server = _Server((LOOPBACK, free_ports(1)[0]), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def set_fault(self, fault: RegistryFault) -> None:
        """See `RegistryGate.set_fault`."""
        self._fault = fault
        if fault == "reset":
            self._server.reset_connections()

    def clear_fault(self) -> None:
        self._fault = None

    @property
    def fault(self) -> RegistryFault | None:
        """The one in force."""
        return self._fault

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> httpx.Response:
        """The registry's own answer; httpx.HTTPError without one."""
        kept = {name: value for name, value in headers.items() if name.lower() not in _HOP}
        return self._client.request(method, self._upstream + path, headers=kept, content=body)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.reset_connections()
        self._client.close()

    def __enter__(self) -> Gate:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that it can reset them."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], gate: Gate) -> None:
        self.gate = gate
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def reset_connections(self) -> None:
        with self._lock:
            connections = tuple(self._open)
        for connection in connections:
            reset(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break are what this is for."""


def reset(connection: socket.socket) -> None:
    """Have the other side see a reset connection, now or when it is closed."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.shutdown(socket.SHUT_RD)


class _Handler(BaseHTTPRequestHandler):
    """One connection of a service."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    server: _Server

    @property
    def _gate(self) -> Gate:
        return self.server.gate

    def handle_one_request(self) -> None:
        if self._gate.fault == "reset":
            self._cut()
        else:
            super().handle_one_request()

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self._gate.fault
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        if fault == "reset" or self._gate.fault == "reset":
            self._cut()
        elif fault == "500":
            self._answer(500, _refusal(50001, "Error in the backend data store"))
        elif fault == "deleted" and self.command in ("GET", "HEAD"):
            self._answer(404, _refusal(40403, "Schema not found"))
        else:
            self._pass(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _relay  # noqa: N815 - so the library names them

    def _pass(self, body: bytes) -> None:
        try:
            answer = self._gate.forward(self.command, self.path, dict(self.headers), body)
        except httpx.HTTPError:
            self._cut()
            return
        self._answer(answer.status_code, answer.content, answer.headers.get("content-type", _MEDIA_TYPE))

    def _answer(self, status: int, body: bytes, media_type: str = _MEDIA_TYPE) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _cut(self) -> None:
        reset(self.connection)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""


def _refusal(code: int, message: str) -> bytes:
    return json.dumps({"error_code": code, "message": message}).encode()
