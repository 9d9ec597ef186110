"""A Maven repository on the loopback interface, with faults."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kcontract.broker.local.lock import Jar, Lock


class Repository:
    """Jars by file name. `requests` counts what was asked for; `stalling` names jars that stop half way, `failing`
    those that fail once."""

    def __init__(self, url: str, content: dict[str, bytes]) -> None:
        self.url, self.content = url, content
        self.requests: Counter[str] = Counter()
        self.stalling: set[str] = set()
        self.failing: set[str] = set()
        self.stalled = threading.Event()
        self.closing = threading.Event()


def fake_lock(count: int = 4, size: int = 3000) -> tuple[Lock, dict[str, bytes]]:
    """A lock of invented jars, and their content by file name."""
    content = {f"part{n}-1.{n}.jar": bytes([n]) * size for n in range(count)}
    jars = tuple(
        Jar("org.example.parts", f"part{n}", f"1.{n}", hashlib.sha256(data).hexdigest(), len(data))
        for n, data in enumerate(content.values())
    )
    return Lock(jars, "fake"), content


@contextmanager
def serving(content: dict[str, bytes]) -> Iterator[Repository]:
    """A repository that serves `content` while the body runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    repository = Repository(f"http://127.0.0.1:{server.server_address[1]}/repository", content)
    server.repository = repository  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield repository
    finally:
        repository.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        repository: Repository = self.server.repository  # type: ignore[attr-defined]
        name = self.path.rpartition("/")[2]
        repository.requests[name] += 1
        data = repository.content.get(name)
        if data is None:
            self.send_error(404)
            return
        if name in repository.failing:
            repository.failing.remove(name)
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if name in repository.stalling:
            self.wfile.write(data[: len(data) // 2])
            repository.stalled.set()
            repository.closing.wait(60)
            return
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
