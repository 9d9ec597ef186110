"""Handlers in a process of their own, whatever they do to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kcontract.errors import UsageError
from kcontract.harness.handlers import HandlerProcess
from kcontract.host.sweep import RunDirectory
from kcontract.model.called import Handed, Handled, Returned
from kcontract.model.contract import Run
from kcontract.model.location import Location
from kcontract.model.record import Record

MODULE = """
import ctypes, os, sys
from dataclasses import dataclass
from kcontract.testing import Event, Rejected

class Bad(Exception): pass

@dataclass
class Own:
    topic: str
    value: dict
    key: bytes

def handle(record):
    value = record.value or b""
    print("a handler may print")
    if value == b"bad": raise Bad("no")
    if value == b"returned": return Rejected("no")
    if value == b"class": return Rejected
    if value == b"oops": return {}["x"]
    if value == b"system": sys.exit(4)
    if value == b"exit": os._exit(3)
    if value == b"segfault": ctypes.string_at(0)
    if value == b"hang":
        while True: pass
    if value == b"eat":
        held = []
        while True: held.append(bytearray(1 << 20))
    if value == b"huge": return bytearray(1 << 40)
    if value == b"none": return None
    if value == b"own": return Own("bills", {"c": 3}, b"o")
    if value == b"events": return [{"a": 1}, b"raw", Event("other", {"b": 2}, key="k", headers={"h": "v"})]
    return {"echo": value.decode(), "offset": record.offset}

async def later(message): return {"echo": message.value().decode()}
def payload(payload): return payload
def parts(key, value, headers): return {"key": key.decode(), "value": value.decode(), "headers": len(headers)}
def named(*, value): return {"echo": value.decode()}
def reads(record): return {"read": sys.stdin.read()}
def nothing(): return None
def two(one, other): return None
class Taken: pass
def environment(record): return {"mine": os.environ.get("MINE")}
"""


class Project:
    """A project with the module, and processes for its handlers."""

    def __init__(self, root: Path, directory: RunDirectory) -> None:
        self._root, self._directory = root, directory
        self.opened: list[HandlerProcess] = []

    def process(self, handler: str = "hands:handle", memory: int = 1 << 28, **env: str) -> HandlerProcess:
        run = Run(at=Location("c.yaml"), handler=handler, rejects=("hands:Bad",))
        self.opened.append(HandlerProcess(run, self._root, self._directory, env, memory))
        return self.opened[-1]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    (tmp_path / "hands.py").write_text(MODULE)
    with RunDirectory.claim() as directory:
        project = Project(tmp_path, directory)
        yield project
        for process in project.opened:
            process.close()


def handed(value: bytes, payload: bytes = b"") -> Handed:
    return Handed("orders", 0, 7, Record(b"k", value, (("h", b"1"),)), payload)


def call(process: HandlerProcess, *values: bytes, patience: float = 60.0) -> list[Handled]:
    return process.run([handed(value) for value in values], patience)


def made(handled: Handled) -> object:
    return json.loads(handled.returned[0].value or b"null")


def test_what_a_handler_returns_and_raises(project: Project) -> None:
    """One batch: events, refusals in three ways, an exception, and an attempt to leave."""
    process = project.process()
    assert process.open() == "record"
    answers = call(process, b"x", b"bad", b"returned", b"class", b"oops", b"system", b"huge", b"none")
    assert [one.how for one in answers] == [
        "returned", "rejected", "rejected", "rejected", "raised", "raised", "raised", "returned",
    ]  # fmt: skip
    assert made(answers[0]) == {"echo": "x", "offset": 7}
    assert answers[4].error.startswith("Traceback") and "hands.py" in answers[4].error
    assert "testing/handling" not in answers[4].error
    assert answers[7].returned == ()


def test_events_of_every_sort(project: Project) -> None:
    """JSON forms, bytes, and events that name their topic, key and headers, of ours or the project's own."""
    answer, own = call(project.process(), b"events", b"own")
    assert own.returned == (Returned(b'{"c": 3}', True, "bills", b"o"),)
    assert answer.returned == (
        Returned(b'{"a": 1}', True),
        Returned(b"raw", False),
        Returned(b'{"b": 2}', True, "other", b"k", (("h", b"v"),)),
    )


@pytest.mark.parametrize(("value", "code"), [(b"exit", 3), (b"segfault", -11)])
def test_a_process_that_ends_is_told_with_the_record_it_had(project: Project, value: bytes, code: int) -> None:
    """What came before it is answered, what comes after it is not; the next call has a new process."""
    process = project.process()
    answers = call(process, b"x", value, b"y")
    assert [one.how for one in answers] == ["returned", "exited"]
    assert answers[1].code == code
    assert ("Segmentation fault" in answers[1].error) == (value == b"segfault")
    assert [one.how for one in call(process, b"y")] == ["returned"]


def test_a_handler_that_hangs_says_where_it_stands(project: Project) -> None:
    """And is ended."""
    process = project.process()
    process.open()
    (answer,) = call(process, b"hang", patience=0.3)
    assert answer.how == "hung"
    assert "in handle" in answer.error
    assert [one.how for one in call(process, b"y")] == ["returned"]


def test_memory_is_bounded(project: Project) -> None:
    """What eats it ends the process; nothing behind it was seen."""
    process = project.process(memory=1 << 27)
    assert [one.how for one in call(process, b"x", b"eat", b"y")] == ["returned", "bloated"]
    assert [one.how for one in call(process, b"y")] == ["returned"]


def test_what_eats_memory_slowly_is_no_mere_hang(project: Project) -> None:
    """What it held when its time was over tells."""
    process = project.process(memory=1 << 24)
    process.open()
    (answer,) = call(process, b"hang", patience=0.3)
    assert answer.how == "bloated"


def test_records_larger_than_any_pipe_go_both_ways(project: Project) -> None:
    """Neither side waits for the other for good."""
    large = b"x" * 3_000_000
    answers = call(project.process(), *[large] * 4)
    assert [len(one.returned[0].value or b"") > len(large) for one in answers] == [True] * 4


def test_how_a_handler_is_called(project: Project) -> None:
    """By what it is and what its parameters are named."""
    assert made(call(project.process("hands:later"), b"x")[0]) == {"echo": "x"}
    assert made(call(project.process("hands:parts"), b"x")[0]) == {"key": "k", "value": "x", "headers": 1}
    assert made(call(project.process("hands:environment", MINE="yes"), b"x")[0]) == {"mine": "yes"}
    assert made(call(project.process("hands:named"), b"x")[0]) == {"echo": "x"}
    decoded = project.process("hands:payload")
    assert decoded.open() == "payload"
    assert made(decoded.run([handed(b"", b'{"n": 123456789012345678901234567890}')], 60.0)[0]) == {
        "n": 123456789012345678901234567890
    }


@pytest.mark.parametrize("handler", ["nowhere:handle", "hands:missing", "hands:sys.path"])
def test_a_handler_that_cannot_be_loaded(project: Project, handler: str) -> None:
    """The reason stands in the error."""
    with pytest.raises(UsageError, match=handler) as caught:
        project.process(handler).open()
    assert caught.value.code == "HANDLER_NOT_LOADED"


@pytest.mark.parametrize(("handler", "words"), [("nothing", "nothing"), ("Taken", "nothing"), ("two", "one, other")])
def test_what_cannot_take_a_record_is_no_handler(project: Project, handler: str, words: str) -> None:
    """It would fail for every record alike, and say nothing about any of them."""
    with pytest.raises(UsageError, match=f"it takes {words}: a handler takes") as caught:
        project.process(f"hands:{handler}").open()
    assert caught.value.code == "HANDLER_NOT_LOADED"


def test_standard_input_of_a_handler_is_empty(project: Project) -> None:
    """The records come that way, and are none of its business there."""
    answers = call(project.process("hands:reads"), b"x", b"y")
    assert [made(one) for one in answers] == [{"read": ""}] * 2
