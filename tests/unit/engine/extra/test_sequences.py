"""The engine and the order of records: sequences, duplicates of every receiver, runs of poison."""

from __future__ import annotations

import json
from types import SimpleNamespace

import msgspec

from kcontract.model import events as ev
from kcontract.model.case import Role
from kcontract.model.contract import Contract, Expression
from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, history_of, verified
from tests.unit.judge.story import changed, contract

FEW = frozenset({"valid", "wrong_root", "exact_duplicate", "conflicting_duplicate", "poison_run"})


def with_identity(**promised: bool) -> Contract:
    usual = changed(promised)
    message = msgspec.structs.replace(usual.message, identity=Expression("message.payload", "/id"))
    return msgspec.structs.replace(usual, message=message)


def outcomes(found: SimpleNamespace) -> dict[str, tuple[tuple[str, int], ...]]:
    """What became of each kind."""
    return {row.kind: row.outcomes for row in found.stage.state.tally.rows()}


def identity(record: Record) -> str:
    try:
        payload = json.loads(record.value or b"")
    except ValueError:
        return ""
    return str(payload.get("id", "")) if isinstance(payload, dict) else ""


class Remembering:
    """What it does with a record whose identity it has met before."""

    def __init__(self, then: Handled) -> None:
        self.then = then
        self.known: set[str] = set()

    def handle(self, record: Record) -> Handled:
        name = identity(record)
        if name and name in self.known:
            return self.then
        self.known.add(name)
        return good(record)


def test_sequences_and_poison_are_sent_and_counted() -> None:
    """A service that does each record alone conforms, as does one that leaves out what it knows."""
    for handle in (good, Remembering(()).handle):
        found = verified(World(handle), with_identity(), kinds=FEW)
        assert found.codes == []
        rows = outcomes(found)
        assert rows["exact_duplicate"] == (("handled", 4),)
        assert sum(number for _, number in rows["conflicting_duplicate"]) == 8
        assert rows["poison_run"] == (("dead-lettered", 14),)


def test_poison_comes_in_a_row() -> None:
    """Twelve of them in one partition, nothing healthy in between."""
    found = verified(World(good), contract(), kinds=frozenset({"valid", "wrong_root", "poison_run:row"}))
    kinds = [
        one.case.kind for one in history_of(found.stage) if isinstance(one, ev.Sent) and one.case.role is Role.CASE
    ]
    first = kinds.index("poison_run:row")
    assert kinds[first : first + 12] == ["poison_run:row"] * 12


def test_a_service_that_dies_of_an_identity_that_it_knows() -> None:
    """No record does it alone: the same sequences once more prove it."""
    found = verified(World(Remembering(EXIT).handle), with_identity(), kinds=FEW)
    assert set(found.codes) <= {"CRASHED", "CRASH_LOOP"}
    assert found.codes


def test_a_service_that_gives_up_on_many_errors_in_a_row() -> None:
    """The sixth poison without anything good before it ends it, each time."""

    class Counting:
        errors = 0

        def handle(self, record: Record) -> Handled:
            done = good(record)
            self.errors = self.errors + 1 if done and done[0][0] == "orders.dlq" else 0
            return EXIT if self.errors == 6 else done

    found = verified(World(Counting().handle), contract(), kinds=frozenset({"valid", "wrong_root", "poison_run:row"}))
    assert {"CRASHED", "CRASH_LOOP"} & set(found.codes)


def test_under_idempotent_another_payload_of_an_identity_counts_as_well() -> None:
    """One effect for the group, whoever wins."""
    found = verified(World(good), with_identity(idempotent=True), kinds=FEW)
    verdict = next(one for one in found.stage.state.reached if one.kind == "conflicting_duplicate")
    assert verdict.code == "DUPLICATE_EFFECT"
    quiet = verified(World(Remembering(()).handle), with_identity(idempotent=True), kinds=FEW)
    assert quiet.codes == []
