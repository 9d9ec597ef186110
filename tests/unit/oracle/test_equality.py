"""Equality of logical values (ORACLE.md §2)."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcontract.oracle.equality import differences, equal, equal_whole
from kcontract.oracle.reading import MISSING
from kcontract.oracle.shapes import NO_SHAPE, PLAIN, AvroShapes, JsonShapes, Shape
from kcontract.schema.avro.parse import parse
from tests.unit.oracle.contracts import payload, record

_DECIMAL = Shape(("decimal",), optional=False, scale=2)
_INSTANT = Shape(("instant",), optional=False, unit=1_000)
_DATE, _TIME = Shape(("date",), optional=False), Shape(("time",), optional=False, unit=1_000)
_UUID, _BYTES = Shape(("uuid",), optional=False), Shape(("bytes",), optional=False)
_INTEGER, _FLOAT = Shape(("integer",), optional=False), Shape(("float32",), optional=False)
_NUMBER = Shape(("number",), optional=False)


@pytest.mark.parametrize(
    ("effect", "expected", "shape", "same"),
    [
        ("12.34", "12.34", _DECIMAL, True),
        (12.34, "12.34", _DECIMAL, True),
        ("12.340", "12.34", _DECIMAL, True),
        ("1.234e1", "12.34", _DECIMAL, True),
        (12, "12.00", _DECIMAL, True),
        ("BNI=", "12.34", _DECIMAL, True),
        ("\x04\xd2", "12.34", _DECIMAL, True),
        ("12.3", "12.34", _DECIMAL, False),
        (True, "1.00", _DECIMAL, False),
        ("x" * 5_000, "12.34", _DECIMAL, False),
        ("1e9999999", "12.34", _DECIMAL, False),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", _INSTANT, True),
        ("2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00Z", _INSTANT, True),
        ("2020-01-01 00:00:00.000000", "2020-01-01T00:00:00Z", _INSTANT, True),
        ("2020-01-01T00:00:00.000+0000", "2020-01-01T00:00:00Z", _INSTANT, True),
        (1_577_836_800_000, "2020-01-01T00:00:00Z", _INSTANT, True),
        (1_577_836_800, "2020-01-01T00:00:00Z", _INSTANT, True),
        (1_577_836_800_000_000, "2020-01-01T00:00:00Z", _INSTANT, True),
        (1_577_836_800.5, "2020-01-01T00:00:00.500Z", _INSTANT, True),
        ("2020-01-01T00:00:01Z", "2020-01-01T00:00:00Z", _INSTANT, False),
        (1_577_836_800_001, "2020-01-01T00:00:00Z", _INSTANT, False),
        ("2020-01-01T00:00:00.123456Z", "2020-01-01T00:00:00.123Z", _INSTANT, False),
        (-(2**62), -(2**62), _INSTANT, True),
        (math.inf, "2020-01-01T00:00:00Z", _INSTANT, False),
        ("2020-01-01", "2020-01-01", _DATE, True),
        (18_262, "2020-01-01", _DATE, True),
        ("2020-01-01T00:00:00Z", "2020-01-01", _DATE, True),
        ("2020-01-02", "2020-01-01", _DATE, False),
        ("12:34:56.789", "12:34:56.789Z", _TIME, True),
        ("12:34:56.789000", "12:34:56.789Z", _TIME, True),
        (45_296_789, "12:34:56.789Z", _TIME, True),
        ("12:34:57", "12:34:56Z", _TIME, False),
        ("ABCDEF00-0000-4000-8000-000000000000", "abcdef00-0000-4000-8000-000000000000", _UUID, True),
        ("abcdef00-0000-4000-8000-000000000001", "abcdef00-0000-4000-8000-000000000000", _UUID, False),
        ("/w==", "/w==", _BYTES, True),
        ("\xff", "/w==", _BYTES, True),
        ("_w", "/w==", _BYTES, True),
        ("/g==", "/w==", _BYTES, False),
        (2**53 + 1, 2**53 + 1, _INTEGER, True),
        (2**53, 2**53 + 1, _INTEGER, False),
        (float(2**53), 2**53 + 1, _INTEGER, False),
        (5.0, 5, _INTEGER, True),
        ("5", 5, _INTEGER, False),
        (True, 1, _INTEGER, False),
        (2**53, 2**53 + 1, _NUMBER, True),
        (2**53 + 2, 2**53, _NUMBER, False),
        (10**400, 10**400, _NUMBER, True),
        (10**400, 10**400 + 1, _NUMBER, False),
        ("5", 5, _NUMBER, False),
        (True, 1, _NUMBER, False),
        (0.1, 0.10000000149011612, _FLOAT, True),
        (0.2, 0.10000000149011612, _FLOAT, False),
        (0.0, -0.0, PLAIN, True),
        (5, 5.0, PLAIN, True),
        (2**53, float(2**53 + 1), PLAIN, True),
        (10**400, 1.0, PLAIN, False),
        (False, 0, PLAIN, False),
        ("NaN", "NaN", PLAIN, True),
        (math.nan, "NaN", PLAIN, True),
        ("a", "A", PLAIN, False),
        ("2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00Z", PLAIN, False),
        ("12.340", "12.34", NO_SHAPE, False),
        (None, None, PLAIN, True),
        (MISSING, None, PLAIN, False),
        (MISSING, None, NO_SHAPE, True),
        (None, MISSING, NO_SHAPE, True),
        ("", None, NO_SHAPE, False),
        (None, "", NO_SHAPE, False),
        ("EU", MISSING, Shape(("plain",), default="EU"), True),
        ("US", MISSING, Shape(("plain",), default="EU"), False),
        ({"a": [1, 2]}, {"a": [1, 2]}, NO_SHAPE, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, NO_SHAPE, False),
        ({"a": 1, "b": 2}, {"a": 1}, NO_SHAPE, False),
        ([1], [1, None], NO_SHAPE, False),
        ([1], {"0": 1}, NO_SHAPE, False),
    ],
)
def test_pairs(effect: Any, expected: Any, shape: Shape, same: bool) -> None:
    """Each way of writing a value is that value, and nothing else is."""
    assert equal(effect, expected, shape) is same


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(_JSON)
def test_a_value_equals_itself_through_json(value: Any) -> None:
    """The echo of any value is that value."""
    echoed = json.loads(json.dumps(value))
    assert equal(echoed, value)
    assert equal_whole(echoed, value, JsonShapes(({},)))


@settings(deadline=None)
@given(_JSON, _JSON)
def test_differences_are_found_exactly_where_values_are_not_equal(one: Any, other: Any) -> None:
    """`differences` names a place if and only if the whole differs."""
    shapes = JsonShapes(({},))
    assert bool(differences(one, other, shapes)) is not equal_whole(one, other, shapes)


def test_shapes_of_an_avro_schema() -> None:
    """Each place of the JSON form has the shape of its logical type, through unions, arrays and maps."""
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}
    micros = {"type": "long", "logicalType": "timestamp-micros"}
    schema = record(
        d=["null", decimal], m={"type": "map", "values": micros}, l={"type": "array", "items": record("I", b="bytes")},
        s="string", f="float", n="int", u={"type": "string", "logicalType": "uuid"}, x=("string", "EU"),
    )  # fmt: skip
    shapes = AvroShapes(parse(json.dumps(schema)))
    assert shapes.at("/d") == Shape(("decimal",), optional=True, scale=2)
    assert shapes.of(payload("/m/any")).kinds == ("instant",)
    assert shapes.at("/m/any").unit == 1_000_000
    assert shapes.at("/l/0/b").kinds == ("bytes",)
    assert shapes.at("/s") == Shape(("plain",), optional=False)
    assert (shapes.at("/f").kinds, shapes.at("/n").kinds, shapes.at("/u").kinds) == (
        ("float32",),
        ("integer",),
        ("uuid",),
    )
    assert shapes.at("/x").default == "EU"
    assert shapes.at("/nowhere/at/all") is NO_SHAPE


def test_shapes_of_a_json_schema() -> None:
    """Formats, integers, required and defaults, through references and combinations."""
    schema = {
        "$defs": {"when": {"type": "string", "format": "date-time"}},
        "properties": {
            "t": {"$ref": "#/$defs/when"}, "n": {"type": "integer"}, "o": {"type": ["string", "null"]},
            "x": {"default": 1}, "w": {"type": ["number", "null"]},
            "l": {"items": {"anyOf": [{"format": "uuid"}, {"type": "null"}]}},
        },
        "required": ["t", "n", "o"],
    }  # fmt: skip
    shapes = JsonShapes((schema,))
    assert shapes.at("/t") == Shape(("instant",), optional=False)
    assert shapes.at("/n") == Shape(("integer",), optional=False)
    assert shapes.at("/w") == Shape(("number",))
    assert shapes.at("/o").optional
    assert shapes.at("/x").default == 1
    assert shapes.at("/l/3").kinds == ("uuid",)


def test_an_echo_is_compared_place_by_place() -> None:
    """The whole value: times as instants where the schema says so, plain text as text."""
    schema = record(at={"type": "long", "logicalType": "timestamp-millis"}, note="string", o=["null", "string"])
    shapes = AvroShapes(parse(json.dumps(schema)))
    told = {"at": "2020-01-01T00:00:00Z", "note": "2020-01-01T00:00:00Z", "o": None}
    assert equal_whole({"at": 1_577_836_800_000, "note": "2020-01-01T00:00:00Z"}, told, shapes)
    wrong = {"at": 1_577_836_800_000, "note": "2020-01-01T01:00:00+01:00", "o": None}
    assert differences(wrong, told, shapes) == [("/note", told["note"], wrong["note"])]
