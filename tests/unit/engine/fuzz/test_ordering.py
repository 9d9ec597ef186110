"""Handlers and records that only their order or size makes difficult."""

from __future__ import annotations

import msgspec

from kcontract.model.called import Handed, Handled, Returned
from kcontract.model.contract import Contract, Expression
from tests.unit.engine.fuzz.test_calling import Fuzzed, right
from tests.unit.judge.story import OUT, contract

ORDER = frozenset({"exact_duplicate", "conflicting_duplicate", "out_of_order", "tombstone_sequence", "poison_run"})


def promised(*, idempotent: bool = False, compacted: bool = False) -> Contract:
    """Orders in, bills out; the key is the order's."""
    usual = contract()
    key = Expression("message.payload", "/id")
    message = msgspec.structs.replace(usual.message, identity=key, key_from=key, correlation_id=None)
    receive = msgspec.structs.replace(usual.receive[0], idempotent=idempotent)
    return msgspec.structs.replace(usual, message=message, receive=(receive,), compacted=compacted)


class Billing:
    """Bills each order; with `once` each identity once, whatever else comes under it."""

    def __init__(self, once: str = "identity") -> None:
        self._once, self._known = once, set[object]()

    def __call__(self, handed: Handed, before: int) -> Handled:
        value = handed.record.value
        if value is None:
            return Handled("returned")
        if right(handed, before).how == "rejected":
            return Handled("rejected", error="Bad: no")
        order = msgspec.json.decode(value)
        same = {"identity": order["id"], "bytes": value, "": object()}[self._once]
        if same in self._known:
            return Handled("returned")
        self._known.add(same)
        bill = msgspec.json.encode({"order": order["id"], "amount": order["amount"]})
        return Handled("returned", (Returned(bill, topic=OUT),))


def codes(run: Fuzzed) -> set[tuple[str, str]]:
    return {finding for finding in run.findings if finding[0] != "ACCEPTED_INVALID"}


def test_all_sequences_reach_a_careful_handler_and_earn_nothing() -> None:
    """Duplicates, conflicts, older records, deletions, poison in a row; idempotent and not."""
    for idempotent in (False, True):
        wanted = ORDER | {"valid", "near_limit"}
        run = Fuzzed(Billing(), promised=promised(idempotent=idempotent, compacted=True), kinds=wanted)
        assert {row.kind.partition(":")[0] for row in run.summary.units[0].kinds} >= wanted
        assert codes(run) == set()


def test_who_bills_twice_under_one_identity_breaks_idempotence() -> None:
    """The same bytes, and another payload: who only compares bytes is caught by the second."""
    wanted = {"kinds": ORDER, "promised": promised(idempotent=True)}
    every = Fuzzed(Billing(""), **wanted)  # type: ignore[arg-type]
    assert {code for code, _ in codes(every)} == {"DUPLICATE_EFFECT"}
    some = Fuzzed(Billing("bytes"), **wanted)  # type: ignore[arg-type]
    assert codes(some) == {("DUPLICATE_EFFECT", "conflicting_duplicate")}
    assert "another payload of its identity" in " ".join(some.summary.findings[0].first.seen)


def test_who_promises_nothing_of_repetitions_may_bill_twice() -> None:
    """Without `idempotent` no second effect is wrong."""
    assert codes(Fuzzed(Billing(""), promised=promised(), kinds=ORDER)) == set()


def test_an_exception_at_an_older_record_is_a_crash() -> None:
    """A record of 2020 behind one without a time, under one key: any refusal is right, an accident is not."""

    def careless(handed: Handed, before: int) -> Handled:
        late = (handed.record.timestamp or 0) == 1_600_000_000_000
        return Handled("raised", error="Traceback\nKeyError: 'x'\n") if late else Billing()(handed, before)

    run = Fuzzed(careless, promised=promised(), kinds=frozenset({"out_of_order"}))
    assert codes(run) == {("CRASHED", "out_of_order")}

    def refuses(handed: Handed, before: int) -> Handled:
        late = (handed.record.timestamp or 0) == 1_600_000_000_000
        return Handled("rejected", error="Stale: no") if late else Billing()(handed, before)

    assert codes(Fuzzed(refuses, promised=promised(), kinds=frozenset({"out_of_order"}))) == set()


def test_a_handler_that_chokes_on_poison_in_a_row_is_found() -> None:
    """Five refusals are survived, twelve are not; confirmed behind the same records."""
    row = [0]

    def tires(handed: Handed, before: int) -> Handled:
        row[0] = 0 if before == 0 else row[0]
        refused = right(handed, before).how == "rejected"
        row[0] = row[0] + 1 if refused else 0
        return Handled("exited", code=3) if row[0] > 8 else right(handed, before)

    run = Fuzzed(tires, kinds=frozenset({"poison_run"}))
    assert codes(run) == {("CRASHED", "poison_run")}
