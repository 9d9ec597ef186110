"""The JSON form of an Avro value (FORMAT.md)."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.logical import decimal_bytes, unscaled
from kcontract.schema.avro.nodes import Branch, Datum
from kcontract.schema.avro.parse import parse


def _logical(kind: str, logical: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": logical, **more}


_DATE = _logical("int", "date")
_DECIMAL = _logical("bytes", "decimal", precision=6, scale=2)


@pytest.mark.parametrize(
    ("schema", "datum", "form"),
    [
        (["null", "string"], Branch(1, "x"), "x"),
        (["null", "string"], Branch(0, None), None),
        ("bytes", b"\xff", "/w=="),
        ({"type": "fixed", "name": "F", "size": 1}, b"\xff", "/w=="),
        ("double", math.nan, "NaN"),
        ("double", -math.inf, "-Infinity"),
        ("double", 1.5, 1.5),
        (_DECIMAL, b"\x04\xd2", "12.34"),
        (_DECIMAL, b"\xff", "-0.01"),
        (_DECIMAL, b"", "0.00"),
        (_DECIMAL, b"\x01" * 5_000, None),
        (_logical("bytes", "decimal", precision=6), b"\x05", "5"),
        (_logical("bytes", "big-decimal"), b"\x04\x04\xd2\x04", "12.34"),
        (_logical("bytes", "big-decimal"), b"zz", "eno="),
        (_logical("int", "date"), 0, "1970-01-01"),
        (_logical("int", "date"), -719_162, "0001-01-01"),
        (_logical("int", "date"), 2_932_896, "9999-12-31"),
        (_logical("int", "date"), 2_932_897, 2_932_897),
        (_logical("int", "time-millis"), 45_296_789, "12:34:56.789Z"),
        (_logical("long", "time-micros"), 0, "00:00:00Z"),
        (_logical("long", "timestamp-millis"), -1, "1969-12-31T23:59:59.999Z"),
        (_logical("long", "timestamp-micros"), 1, "1970-01-01T00:00:00.000001Z"),
        (_logical("long", "timestamp-nanos"), 1, "1970-01-01T00:00:00.000000001Z"),
        (_logical("long", "local-timestamp-millis"), 0, "1970-01-01T00:00:00Z"),
        (_logical("long", "timestamp-millis"), -62_135_596_800_000, "0001-01-01T00:00:00Z"),
        (_logical("long", "timestamp-millis"), 2**62, 2**62),
        (_logical("string", "uuid"), "0F8FAD5B-D9CB-469F-A165-70867728950E", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        (_logical("fixed", "uuid", name="U", size=16), bytes(15) + b"\1", "00000000-0000-0000-0000-000000000001"),
        (_logical("fixed", "duration", name="D", size=12), bytes(12), "AAAAAAAAAAAAAAAA"),
        ({"type": "map", "values": {"type": "array", "items": _DATE}}, {"a": [0]}, {"a": ["1970-01-01"]}),
    ],
)  # fmt: skip
def test_forms(schema: Any, datum: Datum, form: Any) -> None:
    """Each logical type as text, raw where it has none."""
    told = json_form(parse(json.dumps(schema)), datum)
    if form is None and datum == b"\x01" * 5_000:
        assert told.startswith("AQEB")
    else:
        assert told == form
    json.dumps(told, allow_nan=False)


@settings(deadline=None)
@given(st.integers(-(10**40), 10**40))
def test_decimal_bytes_are_the_fewest_and_come_back(value: int) -> None:
    """Two's complement in both directions, without a byte too many."""
    raw = decimal_bytes(value)
    assert unscaled(raw) == value
    assert len(raw) == 1 or unscaled(raw[1:]) != value
    assert unscaled(decimal_bytes(value, 20)) == value


def test_recursive_data() -> None:
    """Records inside themselves."""
    raw = {"type": "record", "name": "R", "fields": [{"name": "next", "type": ["null", "R"]}]}
    datum = {"next": Branch(1, {"next": Branch(0, None)})}
    assert json_form(parse(json.dumps(raw)), datum) == {"next": {"next": None}}
