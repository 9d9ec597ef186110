"""Probes are asked from outside: pages, commands and functions, and whatever they do is an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kcontract.harness.probing import ServiceProber
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.sweep import RunDirectory
from kcontract.model.contract import Probe, Run
from kcontract.model.location import Location
from kcontract.model.service import Question, Sight

AT = Location(file="orders.yaml")
RUN = Run(at=AT, command=("true",), env=(("GREETING", "hello"),))
FUNCTIONS = """
import os

def seen(order):
    print("prints are no answers")
    assert order["paid"] != 3, "three is too much"
    return order["paid"] == 1

def exits(order):
    os._exit(3)
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = self.path.encode() if self.path != "/large" else b"x" * 100_000
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def prober(tmp_path: Path) -> Iterator[ServiceProber]:
    """Asks the probes of a project."""
    (tmp_path / "checks.py").write_text(FUNCTIONS)
    trigger = HttpTrigger()
    with RunDirectory.claim() as directory:
        made = ServiceProber(tmp_path, directory, trigger, {"PATH": "/usr/bin:/bin", "TOKEN": "top-secret"})
        yield made
        made.close()
    trigger.close()


@pytest.fixture
def port() -> Iterator[str]:
    """Of a server that says which path it was asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield str(server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


def ask(prober: ServiceProber, probe: Probe, *names: str, port: str = "1") -> list[Sight]:
    questions = [Question(values={"port": port}, expressions={"$message.key": name}) for name in names]
    return list(prober.ask(RUN, probe, questions))


def test_pages_answer_in_the_order_of_the_questions(prober: ServiceProber, port: str) -> None:
    """Several are asked at once."""
    names = [f"a{number}" for number in range(40)]
    probe = Probe(at=AT, http="http://127.0.0.1:{port}/{$message.key}")
    assert [said.body.decode() for said in ask(prober, probe, *names, port=port)] == [f"/{name}" for name in names]
    (none,) = ask(prober, probe, "none", port=port)
    assert none.status == 404


def test_a_page_that_is_no_view_of_one_record(prober: ServiceProber, port: str) -> None:
    """Too much to be read is no answer, and nobody is blamed for it."""
    (said,) = ask(prober, Probe(at=AT, http="http://127.0.0.1:{port}/{$message.key}"), "large", port=port)
    assert (said.status, "100,000 bytes" in said.error) == (0, True)


def test_a_page_that_nobody_serves(prober: ServiceProber) -> None:
    """The error says so, without what came of the caller's environment."""
    (said,) = ask(prober, Probe(at=AT, http="http://127.0.0.1:{port}/${TOKEN}/{$message.key}"), "a")
    assert (said.status, bool(said.error), "top-secret" in said.error) == (0, True, False)


def test_a_command_runs_as_the_service_does(prober: ServiceProber) -> None:
    """Its output and exit code are the answer."""
    probe = Probe(at=AT, command=("sh", "-c", 'echo "$GREETING $0"; exit 2', "{$message.key}"))
    assert ask(prober, probe, "a", "b") == [Sight(body=f"hello {name}\n".encode(), exit_code=2) for name in "ab"]


def test_what_functions_say(prober: ServiceProber) -> None:
    """Yes, no, an AssertionError that says what is wrong, and a failure that says nothing of the record."""
    questions = [Question(values={}, payload=payload) for payload in ({"paid": 1}, {"paid": 2}, {"paid": 3}, {})]
    said = prober.ask(RUN, Probe(at=AT, function="checks:seen"), questions)
    assert [(one.holds, one.error) for one in said] == [
        (True, ""),
        (False, ""),
        (False, "AssertionError: three is too much"),
        (None, "KeyError: 'paid'"),
    ]


def test_a_function_that_ends_its_process(prober: ServiceProber) -> None:
    """It is not asked for the others; the next probe starts another process."""
    questions = [Question(values={}, payload={"paid": 1})] * 3
    lost = prober.ask(RUN, Probe(at=AT, function="checks:exits"), questions)
    assert [(one.holds, "ended its process" in one.error) for one in lost] == [(None, True)] * 3
    assert [one.holds for one in prober.ask(RUN, Probe(at=AT, function="checks:seen"), questions)] == [True] * 3
