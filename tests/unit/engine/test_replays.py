"""Sending stored cases again."""

from __future__ import annotations

import msgspec

from kcontract.engine.replays import REPLAYED, replayed
from kcontract.model.case import CASE_HEADER, Expectation
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.stored import STORED_FORMAT, StoredCase
from tests.unit.engine.world import World, good, verified
from tests.unit.judge.story import AT


def schema(number: int, text: str = "{}") -> RegisteredSchema:
    return RegisteredSchema(number, "orders-value", 1, "avro", text)


def stored(value: bytes | None, schemas: tuple[RegisteredSchema, ...] = ()) -> StoredCase:
    return StoredCase(
        format=STORED_FORMAT,
        finding="0",
        unit="billing",
        contract="c.yaml",
        topic="orders",
        kind="bit_flip",
        expectation=Expectation.INVALID,
        verdict="CRASHED",
        record=Record(b"k", value, ((CASE_HEADER, b"old/7"), ("trace", b"t"))),
        created="",
        version="",
        schemas=schemas,
        tokens=(b"k",),
    )


def test_a_replayed_case_carries_the_new_run_s_marker() -> None:
    """Else its effects would tie to nothing; everything else is as it was."""
    case = replayed(stored(b"value"), (), "new")
    assert case.record == Record(b"k", b"value", ((CASE_HEADER, f"new/{REPLAYED}".encode()), ("trace", b"t")))
    assert case.tokens == (b"k",)


def test_the_same_schema_under_another_id() -> None:
    """The id on the wire follows the registry; an id that named nothing stays as it was."""
    value = b"\x00\x00\x00\x00\x03body"
    assert replayed(stored(value, (schema(3),)), (schema(9),), "n").record.value == b"\x00\x00\x00\x00\x09body"
    assert replayed(stored(value), (schema(9),), "n").record.value == value
    assert replayed(stored(None, (schema(3),)), (schema(9),), "n").record.value is None


def test_stored_cases_of_the_same_file_are_sent_among_the_others() -> None:
    """With fresh identity; what another file's finding, another unit or a request has stored is left alone."""
    mine = msgspec.structs.replace(stored(b'{"id": "mine"}'), contract=AT.file, tokens=(), kind="missing_required")
    others = (
        msgspec.structs.replace(mine, contract="other.yaml", record=Record(b"k", b'{"id": "file"}')),
        msgspec.structs.replace(mine, unit="other", record=Record(b"k", b'{"id": "unit"}')),
    )
    world = World(good)
    run = verified(world, stored=(mine, *others), kinds=frozenset({"missing_required"}))
    sent = [record.value for record in world.log]
    assert sent.count(b'{"id": "mine"}') == 1
    assert not {b'{"id": "file"}', b'{"id": "unit"}'} & set(sent)
    assert not run.codes


def test_stored_cases_of_other_kinds_stay_where_they_are() -> None:
    """`--kinds` means them, too."""
    mine = msgspec.structs.replace(stored(b'{"id": "mine"}'), contract=AT.file, tokens=(), kind="missing_required")
    world = World(good)
    verified(world, stored=(mine,), kinds=frozenset({"empty_value"}))
    assert b'{"id": "mine"}' not in [record.value for record in world.log]
