"""RESOURCE_BLOWUP: two rounds in two processes, in which one record alone has something grow and stay."""

from __future__ import annotations

from typing import Any

import pytest

from kcontract.judge.resources import COPIES, TRIALS, grew, suspicious
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.service import Resources
from tests.unit.judge.story import Story, alone

MEGABYTE = 1 << 20
START = Resources(memory=100 * MEGABYTE, descriptors=20, threads=8, connections=4)


class Told(Story):
    """A story that tells what the service holds around windows."""

    held = START

    def sample(self, **more: int) -> None:
        grown = {name: getattr(self.held, name) + by for name, by in more.items()}
        self.held = Resources(**{**_fields(self.held), **grown})
        self.tell(ev.ResourcesSeen(self.now, self.held))

    def growth(self, of: str, copies: int = 0, value: bytes | None = None, **more: int) -> None:
        """A window with copies of a case, or healthy ones, after which the service holds `more`."""
        self.window("growth", of)
        self.sample()
        for number in range(copies):
            expectation = Expectation.INVALID if of else Expectation.VALID
            name = f"{of or 'h'}.{self._window}{number:03}"
            self.send(name, expectation, value=value)
            self.dead_letter(name) if of else self.effect(name)
        self.sample(**more)
        self.close()

    def round(self, of: str = "1", trials: int = 1, copies: int = 1, **parts: Any) -> None:
        """In a new process: healthy, `trials`, healthy. `parts`: what grows in which of them."""
        self.start()
        self.held = START
        self.growth("", copies, **parts.get("first", {}))
        for _ in range(trials):
            self.growth(of, copies, parts.get("value"), **parts.get("each", {}))
        self.growth("", copies, **parts.get("last", {}))


def _fields(one: Resources) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


MEMORY: dict[str, Any] = {"each": {"memory": 300 * MEGABYTE}}
LEAK: dict[str, Any] = {"trials": TRIALS, "copies": COPIES, "each": {"memory": 2 * COPIES * MEGABYTE}}
THREADS: dict[str, Any] = {"trials": TRIALS, "copies": COPIES, "each": {"threads": COPIES}}
FEW: dict[str, Any] = {"trials": TRIALS, "each": {"threads": 400}}


@pytest.mark.parametrize(
    ("parts", "cause"), [(MEMORY, "memory"), (LEAK, "memory"), (THREADS, "threads"), (FEW, "threads")]
)
def test_two_rounds_complete_the_verdict(parts: dict[str, Any], cause: str) -> None:
    """Memory with one record, threads with one for each of many, or with as many of each of few; told once, with the
    figures of both rounds."""
    story = Told()
    story.round(**parts)
    assert story.codes == []
    story.round(**parts)
    story.round(**parts)
    assert (story.verdict.code, story.verdict.cause) == ("RESOURCE_BLOWUP", cause)
    assert "in a new process this time" in " ".join(story.verdict.seen)


@pytest.mark.parametrize(
    "parts",
    [
        {"each": {"memory": 100 * MEGABYTE}},
        {**MEMORY, "last": {"memory": -290 * MEGABYTE}},
        {**LEAK, "each": {"memory": COPIES * MEGABYTE - 1}},
        {**LEAK, "last": {"memory": 9 * MEGABYTE}},
        {**LEAK, "last": {"memory": -200 * MEGABYTE}},
        {**LEAK, "trials": TRIALS - 1, "each": {"memory": COPIES * MEGABYTE}},
        {**MEMORY, "first": {"memory": 200 * MEGABYTE}},
        {**MEMORY, "value": b"x" * (2 * MEGABYTE)},
        {**THREADS, "each": {"threads": COPIES - 1}},
        {**THREADS, "trials": 1},
        {**THREADS, "first": {"threads": COPIES}},
        {**THREADS, "last": {"threads": -TRIALS * COPIES}},
        {**THREADS, "copies": 4, "each": {"threads": 8}},
        {**THREADS, "copies": 2 * COPIES, "each": {"threads": 2 * COPIES - 1}},
        {**FEW, "trials": TRIALS - 1},
        {**FEW, "each": {"threads": COPIES - 1}},
        {**LEAK, "trials": TRIALS - 1, "each": {"memory": 60 * MEGABYTE}},
        {**MEMORY, "trials": TRIALS, "each": {"memory": COPIES * MEGABYTE}},
    ],
    ids=[
        "some memory", "memory that is given back", "a little for each", "a leak that healthy records have as well",
        "a heap that is collected", "too few trials", "a heap that healthy records fill", "a large record",
        "fewer threads than records", "a pool that may be full soon", "a pool that healthy records fill",
        "threads that end", "few records", "less than a thread a record", "few trials", "some threads with each of few",
        "too few trials of much", "some memory with each of few",
    ],
)  # fmt: skip
def test_what_comes_close_is_no_blowup(parts: dict[str, Any]) -> None:
    """Growth that is bounded, given back, or not the record's doing."""
    story = Told()
    for _ in range(3):
        story.round(**parts)
    assert story.codes == []


@pytest.mark.parametrize("how", ["an exit", "no end", "a start", "nothing"])
def test_a_round_that_something_broke(how: str) -> None:
    """What a process holds is compared within one life of it, and in windows that settled."""
    story = Told()
    for _ in range(2):
        story.start()
        story.held = START
        story.growth("", 1)
        if how == "a start":
            story.start()
        story.window("growth", "1")
        story.sample()
        story.invalid(f"1.{story.now}")
        story.sample(memory=300 * MEGABYTE)
        if how == "an exit":
            story.exit()
        story.close("expired" if how == "no end" else "settled")
        story.growth("", 1)
    assert story.codes == (["RESOURCE_BLOWUP"] if how == "nothing" else [])


@pytest.mark.parametrize(
    ("copies", "each", "left"),
    [(COPIES, COPIES, 0), (1, COPIES, COPIES), (2 * COPIES, 2 * COPIES, 3 * COPIES)],
    ids=["all of them", "most of those of few records", "most of those of many"],
)
def test_threads_that_end_between_windows(copies: int, each: int, left: int) -> None:
    """They grew with every record, and did not stay."""
    story = Told()
    for _ in range(2):
        story.start()
        story.held = START
        story.growth("", copies)
        for _ in range(TRIALS):
            story.growth("1", copies, threads=each)
        story.held = Resources(START.memory, START.descriptors, START.threads + left, START.connections)
        story.growth("", copies)
    assert story.codes == []


def test_rounds_of_two_records_prove_nothing() -> None:
    """Each of them may have been the one that made a heap grow."""
    story = Told()
    story.round("1", **MEMORY)
    story.round("2", **MEMORY)
    assert story.codes == []


def test_a_service_that_is_ended_for_its_memory_on_a_record() -> None:
    """RESOURCE_BLOWUP stands for the crash that it leads to (ORACLE.md §5.1)."""
    story = Told()
    story.window()
    story.invalid("1")
    story.close()
    story.window("alone", "1")
    story.invalid("1.1")
    story.tell(ev.ResourcesSeen(story.now, Resources(9 << 30, 1, 1, 1, share=0.6)))
    story.exit(-9)
    story.close("exited")
    assert story.verdict.code == "RESOURCE_BLOWUP"
    assert "9,216 MiB" in " ".join(story.verdict.seen)


def test_much_memory_without_an_end_is_no_verdict() -> None:
    """What a service holds while it goes on is nobody's fault."""
    story = Told()
    story.window()
    story.invalid("1")
    story.tell(ev.ResourcesSeen(story.now, Resources(9 << 30, 1, 1, 1, share=0.6)))
    story.dead_letter("1")
    story.close()
    alone(story, "1", Expectation.INVALID, right=True)
    assert story.codes == []


def test_what_is_worth_a_closer_look() -> None:
    """Much memory, or some dozens of what is counted."""
    more = Resources(START.memory + 128 * MEGABYTE, START.descriptors + 15, START.threads + 16, START.connections)
    assert suspicious(START, more) == ("memory", "threads")
    assert grew("memory", START, more, 1)
    assert not grew("threads", START, more, COPIES)
