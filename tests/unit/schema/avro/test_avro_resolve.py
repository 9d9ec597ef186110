"""Schema resolution: what a reader's schema makes of a writer's data."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from kcontract.model.case import Layer
from kcontract.schema.avro.encode import encode, long_bytes
from kcontract.schema.avro.nodes import Branch, Datum
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.resolve import read, resolver_of
from kcontract.schema.problem import DecodeError, Problems


def _read(writer: Any, reader: Any, datum: Datum, *, strict: bool = True) -> Datum:
    left, right = parse(json.dumps(writer)), parse(json.dumps(reader))
    return read(left, right, encode(left, datum), strict=strict)


def _record(*fields: Any, name: str = "R", **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def _field(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


_FIXED = {"type": "fixed", "name": "F", "size": 2}
_INNER = _record(_field("x", "int", default=7), name="I")


@pytest.mark.parametrize(
    ("writer", "reader", "datum", "result"),
    [
        ("int", "long", 5, 5),
        ("int", "double", 5, 5.0),
        ("long", "float", 5, 5.0),
        ("float", "double", 0.5, 0.5),
        ("string", "bytes", "ä", "ä".encode()),
        ("bytes", "string", "ä".encode(), "ä"),
        ("int", ["null", "long"], 5, Branch(1, 5)),
        ("int", ["float", "int"], 5, Branch(1, 5)),
        ("int", ["float", "double"], 5, Branch(0, 5.0)),
        (["null", "int"], "int", Branch(1, 5), 5),
        (["int", "string"], ["string", "long"], Branch(0, 5), Branch(1, 5)),
        ({"type": "array", "items": "int"}, {"type": "array", "items": "long"}, [1, 2], [1, 2]),
        ({"type": "map", "values": "int"}, {"type": "map", "values": "double"}, {"a": 1}, {"a": 1.0}),
        (_record(_field("a", "int"), _field("b", "string")), _record(_field("b", "string")), {"a": 1, "b": "x"},
         {"b": "x"}),
        (_record(_field("a", "int")), _record(_field("z", "int", aliases=["a"])), {"a": 1}, {"z": 1}),
        (_record(_field("a", "int")), _record(_field("a", "int"), name="n.R"), {"a": 1}, {"a": 1}),
        (_record(_field("a", "int")), _record(_field("a", "int"), name="S", aliases=["R"]), {"a": 1}, {"a": 1}),
        (_FIXED, {**_FIXED, "name": "G", "aliases": ["F"]}, b"ab", b"ab"),
    ],
)  # fmt: skip
def test_what_resolves(writer: Any, reader: Any, datum: Datum, result: Datum) -> None:
    """Promotions, unions, projections and aliases, as the specification has them."""
    got = _read(writer, reader, datum)
    assert got == result
    assert type(got) is type(result)


@pytest.mark.parametrize(
    ("kind", "default", "datum"),
    [
        ("bytes", "\u00ff", b"\xff"),
        (_FIXED, "ab", b"ab"),
        ("double", "NaN", math.nan),
        ("float", 1, 1.0),
        (["null", "int"], None, Branch(0, None)),
        (["int", "null"], 3, Branch(0, 3)),
        (_INNER, {}, {"x": 7}),
        ({"type": "array", "items": _INNER}, [{"x": 1}, {}], [{"x": 1}, {"x": 7}]),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, "\u0004\u00d2", b"\x04\xd2"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, "A", "A"),
    ],
)
def test_defaults_have_the_types_of_data(kind: Any, default: Any, datum: Datum) -> None:
    """A default is converted from its JSON, nested ones filled, where some libraries hand out the JSON itself."""
    got = _read(_record(), _record(_field("a", kind, default=default)), {})["a"]
    assert got == datum or (got != got and datum != datum)  # noqa: PLR0124
    assert type(got) is type(datum)


@pytest.mark.parametrize(
    ("writer", "reader", "datum", "code", "path"),
    [
        ("string", "int", "x", "incompatible_writer", ""),
        ("long", "int", 5, "incompatible_writer", ""),
        (_record(), _record(_field("a", "int")), {}, "incompatible_writer:missing_field", "/a"),
        (["null", "int"], "int", Branch(0, None), "incompatible_writer", ""),
        (["int", "string"], ["int"], Branch(1, "x"), "new_symbol_or_branch:branch", ""),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, {"type": "enum", "name": "E", "symbols": ["A"]}, "B",
         "new_symbol_or_branch:symbol", ""),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, {"type": "enum", "name": "X", "symbols": ["A"]}, "A",
         "renamed", ""),
        (_FIXED, {**_FIXED, "size": 3}, b"ab", "incompatible_writer", ""),
        (_FIXED, {**_FIXED, "name": "G"}, b"ab", "renamed", ""),
        (_record(_field("l", {"type": "array", "items": "string"})),
         _record(_field("l", {"type": "array", "items": "int"})),
         {"l": ["x"]}, "incompatible_writer", "/l/0"),
    ],
)  # fmt: skip
def test_what_does_not_resolve(writer: Any, reader: Any, datum: Datum, code: str, path: str) -> None:
    """An error of the resolution, with the kind and the place; only for data that meets it."""
    with pytest.raises(DecodeError) as caught:
        _read(writer, reader, datum, strict=False)
    assert (caught.value.layer, caught.value.code, caught.value.path) == (Layer.RESOLUTION, code, path)
    assert not caught.value.soft


@pytest.mark.parametrize(
    ("writer", "reader", "datum", "code"),
    [
        (_record(), _record(name="S"), {}, "renamed"),
        ({**_FIXED, "name": "n.F"}, {**_FIXED, "name": "m.F"}, b"ab", "renamed"),
        (["null", _record(name="A")], ["null", _record(name="B")], Branch(1, {}), "renamed"),
        ("bytes", "string", b"\xff", "incompatible_writer:bytes"),
        ({"type": "long", "logicalType": "timestamp-millis"}, {"type": "long", "logicalType": "timestamp-micros"}, 5,
         "incompatible_writer:logical"),
    ],
)  # fmt: skip
def test_what_readers_take_differently_is_soft(writer: Any, reader: Any, datum: Datum, code: str) -> None:
    """Java does not look at record names; logical types that differ are read in either way."""
    left, right = parse(json.dumps(writer)), parse(json.dumps(reader))
    problems = Problems()
    resolver_of(left, right)(datum, problems)
    assert [(problem.code, problem.soft) for problem in problems.seen.values()] == [(code, True)]
    with pytest.raises(DecodeError):
        _read(writer, reader, datum)


def test_an_enum_default_stands_for_unknown_symbols() -> None:
    """The reader's default, if it has one."""
    writer = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
    assert _read(writer, {"type": "enum", "name": "E", "symbols": ["X"], "default": "X"}, "B") == "X"


def test_recursive_schemas_resolve() -> None:
    """A list in an older and a newer form."""
    writer = _record(_field("v", "int"), _field("next", ["null", "R"]))
    reader = _record(_field("v", "long"), _field("next", ["null", "R"]), _field("w", "string", default="w"))
    datum = {"v": 1, "next": Branch(1, {"v": 2, "next": Branch(0, None)})}
    assert _read(writer, reader, datum) == {
        "v": 1, "w": "w", "next": Branch(1, {"v": 2, "w": "w", "next": Branch(0, None)}),
    }  # fmt: skip


def test_bytes_are_checked_before_resolution() -> None:
    """What the writer's schema refuses never reaches the reader's."""
    schema = parse('"int"')
    with pytest.raises(DecodeError, match="in an int"):
        read(schema, parse('"long"'), long_bytes(2**31), strict=True)
