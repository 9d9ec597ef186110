"""Functions of `generators`, in a process of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kcontract.errors import UsageError
from kcontract.harness.giving import FunctionGiver
from kcontract.host.sweep import RunDirectory

MODULE = """
import datetime, random, uuid
from hypothesis import strategies as st

calls = 0

def counted():
    global calls
    calls += 1
    return calls

def drawn_by_random(): return random.randrange(10**9)
def strategy(): return st.integers(0, 10**9)
def few(): return st.sampled_from(["a", "b"])
def day(): return datetime.date(2026, 1, 2)
def fails(): raise LookupError("no patients")
def exits(): import os; os._exit(3)
"""
Make = Callable[[int], FunctionGiver]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes givers of a seed, for a module in an empty project."""
    (tmp_path / "known.py").write_text(MODULE)
    made: list[FunctionGiver] = []
    with RunDirectory.claim() as directory:

        def giver(seed: int) -> FunctionGiver:
            made.append(FunctionGiver(tmp_path, directory, seed))
            return made[-1]

        yield giver
        for one in made:
            one.close()


def test_values_come_one_by_one(make: Make) -> None:
    """Each call's own value, in its JSON form; a strategy is drawn from, however few values it has."""
    giver = make(0)
    assert [giver.give("known:counted") for _ in range(5)] == [1, 2, 3, 4, 5]
    assert giver.give("known:day") == "2026-01-02"
    assert {giver.give("known:few") for _ in range(12)} == {"a", "b"}


@pytest.mark.parametrize("name", ["known:strategy", "known:drawn_by_random"])
def test_a_seed_gives_the_same_values(make: Make, name: str) -> None:
    """And another seed others."""
    one, same, other = ([giver.give(name) for _ in range(8)] for giver in (make(1), make(1), make(2)))
    assert one == same != other


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("known:nothing", "has no attribute"),
        ("nowhere:some", "No module named"),
        ("known:fails", "LookupError: no patients"),
        ("known:exits", "its process ended"),
    ],
)
def test_a_failure_is_told(make: Make, name: str, words: str) -> None:
    """With the function's name; the next question is answered all the same."""
    giver = make(0)
    with pytest.raises(UsageError, match=words) as raised:
        giver.give(name)
    assert raised.value.code == "GENERATE_FUNCTION"
    assert name in raised.value.message
    assert giver.give("known:counted") == 1
