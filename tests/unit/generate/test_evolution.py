"""Writers ahead of their readers: next versions that are derived, and records written with them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kcontract.generate.local_book import local_book
from kcontract.generate.next_versions import EVOLUTION, next_versions, own_entries
from kcontract.generate.source import CaseSource
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import Contract, Level
from kcontract.schema.avro.parse import parse
from kcontract.schema.json.validate import JsonSchema
from tests.unit.generate.contracts import DOCUMENT, avro_contract, json_contract, receiver, text

OPEN = {**DOCUMENT, "additionalProperties": True}
VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER


def under(level: Level | None, made: Contract | None = None) -> Contract:
    """The rich Avro contract, or another, under a compatibility level."""
    contract = made or avro_contract()[0]
    return msgspec.structs.replace(contract, registry=msgspec.structs.replace(contract.registry, compatibility=level))


def open_json() -> Contract:
    """A framed JSON contract that allows further properties."""
    contract, _ = json_contract(wire="confluent")
    return msgspec.structs.replace(contract, message=msgspec.structs.replace(contract.message, payload=text(OPEN)))


def cases(contract: Contract, *kinds: str, **receive: Any) -> list[Case]:
    """The cases of these kinds, with everything registered that a run registers."""
    source = CaseSource(
        contract, receiver(**receive), local_book(contract), seed=1, run="r", kinds=frozenset(kinds or EVOLUTION)
    )
    return list(source.malformed())


def expected(contract: Contract, *kinds: str, **receive: Any) -> set[Expectation]:
    return {case.expectation for case in cases(contract, *kinds, **receive)}


def test_every_derived_version_is_a_schema_and_shows_its_difference() -> None:
    """Avro and JSON alike: parsed by the real parsers, and each different from the contract's own."""
    for contract in (under("FULL"), open_json()):
        (own,) = own_entries(contract, local_book(contract))
        found = next_versions(contract, own)
        assert len({version.kind for version in found}) == len(found) >= 4
        for version in found:
            read = parse(version.text) if version.schema is not None else JsonSchema(version.text)
            assert read is not None
            assert json.loads(version.text) != json.loads(own.text)


def test_the_latest_version_reads_everything() -> None:
    """A service that takes the latest version for its reader must not fail on the contract's own records."""
    contract = under("FULL")
    own = next(own_entries(contract, local_book(contract)))
    assert next_versions(contract, own)[-1].kind == "newer_writer:optional"


@pytest.mark.parametrize(
    ("level", "newer", "turned"),
    [
        ("FORWARD", VALID, VALID), ("FULL_TRANSITIVE", VALID, VALID), ("BACKWARD", EITHER, VALID),
        ("NONE", EITHER, EITHER), (None, EITHER, EITHER),
    ],
)  # fmt: skip
def test_the_level_says_who_must_read_whom(level: Level | None, newer: Expectation, turned: Expectation) -> None:
    """A field more is for readers under FORWARD; another order of fields for all but NONE."""
    contract = under(level)
    assert expected(contract, "newer_writer") == {newer}
    assert expected(contract, "reordered_fields:inserted") == {newer}
    assert expected(contract, "reordered_fields:reversed") == {turned}


def test_what_no_reader_can_know_is_open_unless_one_is_declared() -> None:
    """Consumers without a reader's schema take it; with one it cannot be read."""
    contract = under("BACKWARD")
    kinds = ("new_symbol_or_branch", "incompatible_writer:type")
    reader = contract.message.payload
    for kind in kinds:
        assert expected(contract, kind) == {EITHER}
        assert expected(contract, kind, reader=reader) == {INVALID}
    assert expected(under("FORWARD"), "new_symbol_or_branch:symbol") == {INVALID}
    assert expected(contract, "incompatible_writer:missing_field") == {INVALID}


def test_an_enum_with_a_default_takes_new_symbols() -> None:
    """What the default is for: under FORWARD that record is valid, and means the default."""
    contract = under("FORWARD")
    document = json.loads(contract.message.payload.text) if contract.message.payload else {}
    fields = [_defaulted(field) for field in document["fields"]]
    payload = text({**document, "fields": fields}, "avro")
    message = msgspec.structs.replace(contract.message, payload=payload)
    made = msgspec.structs.replace(
        contract, message=message, registry=msgspec.structs.replace(contract.registry, versions=())
    )
    assert expected(made, "new_symbol_or_branch:symbol") == {VALID}


def _defaulted(field: dict[str, Any]) -> dict[str, Any]:
    if field["name"] != "kind":
        return field
    return {**field, "type": {**field["type"], "default": "A"}}


def test_json_of_a_newer_writer_is_open_and_without_a_required_property_invalid() -> None:
    """The writer's own schema allows it, the contract's does not; under FULL a property more is promised."""
    contract = under("FULL", open_json())
    assert expected(contract, "newer_writer") == {VALID}
    assert expected(contract, "new_symbol_or_branch") == {EITHER}
    assert expected(contract, "incompatible_writer:type") == {EITHER}
    assert expected(contract, "incompatible_writer:missing_field", "renamed") == {INVALID}


def expected_kinds(contract: Contract) -> dict[str, str]:
    source = CaseSource(contract, receiver(), local_book(contract), seed=1, run="r")
    return {code: why for code, why in source.not_applicable if code in EVOLUTION}


def test_what_does_not_apply_says_why() -> None:
    """Plain wires name no schema; a closed model, and JSON as such, give no occasion; a registry may be another's."""
    assert expected_kinds(under("FULL")) == {}
    assert set(expected_kinds(json_contract()[0]).values()) == {"values name no schema"}
    closed = expected_kinds(json_contract(wire="confluent")[0])
    assert closed == dict.fromkeys(("newer_writer", "reordered_fields"), "the schema gives no occasion for it")
    contract, book = avro_contract()
    foreign = CaseSource(contract, receiver(), book, seed=1, run="r").not_applicable
    assert dict(foreign)["renamed"] == "next versions are registered in a registry of ours only"


def test_records_name_the_version_they_are_written_with_and_keep_their_identity() -> None:
    """Id or GUID of the next version; tokens stand in the record, so that every sending gets fresh ones."""
    for contract in (under("FULL"), under("FULL", avro_contract(wire="confluent-header")[0])):
        own = {entry.id for entry in own_entries(contract, local_book(contract))}
        for case in cases(contract):
            value = case.record.value or b""
            assert contract.message.wire != "confluent" or int.from_bytes(value[1:5], "big") not in own
            assert all(token in value or token in (case.record.key or b"") for token in case.tokens[:1])
            assert "kcontract_added" in case.note or "order" in case.note or "NONE" in case.note
