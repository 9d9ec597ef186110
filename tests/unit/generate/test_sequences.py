"""Sequences: records that only what came before them makes difficult."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from kcontract.generate.sequences import GROUPS
from kcontract.generate.source import CaseSource
from kcontract.model.case import CASE_HEADER, Case, Expectation, Role
from kcontract.model.contract import Contract, OnInvalid, Variant
from tests.unit.generate.contracts import AT, Book, avro_contract, json_contract, receiver, source, text

VALID, EITHER = Expectation.VALID, Expectation.EITHER


def sequences(made: tuple[Contract, Book], kind: str, **receive: Any) -> list[Case]:
    return list(source(made, receiver(**receive), kinds=frozenset({kind})).sequences())


def why_not(made: tuple[Contract, Book], kind: str, **changes: Any) -> str:
    return dict(source(made, msgspec.structs.replace(receiver(), **changes)).not_applicable).get(kind, "")


def identity(case: Case) -> bytes:
    """What stands behind the frame: RICH begins with the event's id."""
    return (case.record.value or b"")[6:42]


def pairs(cases: Sequence[Case]) -> list[tuple[Case, Case]]:
    return list(zip(cases[::2], cases[1::2], strict=True))


def test_duplicates_are_the_same_bytes_under_another_name() -> None:
    """Marker, key and value; what comes of both is the first one's."""
    found = pairs(sequences(avro_contract(), "exact_duplicate"))
    assert len(found) == GROUPS
    for first, second in found:
        assert (second.role, second.record, second.root) == (Role.REPEAT, first.record, first.id)
        assert first.expectation is VALID
    assert len({identity(first) for first, _ in found}) == GROUPS


def test_conflicting_duplicates_share_identity_and_key_and_nothing_else() -> None:
    """Either may win, so both are open; tokens that both carry name neither."""
    for first, second in pairs(sequences(avro_contract(), "conflicting_duplicate")):
        assert identity(first) == identity(second)
        assert first.record.key == second.record.key
        assert first.record.value != second.record.value
        assert {first.expectation, second.expectation} == {EITHER}
        assert not set(first.tokens) & set(second.tokens)
        assert first.record.header("correlation_id") != second.record.header("correlation_id")


def test_under_idempotent_conflicting_duplicates_are_one_group() -> None:
    """The second carries the first one's marker: one effect is promised of both."""
    for first, second in pairs(sequences(avro_contract(), "conflicting_duplicate", idempotent=True)):
        assert (first.expectation, first.role, second.role) == (VALID, Role.CASE, Role.REPEAT)
        assert first.record.header(CASE_HEADER) == second.record.header(CASE_HEADER)
        assert identity(first) == identity(second)
        assert first.record.value != second.record.value


def test_stale_records_come_behind_later_ones_of_their_key() -> None:
    """Events of their own, of one key, the second years older."""
    for first, second in pairs(sequences(avro_contract(), "out_of_order")):
        assert first.record.key == second.record.key
        assert identity(first) != identity(second)
        assert second.record.timestamp is not None
        assert second.expectation is EITHER


def test_deletions_twice_of_nothing_and_before_an_update() -> None:
    """On compacted topics only."""
    contract, book = avro_contract()
    made = msgspec.structs.replace(contract, compacted=True), book
    found = sequences(made, "tombstone_sequence")
    values = [case.record.value is None for case in found]
    assert values == [True, True, True, False] * GROUPS
    assert found[0].record.key == found[1].record.key == found[3].record.key != found[2].record.key
    assert {case.expectation for case in found} == {EITHER}
    assert why_not(avro_contract(), "tombstone_sequence") == "the topic is not compacted"


def event(name: str) -> dict[str, Any]:
    """The schema of an event type, which its own property tells from the others."""
    uuid = {"type": "string", "format": "uuid"}
    properties = {"event_id": uuid, "patient_id": {"type": "string", "pattern": "^P-[0-9]{8}$"}, name: {"const": 1}}
    return {"type": "object", "required": [*properties], "properties": properties}


def test_events_behind_the_first_type_come_without_it() -> None:
    """`message.oneOf` names what comes first."""
    contract, _ = json_contract()
    names = ("opened", "closed")
    variants = tuple(Variant(name, text(event(name))) for name in names)
    message = msgspec.structs.replace(contract.message, payload=None, one_of=variants)
    found = sequences((msgspec.structs.replace(contract, message=message), ()), "missing_predecessor")
    assert found
    assert all(b'"closed"' in (case.record.value or b"") and case.note.startswith("closed") for case in found)
    assert "one event type" in why_not(json_contract(), "missing_predecessor")


@pytest.mark.parametrize("kind", ["exact_duplicate", "conflicting_duplicate", "out_of_order", "missing_predecessor"])
def test_a_service_that_may_stop_gets_none(kind: str) -> None:
    """It may end at any of these, and each end would cost a start."""
    assert "stop" in why_not(avro_contract(), kind, on_invalid=OnInvalid(AT, "stop"))


def test_kinds_that_are_not_wanted_are_not_sent() -> None:
    """`--kinds` and `exclude` hold for sequences as for everything else."""
    made: CaseSource = source(avro_contract(), kinds=frozenset({"bit_flip"}))
    assert not list(made.sequences())
