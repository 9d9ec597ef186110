"""Which kind describes what is wrong with an Avro body, and whether it is a tolerance."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.model.case import Layer
from kcontract.schema.avro.decode import MAX_DEPTH, accepts, decode, scan
from kcontract.schema.avro.encode import encode, long_bytes
from kcontract.schema.avro.nodes import AvroSchema, Branch
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.sizes import Sizes
from kcontract.schema.problem import DecodeError
from tests.decoders.avro_schemas import avro_schemas
from tests.decoders.payloads import payloads


def _schema(raw: Any) -> AvroSchema:
    return parse(json.dumps(raw))


def _record(**fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": "R", "fields": [{"name": name, "type": kind} for name, kind in fields.items()]}


_STRING, _LONG, _INT = _schema("string"), _schema("long"), _schema("int")
_UNION = _schema(["null", "string"])
_ENUM = _schema({"type": "enum", "name": "E", "symbols": ["A", "B"]})
_NULLS = _schema({"type": "array", "items": "null"})
_LONGS = _schema({"type": "array", "items": "long"})
_MAP = _schema({"type": "map", "values": "int"})
_LIST = _schema(_record(v="int", next=["null", "R"]))
_DATE = _schema({"type": "int", "logicalType": "date"})
_MILLIS = _schema({"type": "long", "logicalType": "timestamp-millis"})
_TIME = _schema({"type": "int", "logicalType": "time-millis"})
_UUID = _schema({"type": "string", "logicalType": "uuid"})
_DECIMAL = _schema({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2})
_BIG = _schema({"type": "bytes", "logicalType": "big-decimal"})
_PAIR = _schema(_record(a="string", b=_record(c="int") | {"name": "I"}))


def _sized(raw: bytes) -> bytes:
    return long_bytes(len(raw)) + raw


@pytest.mark.parametrize(
    ("schema", "data", "code", "offset"),
    [
        (_STRING, b"", "truncated", 0),
        (_STRING, b"\x06ab", "truncated", 0),
        (_STRING, b"\x80", "truncated", 0),
        (_LONG, b"\x80" * 1_000, "truncated", 0),
        (_schema("double"), b"\0" * 7, "truncated", 0),
        (_schema("boolean"), b"", "truncated", 0),
        (_STRING, long_bytes(2**31) + b"ab", "length_bomb", 0),
        (_STRING, long_bytes(2**62), "length_bomb", 0),
        (_STRING, long_bytes(-1), "length_bomb:negative", 0),
        (_STRING, _sized(b"a\x80"), "invalid_utf8", 2),
        (_STRING, _sized(b"\xc0\xaf"), "invalid_utf8", 1),
        (_STRING, _sized(b"\xed\xa0\x80"), "invalid_utf8", 1),
        (_UNION, long_bytes(2), "union_index_bad", 0),
        (_UNION, long_bytes(2**40), "union_index_bad", 0),
        (_UNION, long_bytes(-3), "union_index_bad:negative", 0),
        (_ENUM, long_bytes(2), "enum_index_bad", 0),
        (_ENUM, long_bytes(-3), "enum_index_bad:negative", 0),
        (_ENUM, long_bytes(-(2**31) - 1), "enum_index_bad:negative", 0),
        (_ENUM, long_bytes(2**34), "enum_index_bad", 0),
        (_UNION, long_bytes(2**31 + 2), "union_index_bad", 0),
        (_NULLS, long_bytes(10**8) + b"\0", "count_bomb", 0),
        (_NULLS, long_bytes(2**62) + b"\0", "count_bomb", 0),
        (_LONGS, long_bytes(2**40) + b"\0", "count_bomb", 0),
        (_LONGS, long_bytes(3) + b"\2", "truncated", 0),
        (_LONGS, long_bytes(1) + b"\2", "truncated", 2),
    ],
)
def test_hard_rejections(schema: AvroSchema, data: bytes, code: str, offset: int) -> None:
    """What no reader may take is refused by both decoders, with kind and offset."""
    for strict in (True, False):
        with pytest.raises(DecodeError) as caught:
            decode(schema, data, strict=strict)
        assert (caught.value.code, caught.value.offset, caught.value.soft) == (code, offset, False)


@pytest.mark.parametrize(
    ("schema", "data", "code", "datum"),
    [
        (_STRING, b"\x02a" + b"\xff\xff", "trailing_bytes", "a"),
        (_STRING, b"\x02a" + b"\x02b", "concatenated", "a"),
        (_UNION, long_bytes(-1) + b"\x02a", "union_index_bad:negative", Branch(1, "a")),
        (_UNION, long_bytes(-2), "union_index_bad:negative", Branch(0, None)),
        (_ENUM, long_bytes(-1), "enum_index_bad:negative", "B"),
        (_ENUM, long_bytes(-2), "enum_index_bad:negative", "A"),
        (_UNION, long_bytes(2**31 + 1) + b"\x02a", "union_index_bad:wrapped", Branch(1, "a")),
        (_ENUM, long_bytes(2**31), "enum_index_bad:wrapped", "A"),
        (_ENUM, long_bytes(2**33 + 1), "enum_index_bad:wrapped", "B"),
        (_LONG, b"\x80\x00", "overlong_varint", 0),
        (_LONG, b"\x82" + b"\x80" * 20 + b"\x00", "overlong_varint", 1),
        (_LONG, b"\xff" * 9 + b"\x03", "overlong_varint", -(2**63)),
        (_INT, long_bytes(2**31), "int_overflow", 2**31),
        (_INT, long_bytes(-(2**40)), "int_overflow", -(2**40)),
        (_DATE, long_bytes(2**31 - 1), "logical_out_of_range", 2**31 - 1),
        (_MILLIS, long_bytes(2**62), "logical_out_of_range", 2**62),
        (_TIME, long_bytes(86_400_000), "logical_out_of_range", 86_400_000),
        (_TIME, long_bytes(-1), "logical_out_of_range", -1),
        (_UUID, _sized(b"nope"), "logical_out_of_range:uuid", "nope"),
        (_UUID, _sized(b"0F8FAD5B-D9CB-469F-A165-70867728950E"), "logical_out_of_range:uuid_case",
         "0F8FAD5B-D9CB-469F-A165-70867728950E"),
        (_DECIMAL, _sized(b"\x27\x10"), "decimal_abuse:precision", b"\x27\x10"),
        (_DECIMAL, _sized(b""), "decimal_abuse:empty", b""),
        (_DECIMAL, _sized(b"\x01" * 5_000), "decimal_abuse:huge", b"\x01" * 5_000),
        (_BIG, _sized(b"zz"), "decimal_abuse", b"zz"),
        (_schema("double"), b"\0\0\0\0\0\0\xf0\x7f", "non_finite", float("inf")),
        (_schema("double"), b"\0\0\0\0\0\0\0\x80", "non_finite", -0.0),
        (_schema("boolean"), b"\x02", "odd_encodings:boolean", True),
        (_MAP, b"\x04" + b"\x02a\x02" + b"\x02a\x04" + b"\0", "odd_encodings:map_key", {"a": 2}),
        (_LONGS, long_bytes(-1) + long_bytes(7) + b"\x02\0", "odd_encodings:block_size", [1]),
        (_NULLS, long_bytes(-(2**63)) + b"\0\0", "odd_encodings:block_count", []),
    ],
)  # fmt: skip
def test_tolerances(schema: AvroSchema, data: bytes, code: str, datum: Any) -> None:
    """What stock readers take is refused by the strict decoder alone; the lenient one goes on as they do."""
    with pytest.raises(DecodeError) as caught:
        decode(schema, data, strict=True)
    assert (caught.value.code, caught.value.soft) == (code, True)
    assert decode(schema, data, strict=False) == datum
    assert [problem.code for problem in scan(schema, data).problems] == [code]


@pytest.mark.parametrize(
    ("schema", "data", "datum"),
    [
        (_LONGS, long_bytes(-2) + long_bytes(2) + b"\x02\x04" + b"\0", [1, 2]),
        (_LONGS, b"\x02\x02" + b"\x02\x04" + b"\0", [1, 2]),
        (_MAP, b"\x02\x02a\x02" + b"\x02\x02b\x04" + b"\0", {"a": 1, "b": 2}),
        (_DECIMAL, _sized(b"\0" * 20 + b"\x12"), b"\0" * 20 + b"\x12"),
        (_DATE, long_bytes(-719_162), -719_162),
        (_NULLS, long_bytes(1_000) + b"\0", [None] * 1_000),
        (_schema({"type": "fixed", "name": "F", "size": 0}), b"", b""),
    ],
)
def test_odd_but_legal_bytes_are_valid(schema: AvroSchema, data: bytes, datum: Any) -> None:
    """Blocks with sizes, several blocks, leading zeros in a decimal: all legal."""
    assert decode(schema, data, strict=True) == datum


def test_the_path_of_a_problem_is_told() -> None:
    """Errors and notes alike carry a pointer into the payload, with names escaped."""
    data = b"\x02a" + long_bytes(2**31)
    assert [problem.path for problem in scan(_PAIR, data).problems] == ["/b/c"]
    keyed = b"\x02" + _sized(b"a/b") + long_bytes(2**31) + b"\0"
    assert [problem.path for problem in scan(_MAP, keyed).problems] == ["/a~1b"]
    with pytest.raises(DecodeError) as caught:
        decode(_PAIR, b"\x02a", strict=False)
    assert caught.value.path == "/b/c"


def test_several_problems_are_all_found() -> None:
    """A fault does not hide what comes after it."""
    data = _sized(b"\xff") + long_bytes(2**31) + b"rest"
    codes = [(problem.code, problem.path, problem.soft) for problem in scan(_PAIR, data).problems]
    assert codes == [
        ("invalid_utf8", "/a", False), ("int_overflow", "/b/c", True), ("trailing_bytes", "", True),
    ]  # fmt: skip


def test_nothing_is_sure_after_a_number_that_readers_cut_differently() -> None:
    """Behind a varint of more than 64 bits no later error is held against anybody."""
    schema = _schema(_record(a="long", b="string"))
    reading = scan(schema, b"\xff" * 10 + b"\x01" + long_bytes(-1))
    assert reading.fatal
    assert [(problem.code, problem.soft) for problem in reading.problems] == [
        ("overlong_varint", True), ("length_bomb:negative", True),
    ]  # fmt: skip


def test_depth_up_to_the_limit_is_valid_and_beyond_it_open() -> None:
    """A list of exactly the limit is read; one more level is a depth bomb, which is either."""

    def chain(levels: int) -> bytes:
        return b"\0\x02" * (levels - 1) + b"\0\0"

    assert not scan(_LIST, chain(MAX_DEPTH)).problems
    deeper = scan(_LIST, chain(MAX_DEPTH + 1)).problems
    assert [(problem.code, problem.layer, problem.soft) for problem in deeper] == [
        ("depth_bomb", Layer.RESOURCES, True)
    ]


def test_a_decimal_of_absurd_precision_is_checked_without_hanging() -> None:
    """The bound 10^precision is not computed where the bytes cannot reach it."""
    schema = _schema({"type": "bytes", "logicalType": "decimal", "precision": 2**31, "scale": 0})
    assert decode(schema, _sized(b"\x7f" * 100), strict=True) == b"\x7f" * 100


def test_recursive_data_round_trips() -> None:
    """Branches and records inside themselves come back as they were."""
    datum = {"v": 1, "next": Branch(1, {"v": 2, "next": Branch(0, None)})}
    assert decode(_LIST, encode(_LIST, datum), strict=True) == datum


def test_bytes_are_accepted_if_nothing_is_wrong_with_them() -> None:
    """The short answer is the long one's: also for a message too short for its schema, none, and two."""
    for text in avro_schemas(30):
        schema = parse(text)
        bodies = [payload.data for payload in payloads("avro", text, 60, "accepts")]
        for body in (*bodies, *(body + body for body in bodies), *(body[:1] for body in bodies), b""):
            assert accepts(schema, body) is not bool(scan(schema, body).problems)


def test_records_that_hold_each_other_are_measured_whichever_comes_first() -> None:
    """An item of T2 takes three bytes; it was said to be endless, as T1 was still being measured, and no list of it
    was accepted."""
    fields = [
        {"name": "own", "type": {"type": "array", "items": "T2"}},
        {"name": "others", "type": {"type": "array", "items": "T1"}},
        {"name": "up", "type": ["null", "T1"]},
    ]
    inner = {"type": "record", "name": "T2", "fields": fields}
    outer = [{"name": "down", "type": inner}, {"name": "id", "type": {"type": "fixed", "name": "Id", "size": 12}}]
    schema = parse(json.dumps({"type": "record", "name": "T1", "fields": outer}))
    leaf = {"own": [], "others": [], "up": Branch(0, None)}
    lowest = {"down": leaf, "id": b"-" * 12}
    datum = {"down": {"own": [leaf], "others": [lowest], "up": Branch(1, lowest)}, "id": b"+" * 12}
    sizes = Sizes(schema)
    assert [sizes.least(schema.named[name]) for name in ("T2", "T1")] == [3, 15]
    assert decode(schema, encode(schema, datum), strict=True) == datum
