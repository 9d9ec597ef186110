"""Functions that return events, in a process of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kcontract.harness.make_child import answer
from kcontract.harness.making import FunctionMaker
from kcontract.host.sweep import RunDirectory

MODULE = """
import datetime, decimal, uuid
from dataclasses import dataclass

@dataclass
class Made:
    id: uuid.UUID
    at: datetime.datetime
    price: decimal.Decimal

def none(): pass
def by_name(id, name="?"): return {"id": id, "name": name}
def whole(person): return [person, person]
def keyed(id): return (id, b"raw", {"trace": "t"})
def parts(id): yield {"key": None, "value": {"id": id}}
def typed(): return Made(uuid.UUID(int=1), datetime.datetime(2026, 1, 2, 3), decimal.Decimal("1.50"))
def fails(): raise ValueError("no")
def exits(): import os; os._exit(3)
"""


@pytest.fixture
def maker(tmp_path: Path) -> Iterator[FunctionMaker]:
    """Asks functions of a module in an empty project."""
    (tmp_path / "made_by.py").write_text(MODULE)
    with RunDirectory.claim() as directory:
        maker = FunctionMaker(tmp_path, directory)
        yield maker
        maker.close()


PERSON = {"id": "7", "name": "ada"}


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("none", []),
        ("by_name", [{"value": PERSON}]),
        ("whole", [{"value": PERSON}, {"value": PERSON}]),
        ("keyed", [{"bytes": "cmF3", "key": "Nw==", "headers": [["trace", "dA=="]]}]),
        ("parts", [{"value": {"id": "7"}, "key": None}]),
        (
            "typed",
            [{"value": {"id": "00000000-0000-0000-0000-000000000001", "at": "2026-01-02T03:00:00Z", "price": "1.50"}}],
        ),
    ],
)
def test_the_shapes_of_what_functions_return(
    name: str, events: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Payloads, bytes, pairs and parts, one or many; arguments by name, else the whole payload."""
    (tmp_path / "made_here.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    assert answer({"function": f"made_here:{name}", "payload": PERSON}) == {"events": events}


def test_a_function_that_fails_or_exits(maker: FunctionMaker) -> None:
    """Its error is an answer, its exit is none, and the next call is answered again."""
    failed = maker.make("made_by:fails", PERSON)
    assert (failed.status, failed.error) == (500, "ValueError: no")
    ended = maker.make("made_by:exits", PERSON)
    assert (ended.status, ended.exit_code) == (0, 3)
    assert json.loads(maker.make("made_by:by_name", PERSON).body) == [{"value": PERSON}]
