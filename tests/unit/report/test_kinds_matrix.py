"""The table kinds × receivers."""

from __future__ import annotations

import io

from kcontract.model.summary import KindCount, UnitSummary
from kcontract.report.kinds_matrix import families_table, matrix, receivers
from kcontract.report.words import console_for, emit


def unit(name: str, *kinds: KindCount) -> UnitSummary:
    return UnitSummary(unit=name, topics=("orders",), seconds=1.0, kinds=kinds)


BILLING = unit(
    "billing",
    KindCount("bit_flip", "invalid", 4, (("dead-lettered", 4),)),
    KindCount("bit_flip", "either", 2, (("handled", 1), ("passed", 1))),
    KindCount("valid", "valid", 9, (("handled", 9),)),
)
AUDIT = unit("audit", KindCount("near_limit", "valid", 3, (("CRASH_LOOP", 1), ("handled", 2))))


def test_every_kind_has_expectation_and_outcome_for_each_receiver() -> None:
    """Valid records first, then the catalogue's order; who was not sent a kind has an empty cell."""
    found = {row.kind: row.cells for row in matrix((BILLING, AUDIT))}
    assert list(found) == ["valid", "bit_flip", "near_limit"]
    assert found["bit_flip"] == ("invalid: dead-lettered 4; either: handled 1, passed 1", "")
    assert found["near_limit"] == ("", "valid: CRASH_LOOP 1, handled 2")


def test_few_words_for_terminals_name_what_was_broken() -> None:
    """A line a receiver, so that many fit; one receiver's own table says it all, and senders are not in it."""
    assert receivers((BILLING, unit("api"))) == (BILLING,)
    assert list(families_table((BILLING,))) == []
    many = [unit(f"receiver-{number}", *AUDIT.kinds) for number in range(20)]
    stream = io.StringIO()
    console = console_for(stream, 80)
    for table in families_table((BILLING, AUDIT, *many)):
        emit(console, table)
    head, _rule, *lines = [line.split() for line in stream.getvalue().splitlines()]
    assert head[:3] == ["kinds", "sent", "framing"]
    assert head[-2:] == ["size", "broken"]
    assert lines[0] == ["billing", "0/13", "1/16", "0/13", "0/7", "0/4", "0/6", "0/4"]
    assert lines[1] == ["audit", "0/13", "0/16", "0/13", "0/7", "0/4", "0/6", "1/4", "1"]
    assert [line[0] for line in lines[2:]] == [f"receiver-{number}" for number in range(20)]
