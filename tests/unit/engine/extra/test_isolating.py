"""The engine finds out whose effects are that tie to no case."""

from __future__ import annotations

import json

from kcontract.model.case import Expectation
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from tests.unit.engine.world import _ORACLE, Handled, World, good, verified
from tests.unit.judge.story import DLQ, OUT, contract

FEW = frozenset({"valid", "wrong_type", "wrong_root", "empty_value", "missing_required"})
NOBODYS = (OUT, Record(None, json.dumps({"order": "0", "amount": 0}).encode()))


def skipping() -> Contract:
    """Invalid records are passed over."""
    return contract("skip")


class Clerk:
    """Passes invalid records over, but for those of which `accepts` is true: they become bills without any name."""

    def __init__(self, marker: bytes = b"", every: int = 0) -> None:
        self.marker, self.every = marker, every
        self.number = 0

    def handle(self, record: Record) -> Handled:
        self.number += 1
        beat = [NOBODYS] if self.every and self.number % self.every == 0 else []
        if _ORACLE.expect(record).expectation is Expectation.VALID:
            return [*(one for one in good(record) if not isinstance(one, str) and one[0] != DLQ), *beat]
        accepted = bool(self.marker) and self.marker in (record.value or b"")
        return [NOBODYS, *beat] if accepted else beat


def codes(clerk: Clerk) -> list[str]:
    found = verified(World(clerk.handle), skipping(), kinds=FEW)
    return sorted(set(found.codes))


def test_effects_that_all_tie() -> None:
    """Nothing is looked for."""
    assert codes(Clerk()) == []


def test_an_invalid_record_becomes_a_bill_without_a_name() -> None:
    """Nothing in the bill says whose it is; copies of the record do."""
    assert codes(Clerk(marker=b"[")) == ["ACCEPTED_INVALID"]


def test_bills_that_come_by_the_clock() -> None:
    """They are nobody's: no record is blamed for them."""
    assert codes(Clerk(every=3)) == []
