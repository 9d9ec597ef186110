"""Groups asked by a process of its own: its end is no end of ours."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kcontract.broker.aside.groups import GroupsAside
from kcontract.broker.aside.orders import Answer, Begin, Delete, Describe, SetOffsets
from kcontract.broker.aside.process import answers
from kcontract.errors import BrokerError
from kcontract.model.cluster import GroupView, Member

VIEW = GroupView("STABLE", (Member("m", "c", "h", (("orders", 0),)),))
SEEN = Answer(view=VIEW)
ANSWERS = """
import os, sys
starts = open({path!r}, "a+")
starts.write("x")
starts.seek(0)
if len(starts.read()) <= {dies}:
    sys.stdin.readline(), sys.stdin.readline()
    os.abort()
starts.close()
sys.stdin.readline()
for line in sys.stdin:
    print({answer!r}, flush=True)
"""


class Fragile(GroupsAside):
    """Its process is a script: it dies with the first order of its first `dies` starts, then answers all alike."""

    def __init__(self, path: Path, dies: int, answer: Answer = SEEN) -> None:
        super().__init__({"bootstrap.servers": "nowhere"})
        answered = msgspec.json.encode(answer).decode()
        self.script = ANSWERS.format(path=str(path), dies=dies, answer=answered)

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", self.script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert process.stdin is not None
        process.stdin.write(b"{}\n")
        return process


@pytest.fixture
def starts(tmp_path: Path) -> Path:
    """Where a script counts its starts."""
    return tmp_path / "starts"


def test_a_process_that_ends_once_is_asked_again(starts: Path) -> None:
    """Nobody notices; one process serves many questions."""
    groups = Fragile(starts, dies=1)
    assert [groups.describe("g") for _ in range(3)] == [VIEW] * 3
    groups.close()
    assert starts.read_text() == "xx"


def test_a_process_that_ends_twice_is_told() -> None:
    """How, and while it was to do what."""
    groups = Fragile(Path("/dev/null"), dies=9)
    with pytest.raises(BrokerError) as caught:
        groups.delete(["g", "f"])
    groups.close()
    assert caught.value.code == "BROKER_ADMIN_ENDED"
    assert "cannot delete group f, g" in caught.value.message
    assert "signal 6" in caught.value.message


def test_what_the_broker_refuses_is_refused_here(starts: Path) -> None:
    """With the same words as without a process between."""
    groups = Fragile(starts, 0, Answer(code="GROUP_NOT_EMPTY", message="it has members", fix="stop them"))
    with pytest.raises(BrokerError) as caught:
        groups.set_offsets("g", {("orders", 0): 3})
    groups.close()
    assert (caught.value.code, caught.value.message, caught.value.fix) == (
        "GROUP_NOT_EMPTY",
        "it has members",
        "stop them",
    )


def test_what_has_nothing_to_ask_starts_no_process(starts: Path) -> None:
    """An empty list, or nothing to set."""
    groups = Fragile(starts, 0)
    groups.delete([])
    groups.set_offsets("g", {})
    groups.close()
    assert not starts.exists()


class Told:
    """Groups that write down what they are asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def set_offsets(self, *what: object) -> None:
        self.asked.append(what)

    def delete(self, groups: tuple[str, ...]) -> None:
        raise BrokerError("BROKER_REFUSED", f"cannot delete {groups[0]}", "fix")

    def describe(self, group: str) -> GroupView:
        self.asked.append(group)
        return VIEW


def test_the_process_obeys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each order has its answer; a BrokerError is one too."""
    told = Told()
    monkeypatch.setattr("kcontract.broker.aside.process.Admin", lambda settings: settings)
    monkeypatch.setattr("kcontract.broker.aside.process.Groups", lambda _admin: told)
    orders = [Begin({"a": 1}), SetOffsets("g", (("orders", 1, 5),)), Describe("g"), Delete(("g",))]
    lines: Iterator[bytes] = iter(io.BytesIO(b"".join(msgspec.json.encode(one) + b"\n" for one in orders)))
    assert [*answers(lines)] == [
        Answer(),
        Answer(view=VIEW),
        Answer(code="BROKER_REFUSED", message="cannot delete g", fix="fix"),
    ]
    assert told.asked == [("g", {("orders", 1): 5}), "g"]
