"""Finding the record that has what the service holds grow."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from kcontract.model.record import Record
from kcontract.model.service import Resources
from tests.unit.engine.world import EXIT, Handled, Process, World, good, verified
from tests.unit.judge.story import DLQ

MANY = frozenset({"wrong_root", "empty_value", "wrong_type", "missing_required", "json_syntax", "wrong_encoding"})
_START = Resources(memory=100 << 20, descriptors=20, threads=8, connections=4)


class Holding(World):
    """The service's process holds what `more` makes of what it held before, record by record."""

    def __init__(self, more: Callable[[Resources, bool], Resources]) -> None:
        super().__init__(self.work)
        self.more = more

    def start(self, *arguments: object) -> Process:
        process = super().start(*arguments)  # type: ignore[arg-type]
        process.held = _START
        return process

    def work(self, record: Record) -> Handled:
        done = good(record)
        if self.process is not None and self.process.held is not None:
            self.process.held = self.more(self.process.held, done[0][0] == DLQ)
        return done


def leaks(held: Resources, bad: bool) -> Resources:
    """A descriptor for each bad record."""
    return msgspec.structs.replace(held, descriptors=held.descriptors + bad)


def swells(held: Resources, bad: bool) -> Resources:
    """Two hundred megabytes for each bad record."""
    return msgspec.structs.replace(held, memory=held.memory + (bad << 28))


def seeps(held: Resources, bad: bool) -> Resources:
    """Four megabytes for each bad record."""
    return msgspec.structs.replace(held, memory=held.memory + (bad << 22))


def garbage(held: Resources, bad: bool) -> Resources:
    """What bad records leave behind is collected when there is enough of it."""
    return msgspec.structs.replace(held, memory=min(380 << 20, held.memory + (bad << 22)))


def pools(held: Resources, bad: bool) -> Resources:
    """A pool of threads that bad records fill up to its bound."""
    return msgspec.structs.replace(held, threads=min(40, held.threads + bad))


def fills(held: Resources, _bad: bool) -> Resources:
    """A heap that any record fills, up to its bound."""
    return msgspec.structs.replace(held, memory=min(900 << 20, held.memory + (8 << 20)))


def opens(held: Resources, bad: bool) -> Resources:
    """A hundred descriptors for each bad record."""
    return msgspec.structs.replace(held, descriptors=held.descriptors + 100 * bad)


def gushes(held: Resources, bad: bool) -> Resources:
    """Fifty megabytes for each bad record."""
    return msgspec.structs.replace(held, memory=held.memory + 50 * bad * (1 << 20))


def crests(held: Resources, bad: bool) -> Resources:
    """The same up to a bound, such as a heap's."""
    return msgspec.structs.replace(held, memory=min(700 << 20, gushes(held, bad).memory))


@pytest.mark.parametrize(("more", "cause"), [(leaks, "descriptors"), (swells, "memory"), (seeps, "memory")])
def test_what_grows_and_stays_is_found(more: Callable[[Resources, bool], Resources], cause: str) -> None:
    """One finding for all kinds that do it."""
    done = verified(Holding(more), kinds=MANY)
    assert {(one.code, one.cause) for one in done.stage.state.reached} == {("RESOURCE_BLOWUP", cause)}


@pytest.mark.parametrize("more", [pools, fills, garbage, crests])
def test_what_is_bounded_is_nobodys_fault(more: Callable[[Resources, bool], Resources]) -> None:
    """It is looked at more closely, and comes to nothing."""
    done = verified(Holding(more), kinds=MANY)
    assert done.codes == []
    assert done.receiver._player.grown


class Limited(Holding):
    """It ends where its process may have no more."""

    def __init__(self, more: Callable[[Resources, bool], Resources], what: str, most: int) -> None:
        super().__init__(more)
        self.what, self.most = what, most

    def work(self, record: Record) -> Handled:
        done = super().work(record)
        held = self.process.held if self.process is not None else None
        return EXIT if held is not None and getattr(held, self.what) > self.most else done


@pytest.mark.parametrize(
    ("more", "what", "most"),
    [(opens, "descriptors", 9_000), (opens, "descriptors", 3_000), (gushes, "memory", 1_500 << 20)],
    ids=["not enough for a round", "not enough for a trial", "memory"],
)
def test_what_takes_a_lot_of_each_is_tried_with_few(
    more: Callable[[Resources, bool], Resources], what: str, most: int
) -> None:
    """With as many records as for a small leak it would meet the limit of its process, and prove nothing."""
    done = verified(Limited(more, what, most), kinds=frozenset({"empty_value"}))
    assert {(one.code, one.cause) for one in done.stage.state.reached} == {("RESOURCE_BLOWUP", what)}


class Waiting(World):
    """For each bad record a thread waits six seconds, and ends."""

    seconds = 6.0

    def __init__(self) -> None:
        super().__init__(self.work)
        self._since: list[float] = []

    def start(self, *arguments: object) -> Process:
        process = super().start(*arguments)  # type: ignore[arg-type]
        self._since = []
        process.resources = self.held  # type: ignore[method-assign]
        return process

    def held(self) -> Resources:
        waiting = sum(self.clock.t - since < self.seconds for since in self._since)
        return msgspec.structs.replace(_START, threads=_START.threads + waiting)

    def work(self, record: Record) -> Handled:
        done = good(record)
        self._since += [self.clock.t] if done[0][0] == DLQ else []
        return done


def test_what_is_let_go_of_after_a_while_has_not_stayed() -> None:
    """It looks like a leak until one has waited."""
    done = verified(Waiting(), kinds=MANY)
    assert done.codes == []
    assert done.receiver._player.grown
    forever = Waiting()
    forever.seconds = float("inf")
    assert set(verified(forever, kinds=MANY).codes) == {"RESOURCE_BLOWUP"}


def test_a_service_that_takes_all_memory_is_ended_and_blamed() -> None:
    """Half of the machine's memory is the limit; the record that does it is found as that of a crash is."""

    def explodes(held: Resources, bad: bool) -> Resources:
        return msgspec.structs.replace(held, share=0.9 if bad else held.share)

    done = verified(Holding(explodes), kinds=frozenset({"wrong_root"}))
    assert set(done.codes) == {"RESOURCE_BLOWUP"}
