"""The engine and what comes of a record: bursts for the order of keys, redeliveries for `idempotent`."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest

from kcontract.judge.runs.history import unit_findings
from kcontract.model import events as ev
from kcontract.model.contract import Expression
from kcontract.model.record import Record
from tests.unit.engine.own import Owned
from tests.unit.engine.world import Handled, World, good, history_of, verified
from tests.unit.judge.story import OUT, changed

FEW = frozenset({"valid", "wrong_root"})


class Forgetful:
    """Acts once for each identity, as long as its process lives, or for ever; or for the last ones."""

    def __init__(self, *, remembers: bool, most: int = 10_000) -> None:
        self.remembers = remembers
        self.most = most
        self.known: dict[str, None] = {}

    def started(self, _start: int) -> bool:
        if not self.remembers:
            self.known.clear()
        return True

    def handle(self, record: Record) -> Handled:
        done = good(record)
        if isinstance(done, str) or not done or done[0][0] != OUT:
            return done
        order = json.loads(record.value or b"")["id"]
        new = order not in self.known
        self.known[order] = None
        if len(self.known) > self.most:
            del self.known[next(iter(self.known))]
        return done if new else ()


def idempotent(handle: Callable[[Record], Handled], starts: Callable[[int], bool] = lambda _: True) -> list[str]:
    """The codes and redeliveries of a service that promises to be idempotent."""
    return acting_once(World(handle, starts))


def acting_once(world: World) -> list[str]:
    """The same in any world."""
    usual = changed({"idempotent": True})
    message = msgspec.structs.replace(usual.message, identity=Expression("message.payload", "/id"))
    found = verified(world, msgspec.structs.replace(usual, message=message), kinds=FEW)
    findings = unit_findings("billing", found.stage.state, "run")
    return [f"{finding.first.code} {finding.first.seen[-1]}" for finding in findings]


def test_a_service_with_a_memory_acts_once() -> None:
    """However a record comes again, also behind a restart."""
    service = Forgetful(remembers=True)
    assert idempotent(service.handle, service.started) == []


def test_a_memory_that_is_lost_with_the_process() -> None:
    """Only the restart shows it."""
    service = Forgetful(remembers=False)
    assert idempotent(service.handle, service.started) == ["DUPLICATE_EFFECT redelivered: restart"]


def test_no_memory_at_all() -> None:
    """Every kind of redelivery is named."""
    ways = "twice in a row, after others, later, behind 500 others, restart"
    assert idempotent(good) == [f"DUPLICATE_EFFECT redelivered: {ways}"]


@pytest.mark.parametrize(("most", "codes"), [(100, ["DUPLICATE_EFFECT redelivered: behind 500 others"]), (1_000, [])])
def test_a_memory_that_forgets(most: int, codes: list[str]) -> None:
    """A poll of 500 records that is not committed comes again as a whole: so many must be remembered."""
    service = Forgetful(remembers=True, most=most)
    assert idempotent(service.handle, service.started) == codes


def test_others_are_few_where_they_take_long() -> None:
    """Who handles ten records a second is not sent hundreds of them."""
    service = Forgetful(remembers=True)
    world = World(service.handle, service.started)

    def slowly(record: Record) -> Handled:
        world.clock.t += 0.1
        return service.handle(record)

    world.handle = slowly
    assert acting_once(world) == []
    assert len(service.known) < 200


def test_a_memory_that_outlives_a_rebalance() -> None:
    """A second member had the partition, and gave it back at the commit from before the effects."""
    service = Forgetful(remembers=True)
    world = Owned(service.handle)
    assert (acting_once(world), world.visits) == ([], 1)


def test_a_memory_that_is_lost_with_the_partition() -> None:
    """Only the rebalance shows it."""
    service = Forgetful(remembers=True)
    world = Owned(service.handle)
    world.on_taken = service.known.clear
    assert acting_once(world) == ["DUPLICATE_EFFECT redelivered: rebalance"]


def test_a_rebalance_that_gives_nobody_anything() -> None:
    """Nothing was delivered again by it, so that nothing is said."""
    service = Forgetful(remembers=True)
    world = Owned(service.handle)
    world.gives, world.on_taken = frozenset(), service.known.clear
    assert acting_once(world) == []


def test_nothing_is_delivered_again_where_nobody_promised_it() -> None:
    """Without `idempotent` the same service conforms, and no record is sent twice."""
    found = verified(World(good), kinds=FEW)
    assert found.codes == []
    assert not any(isinstance(event, ev.Redelivered) for event in history_of(found.stage))


class Overtaking:
    """Holds every n-th effect back until the next record has had its own."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.number = 0
        self.held: list[tuple[str, Record]] = []

    def handle(self, record: Record) -> Handled:
        done = good(record)
        if isinstance(done, str):
            return done
        self.number += 1
        if self.number % self.every == 0:
            self.held += done
            return ()
        done, self.held = [*done, *self.held], []
        return done


@pytest.mark.parametrize(("promised", "codes"), [({"order": "key"}, {"OUT_OF_ORDER"}), ({}, set())])
def test_records_that_overtake_each_other(promised: dict[str, str], codes: set[str]) -> None:
    """It takes records of one key to see it, and the promise to blame it."""
    found = verified(World(Overtaking(7).handle), changed(promised), kinds=FEW)
    assert set(found.codes) == codes


def test_an_orderly_service() -> None:
    """Bursts of few keys are sent, every key closes each window, and nothing is wrong."""
    found = verified(World(good), changed({"order": "key"}), kinds=FEW)
    events = history_of(found.stage)
    assert found.codes == []
    assert sum(isinstance(event, ev.WindowOpened) and event.purpose == "burst" for event in events) == 4
    sent = [event.case for event in events if isinstance(event, ev.Sent)]
    keys = {case.record.key for case in sent if case.role.value == "sentinel"}
    assert len(keys) == 8
    assert {case.record.key for case in sent if case.role.value == "healthy"} <= keys
