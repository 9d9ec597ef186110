"""Keys and headers (MALFORMED.md 50-52)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kcontract.model.case import CASE_HEADER, Expectation, Layer
from kcontract.model.contract import Contract
from kcontract.model.record import Headers, Record
from kcontract.oracle.topic import TopicOracle
from kcontract.schema.wire import join
from tests.unit.oracle.contracts import UUID, avro, contract, entry, json_schema, payload, record

VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER
_ANY = json_schema({})


def _told(contract_: Contract, record_: Record, book: Any = ()) -> tuple[Expectation, str]:
    expected = TopicOracle(contract_, None, book).expect(record_)
    if expected.rejection is not None:
        assert expected.rejection.layer is Layer.ENVELOPE
    return expected.expectation, expected.rejection.code if expected.rejection else ""


@pytest.mark.parametrize(
    ("schema", "key", "expectation"),
    [
        ({"type": "string", "format": "uuid"}, UUID.encode(), VALID),
        ({"type": "string", "format": "uuid"}, UUID.upper().encode(), EITHER),
        ({"type": "string", "minLength": 3}, b"ab", INVALID),
        ({"type": "string"}, None, INVALID),
        ({"type": "string"}, b"", VALID),
        ({"type": "string"}, b"\xff", INVALID),
        ({"type": "string"}, b'"quoted"', VALID),
        ({"type": ["string", "null"]}, None, VALID),
        ({"type": "integer"}, b"5", VALID),
        ({"type": "integer"}, b'"5"', INVALID),
        ({"type": "integer"}, b"five", INVALID),
        ({"type": "object", "required": ["id"]}, b'{"id": 1}', VALID),
        ({"type": "object", "required": ["id"]}, b"{}", INVALID),
    ],
)
def test_keys_by_their_schema(schema: Any, key: bytes | None, expectation: Expectation) -> None:
    """Strings are raw UTF-8, other types JSON text."""
    assert _told(contract(_ANY, key=json_schema(schema)), Record(key, b"1"))[0] is expectation


def test_without_a_schema_any_key_is_valid() -> None:
    """Keys are not judged where the contract says nothing of them."""
    for key in (None, b"", b"\xff\xfe"):
        assert _told(contract(_ANY), Record(key, b"1")) == (VALID, "")


def test_avro_keys_are_on_the_wire_of_the_value() -> None:
    """An .avsc key is framed as the value is, and must be readable."""
    key = record("K", id="string")
    value = record(id="string")
    rules = contract(avro(value), key=avro(key), key_from=payload("/id"))
    book = [entry(1, value), entry(2, key, "t-key")]
    oracle = TopicOracle(rules, None, book)
    assert _told(contract(avro(value), key=avro(key)), Record(join(2, b"\x02a"), join(1, b"\x02a")), book) == (
        VALID,
        "",
    )
    assert oracle.read_key(Record(join(2, b"\x02a"))) == {"id": "a"}
    for damaged in (b"a", join(2, b"\x04a"), join(3, b"\x02a"), None):
        assert _told(contract(avro(value), key=avro(key)), Record(damaged, join(1, b"\x02a")), book)[0] is INVALID


@pytest.mark.parametrize(
    ("key", "value", "expectation"),
    [
        (b"7", b'{"id": 7}', VALID),
        (b"07", b'{"id": 7}', INVALID),
        (b"Abc", b'{"id": "abc"}', INVALID),
        (b"abc", b'{"id": "abc"}', VALID),
        (b"abc", b"{}", VALID),
        (None, b'{"id": null}', VALID),
    ],
)
def test_a_key_must_say_what_the_payload_says(key: bytes | None, value: bytes, expectation: Expectation) -> None:
    """`keyFrom`: compared as values; a payload that does not say is not compared."""
    assert _told(contract(_ANY, key_from=payload("/id")), Record(key, value))[0] is expectation


_HEADERS = {
    "required": ["cid"],
    "properties": {"cid": {"type": "string", "minLength": 1}, "n": {"type": "integer"}, "o": {"enum": ["a"]}},
}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((("cid", b"x"),), (VALID, "")),
        ((("cid", b"x"), ("more", b"y")), (VALID, "")),
        ((("cid", b"x"), ("n", b"5")), (VALID, "")),
        ((("cid", b"x"), (CASE_HEADER, b"\xff")), (VALID, "")),
        ((), (INVALID, "header_damage:missing")),
        ((("cid", b""),), (INVALID, "header_damage:value")),
        ((("cid", None),), (INVALID, "header_damage:value")),
        ((("cid", b"\xff"),), (INVALID, "header_damage:utf8")),
        ((("CID", b"x"),), (INVALID, "header_damage:missing")),
        ((("cid", b"x"), ("cid", b"y")), (EITHER, "header_damage:duplicate")),
        ((("cid", b"x"), ("cid", b"")), (INVALID, "header_damage:value")),
        ((("cid", b"x"), ("more", b"\xff")), (EITHER, "header_damage:utf8")),
        ((("cid", b"x"), ("more", None)), (EITHER, "header_damage:null")),
        ((("cid", b"x"), ("n", b"five")), (EITHER, "header_damage:value")),
        ((("cid", b"x"), ("o", b"b")), (EITHER, "header_damage:value")),
        ((("cid", b"x"), ("__value_schema_id", b"\x01")), (EITHER, "header_damage:schema_id")),
    ],
)
def test_headers_bind_only_where_they_are_required(headers: Headers, expected: tuple[Expectation, str]) -> None:
    """Required headers must be there and right; damage to others is either."""
    assert _told(contract(_ANY, headers=json_schema(_HEADERS)), Record(None, b"1", headers)) == expected


def test_without_a_schema_only_damage_is_noted() -> None:
    """Additional headers are valid; not UTF-8, null or twice is either."""
    assert _told(contract(_ANY), Record(None, b"1", (("a", b"b"),)))[0] is VALID
    assert _told(contract(_ANY), Record(None, b"1", (("a", b"\xff"),)))[0] is EITHER


@pytest.mark.parametrize(
    ("said", "expectation"),
    [
        (b"application/xml", EITHER),
        (b"text/plain", EITHER),
        (b"application/json", VALID),
        (b"application/vnd.order+json; charset=utf-8", VALID),
        (b"APPLICATION/JSON", VALID),
        (b"application/octet-stream", VALID),
        (b"", VALID),
    ],
)
@pytest.mark.parametrize("name", ["content-type", "Content-Type"])
def test_a_content_type_that_lies(name: str, said: bytes, expectation: Expectation) -> None:
    """Who reads a value by it may well refuse: FastStream gives text to its handler then."""
    told = _told(contract(_ANY), Record(None, b"1", ((name, said),)))
    assert told == (expectation, "header_damage:content_type" if expectation is EITHER else "")


def test_a_content_type_that_the_contract_names() -> None:
    """Without a schema for the payload nothing else is known of it."""
    named = contract(_ANY)
    message = msgspec.structs.replace(named.message, content_type="application/xml")
    told = msgspec.structs.replace(named, message=message)
    assert _told(told, Record(None, b"1", (("content-type", b"application/xml"),))) == (VALID, "")
