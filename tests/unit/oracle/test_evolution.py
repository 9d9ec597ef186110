"""Writers other than the contract's schema: older, newer, foreign, incompatible (MALFORMED.md 9, 43-48)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.model.case import Expectation
from kcontract.model.contract import Receive
from kcontract.model.record import Record
from kcontract.oracle.reading import MISSING
from kcontract.oracle.topic import TopicOracle
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import Datum
from kcontract.schema.avro.parse import parse
from kcontract.schema.wire import join
from tests.unit.oracle.contracts import avro, contract, entry, json_schema, receiver, record

VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER


def _enum(*symbols: str, default: str | None = None) -> dict[str, Any]:
    raw: dict[str, Any] = {"type": "enum", "name": "Kind", "symbols": list(symbols)}
    return raw if default is None else {**raw, "default": default}


V1 = record(id="string", n="int")
V2 = record(id="string", n="long", tags=({"type": "array", "items": "string"}, ["new"]))
V3 = record(id="string", n="long", tags=({"type": "array", "items": "string"}, []), extra=("string", "x"))
BOOK = [entry(1, V1, version=1), entry(2, V2, version=2), entry(3, V3, version=3)]


def _value(schema_id: int, raw: Any, datum: Datum) -> bytes:
    return join(schema_id, encode(parse(json.dumps(raw)), datum))


OLDER = _value(1, V1, {"id": "a", "n": 5})
NEWER = _value(3, V3, {"id": "a", "n": 5, "tags": [], "extra": "y"})


def _oracle(level: str | None, receive: Receive | None = None, book: Any = None, schema: Any = V2) -> TopicOracle:
    rules = {"compatibility": level} if level else None
    return TopicOracle(contract(avro(schema), registry=rules), receive, BOOK if book is None else book)


def _told(oracle: TopicOracle, value: bytes) -> tuple[Expectation, str]:
    expected = oracle.expect(Record(None, value))
    return expected.expectation, expected.rejection.code if expected.rejection else ""


@pytest.mark.parametrize(
    ("level", "older", "newer"),
    [
        ("BACKWARD", VALID, EITHER),
        ("BACKWARD_TRANSITIVE", VALID, EITHER),
        ("FORWARD", EITHER, VALID),
        ("FORWARD_TRANSITIVE", EITHER, VALID),
        ("FULL", VALID, VALID),
        ("NONE", EITHER, EITHER),
        (None, EITHER, EITHER),
    ],
)
def test_older_and_newer_writers_are_promised_by_the_level(
    level: str | None, older: Expectation, newer: Expectation
) -> None:
    """43 under BACKWARD and FULL, 44 under FORWARD and FULL; else either."""
    oracle = _oracle(level)
    assert _told(oracle, OLDER)[0] is older
    assert _told(oracle, NEWER)[0] is newer


def test_defaults_are_filled_with_the_right_types() -> None:
    """What the older writer lacks is the reader's default, fresh for each record."""
    oracle = _oracle("BACKWARD")
    first = oracle.read(Record(None, OLDER))
    assert first == {"id": "a", "n": 5, "tags": ["new"]}
    first["tags"].append("mine")
    assert oracle.read(Record(None, OLDER))["tags"] == ["new"]


def test_the_writers_schema_decides_on_the_bytes() -> None:
    """Bytes that only the contract's own schema takes are wrong under an older id."""
    value = join(1, NEWER[5:])
    assert _told(_oracle("BACKWARD"), value)[0] is EITHER
    assert _told(_oracle("BACKWARD"), join(1, b"\x02a"))[0] is INVALID


def test_new_symbols_need_a_default() -> None:
    """45: without an enum default the reader has nothing to say for them."""
    ahead, plain, careful = (
        record(k=_enum("A", "B", "C")),
        record(k=_enum("A", "B")),
        record(k=_enum("A", "B", default="A")),
    )
    value = _value(3, ahead, {"k": "C"})
    book = [entry(2, plain, version=2), entry(3, ahead, version=3)]
    assert _told(_oracle("FORWARD", book=book, schema=plain), value) == (INVALID, "new_symbol_or_branch:symbol")
    kept = _value(3, ahead, {"k": "B"})
    assert _told(_oracle("FORWARD", book=book, schema=plain), kept) == (VALID, "")
    book = [entry(2, careful, version=2), entry(3, ahead, version=3)]
    oracle = _oracle("FORWARD", book=book, schema=careful)
    assert _told(oracle, value) == (VALID, "")
    assert oracle.read(Record(None, value)) == {"k": "A"}


def test_incompatible_writers_are_open_unless_something_is_missing() -> None:
    """46: a receiver without a reader schema may well read them; not so if a required field is not there."""
    changed, lacking = record(id="int", n="long"), record(n="long")
    book = [*BOOK, entry(4, changed, version=4), entry(5, lacking, version=5)]
    oracle = _oracle("NONE", book=book)
    assert _told(oracle, _value(4, changed, {"id": 1, "n": 2})) == (EITHER, "incompatible_writer")
    assert _told(oracle, _value(5, lacking, {"n": 2})) == (INVALID, "incompatible_writer:missing_field")
    with_reader = _oracle("NONE", receiver(avro(V2)), book)
    assert _told(with_reader, _value(4, changed, {"id": 1, "n": 2})) == (INVALID, "incompatible_writer")


def test_foreign_schemas() -> None:
    """9: the same fields under another subject are either; without a required field invalid."""
    twin, stranger = record("Twin", id="string", n="long"), record("Stranger", s="string")
    book = [*BOOK, entry(8, twin, "other-value"), entry(9, stranger, "other-value", 2)]
    oracle = _oracle("BACKWARD", book=book)
    assert _told(oracle, _value(8, twin, {"id": "a", "n": 1}))[0] is EITHER
    assert _told(oracle, _value(9, stranger, {"s": "a"}))[0] is INVALID


def test_renamed_fields_and_records() -> None:
    """47: a field without alias is missing; a record's name alone is looked at by few readers."""
    renamed_field, renamed = record(ident="string", n="long"), record("Other", id="string", n="long")
    book = [*BOOK, entry(4, renamed_field, version=4), entry(5, renamed, version=5)]
    oracle = _oracle("FULL", book=book)
    assert _told(oracle, _value(4, renamed_field, {"ident": "a", "n": 1}))[0] is INVALID
    assert _told(oracle, _value(5, renamed, {"id": "a", "n": 1})) == (EITHER, "renamed")


def test_a_reader_leaves_out_what_it_does_not_see() -> None:
    """Errors in fields that the receiver's reader drops are either; in others they count."""
    wide = record(id="string", secret="string", n="int")
    oracle = _oracle("BACKWARD", receiver(avro(record(id="string", n="int"))), [entry(1, wide)], wide)
    good = _value(1, wide, {"id": "a", "secret": "b", "n": 5})
    assert _told(oracle, good) == (VALID, "")
    assert oracle.read(Record(None, good)) == {"id": "a", "n": 5}
    assert _told(oracle, join(1, b"\x02a\x02\xff\x02")) == (EITHER, "invalid_utf8")
    assert _told(oracle, join(1, b"\x02\xff\x02b\x02")) == (INVALID, "invalid_utf8")


def test_constraints_in_fields_that_the_reader_leaves_out() -> None:
    """A receiver cannot refuse for a limit on a field that it never sees."""
    wide = record(id="string", n="int")
    limits = json_schema({"properties": {"n": {"maximum": 3}, "id": {"maxLength": 1}}})
    narrow = receiver(avro(record(id="string")))
    oracle = TopicOracle(contract(avro(wide), constraints=limits), narrow, [entry(1, wide)])
    assert _told(oracle, _value(1, wide, {"id": "a", "n": 9}))[0] is EITHER
    assert _told(oracle, _value(1, wide, {"id": "ab", "n": 1}))[0] is INVALID


def test_a_documented_copy_of_the_schema_is_the_schema() -> None:
    """What the registry holds may differ in documentation."""
    documented = {**V2, "doc": "an event"}
    assert _told(_oracle("NONE", book=[entry(2, documented)]), _value(2, V2, {"id": "a", "n": 1, "tags": []})) == (
        VALID,
        "",
    )


def test_a_registry_text_that_is_no_schema_is_nobodys_fault() -> None:
    """An entry that our strict parser refuses makes its records either."""
    broken = {"type": "enum", "name": "E", "symbols": ["A"], "default": "Z"}
    assert _told(_oracle("BACKWARD", book=[*BOOK, entry(6, broken)]), join(6, b"\0"))[0] is EITHER


def test_versions_in_the_contract_count_as_its_own() -> None:
    """An older version that the contract lists is no foreign schema, whatever its subject."""
    rules = {"compatibility": "BACKWARD", "versions": (avro(V1), avro(V2))}
    oracle = TopicOracle(contract(avro(V2), registry=rules), None, [entry(1, V1, "elsewhere"), entry(2, V2)])
    assert _told(oracle, OLDER) == (VALID, "")


def test_json_on_the_confluent_wire() -> None:
    """The contract's schema binds; the id must be known, of JSON, and of the topic."""
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    old = {"type": "object"}
    book = [
        entry(1, old, kind="json"), entry(2, schema, version=2, kind="json"),
        entry(3, {"type": "array"}, "x", kind="json"),
        entry(4, V1, "y"),
    ]  # fmt: skip
    rules = {"compatibility": "BACKWARD"}
    oracle = TopicOracle(contract(json_schema(schema), wire="confluent", registry=rules), None, book)
    good = b'{"n": 1}'
    assert _told(oracle, join(2, good)) == (VALID, "")
    assert _told(oracle, join(1, good)) == (VALID, "")
    assert _told(oracle, join(1, b"{}")) == (INVALID, "missing_required")
    assert _told(oracle, join(3, good)) == (EITHER, "foreign_schema_id")
    assert _told(oracle, join(4, good)) == (INVALID, "wrong_format_id")
    assert _told(oracle, join(9, good)) == (INVALID, "unknown_schema_id")
    assert _told(oracle, good) == (INVALID, "missing_header")
    assert _told(oracle, join(2, join(2, good))) == (EITHER, "double_header")
    assert _told(oracle, join(2, b"")) == (INVALID, "header_only")
    assert oracle.read_leniently(Record(None, join(2, b"{"))) is MISSING
