"""ORACLE.md §1, the tolerances: either by default, and invalid under `strict: true` where it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.model.case import Expectation
from kcontract.model.contract import Malformed
from kcontract.model.record import Record
from kcontract.oracle.topic import TopicOracle
from kcontract.schema.avro.encode import long_bytes
from kcontract.schema.wire import join
from tests.unit.oracle.contracts import avro, contract, entry, json_schema, record

VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER
_ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
_DATE = {"type": "int", "logicalType": "date"}
_DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
_LONGS = {"type": "array", "items": "long"}
_LIST = record("L", next=["null", "L"])


def _sized(raw: bytes) -> bytes:
    return long_bytes(len(raw)) + raw


def _expect(oracle_of: Any, value: bytes, **malformed: Any) -> tuple[Expectation, str]:
    oracle = oracle_of(Malformed(**malformed))
    expected = oracle.expect(Record(None, value))
    return expected.expectation, expected.rejection.code if expected.rejection else ""


def _avro(schema: Any) -> Any:
    return lambda malformed: TopicOracle(contract(avro(schema), malformed=malformed), None, [entry(1, schema)])


def _json(schema: Any) -> Any:
    return lambda malformed: TopicOracle(contract(json_schema(schema), malformed=malformed), None, [])


_AVRO_ROWS: list[tuple[int, Any, bytes, str, Expectation]] = [
    (7, "string", join(1, _sized(b"a")), "double_header", INVALID),
    (15, "string", _sized(b"a") + b"\xff", "trailing_bytes", INVALID),
    (16, "string", _sized(b"a") * 2, "concatenated", INVALID),
    (18, ["null", "string"], long_bytes(-1) + _sized(b"a"), "union_index_bad:negative", INVALID),
    (18, ["null", "string"], long_bytes(-2), "union_index_bad:negative", INVALID),
    (19, _ENUM, long_bytes(-1), "enum_index_bad:negative", INVALID),
    (19, _ENUM, long_bytes(-2), "enum_index_bad:negative", INVALID),
    (22, _LIST, b"\2" * 500 + b"\0", "depth_bomb", EITHER),
    (23, "long", b"\x80\x00", "overlong_varint", INVALID),
    (23, "long", b"\x80" * 1_000_000 + b"\x01", "overlong_varint", INVALID),
    (25, "int", long_bytes(2**31), "int_overflow", INVALID),
    (26, _DATE, long_bytes(2**31 - 1), "logical_out_of_range", EITHER),
    (27, _DECIMAL, _sized(b"\x27\x10"), "decimal_abuse:precision", INVALID),
    (27, _DECIMAL, _sized(b""), "decimal_abuse:empty", INVALID),
    (27, _DECIMAL, _sized(b"\x11" * 1_000_000), "decimal_abuse:huge", INVALID),
    (28, "double", b"\0\0\0\0\0\0\xf8\x7f", "non_finite", EITHER),
    (29, "boolean", b"\x02", "odd_encodings:boolean", INVALID),
    (29, {"type": "map", "values": "int"}, b"\x04\x02a\x02\x02a\x04\0", "odd_encodings:map_key", INVALID),
    (29, _LONGS, long_bytes(-1) + long_bytes(9) + b"\x02\0", "odd_encodings:block_size", INVALID),
]
_OBJECT = {"type": "object", "properties": {"n": {"type": "integer"}, "x": {"type": "number"}, "s": {"type": "string"}}}
_JSON_ROWS: list[tuple[int, bytes, str, Expectation]] = [
    (31, b'\xef\xbb\xbf{"n": 1}', "json_nonstandard:bom", INVALID),
    (32, rb'{"s": "\ud800"}', "json_unicode:lone_surrogate", EITHER),
    (33, b'{"n": 18446744073709551616}', "json_numbers:beyond_int64", EITHER),
    (33, b'{"n": 2.0}', "json_numbers:float_for_integer", EITHER),
    (33, b'{"x": 1e400}', "json_numbers:beyond_binary64", EITHER),
    (33, b'{"x": 1e-400}', "json_numbers:beyond_binary64", EITHER),
    (33, b'{"x": ' + b"1" * 5_000 + b"}", "json_numbers:beyond_binary64", EITHER),
    (33, b'{"x": 0.' + b"1" * 1_001 + b"}", "json_numbers:beyond_binary64", EITHER),
    (34, b'{"n": 1, "n": 2}', "duplicate_keys", INVALID),
    (34, b'{"n": 1, "n": "x"}', "duplicate_keys", INVALID),
    (35, b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", "depth_bomb_json", EITHER),
    (35, b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "depth_bomb_json", EITHER),
]


@pytest.mark.parametrize(("row", "schema", "body", "code", "strict"), _AVRO_ROWS)
def test_avro_tolerance(row: int, schema: Any, body: bytes, code: str, strict: Expectation) -> None:
    """Either by default; `strict: true` withdraws it if it is one of those that it names."""
    value = join(1, body)
    assert _expect(_avro(schema), value) == (EITHER, code), row
    assert _expect(_avro(schema), value, strict=True) == (strict, code), row
    assert _expect(_avro(schema), value, invalid=(code,)) == (INVALID, code), row


@pytest.mark.parametrize(("row", "value", "code", "strict"), _JSON_ROWS)
def test_json_tolerance(row: int, value: bytes, code: str, strict: Expectation) -> None:
    """Either by default; `strict: true` withdraws it if it is one of those that it names."""
    assert _expect(_json(_OBJECT), value) == (EITHER, code), row
    assert _expect(_json(_OBJECT), value, strict=True) == (strict, code), row


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        (_DECIMAL, _sized(b"\0\0\0\x12")),
        (_LONGS, long_bytes(-1) + long_bytes(1) + b"\x02" + b"\x02\x04" + b"\0"),
        ("int", long_bytes(2**31 - 1)),
        ("long", long_bytes(-(2**63))),
        (_ENUM, b"\x02"),
    ],
)
def test_legal_neighbours_are_valid_even_under_strict(schema: Any, body: bytes) -> None:
    """The twin that comes close: legal bytes stay valid."""
    assert _expect(_avro(schema), join(1, body), strict=True) == (VALID, "")


@pytest.mark.parametrize(
    "text",
    [
        b'{"n": 9007199254740993}', b'{"n": 9223372036854775807}', b'{"x": 18446744073709551616}', b'{"n": -0}',
        b'{"x": -0.0}', b'{"x": 2.0}', b'{"s": "\\u0000"}', rb'{"s": "\ud83d\ude00"}', b' {"n": 1} \n',
        b'{"x": ' + b"9" * 300 + b"}",
    ],
)  # fmt: skip
def test_difficult_but_legal_json_is_valid(text: bytes) -> None:
    """Numbers within int64 and binary64, escaped pairs, whitespace."""
    assert _expect(_json(_OBJECT), text, strict=True) == (VALID, "")


@pytest.mark.parametrize(
    ("schema", "body", "code"),
    [
        (["null", "string"], long_bytes(-3), "union_index_bad:negative"),
        (_ENUM, long_bytes(-3), "enum_index_bad:negative"),
        (_ENUM, long_bytes(2), "enum_index_bad"),
        ("string", _sized(b"\xff"), "invalid_utf8"),
        ("string", long_bytes(2**40), "length_bomb"),
        ({"type": "array", "items": "null"}, long_bytes(10**9) + b"\0", "count_bomb"),
    ],
)
def test_what_is_not_tolerated_is_invalid(schema: Any, body: bytes, code: str) -> None:
    """The twin that is beyond doubt."""
    assert _expect(_avro(schema), join(1, body)) == (INVALID, code)


_DATED = {"properties": {"id": {"format": "uuid"}, "t": {"format": "date-time"}, "d": {"format": "date"}}}


@pytest.mark.parametrize(
    ("value", "default", "asserted"),
    [
        ({"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "t": "2020-01-01T00:00:00.5+01:00"}, VALID, VALID),
        ({"id": "0F8FAD5B-D9CB-469F-A165-70867728950E"}, EITHER, EITHER),
        ({"id": "nope"}, EITHER, INVALID),
        ({"id": "0f8fad5bd9cb469fa16570867728950e"}, EITHER, INVALID),
        ({"t": "0000-01-01T00:00:00Z"}, EITHER, EITHER),
        ({"t": "2020-01-01T12:34:60Z"}, EITHER, EITHER),
        ({"t": "2016-12-31T23:59:60Z"}, EITHER, EITHER),
        ({"t": "2020-01-01t00:00:00z"}, EITHER, EITHER),
        ({"t": "2020-01-01 00:00:00Z"}, EITHER, INVALID),
        ({"t": "2020-01-01T00:00:00Z\n"}, EITHER, INVALID),
        ({"t": "2020-13-01T00:00:00Z"}, EITHER, INVALID),
        ({"d": "0000-02-29"}, EITHER, EITHER),
        ({"d": "2020-02-30"}, EITHER, INVALID),
        ({"d": "2020-02-30", "t": "2020-01-01T12:34:60Z"}, EITHER, INVALID),
    ],
)
def test_format_binds_only_where_the_contract_asserts_it(
    value: dict[str, str], default: Expectation, asserted: Expectation
) -> None:
    """Without `assertFormats` a wrong format is either; year 0000 and second 60 always are."""
    record_ = Record(None, json.dumps(value).encode())
    for asserts, expectation in ((False, default), (True, asserted)):
        oracle = TopicOracle(contract(json_schema(_DATED), assert_formats=asserts), None, [])
        assert oracle.expect(record_).expectation is expectation
