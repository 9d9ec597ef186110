"""Where what was noted stands: told on the way, as another reading that stops there would tell it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from kcontract.schema.avro.decode import _run, _traced, scan
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.avro.parse import parse
from kcontract.schema.problem import DecodeError, Problems

_INNER = {
    "type": "record",
    "name": "Inner",
    "fields": [
        {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
        {"name": "s", "type": "string"},
        {"name": "i", "type": "int"},
        {"name": "next", "type": ["null", "Inner"]},
    ],
}
_SCHEMA = parse(
    json.dumps(
        {
            "type": "record",
            "name": "Outer",
            "fields": [
                {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
                {"name": "ok", "type": "boolean"},
                {"name": "in", "type": _INNER},
                {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 1}},
                {"name": "list", "type": {"type": "array", "items": "Inner"}},
                {"name": "map", "type": {"type": "map", "values": "Inner"}},
                {"name": "f", "type": "double"},
                {"name": "t", "type": {"type": "int", "logicalType": "time-millis"}},
            ],
        }
    )
)
_LEAF = {"e": "B", "s": "x", "i": 5, "next": Branch(0, None)}
_NEST = {**_LEAF, "next": Branch(1, _LEAF)}
_BODY = encode(
    _SCHEMA,
    {
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "ok": True,
        "in": _NEST,
        "d": b"\x12",
        "list": [_LEAF, _NEST],
        "map": {"k": _NEST},
        "f": 1.5,
        "t": 3,
    },
)
_ODD = st.sampled_from([b"\x01", b"\x02", b"\x03", b"\xff", b"\x82\x00", b"\x80\x80\x80\x80\x40", b"\x80\x00", b"\xc3"])


def _told(problems: tuple[DecodeError, ...]) -> list[Any]:
    return [(p.layer, p.code, p.reason, p.offset, p.path, p.soft) for p in problems]


def _read_again(data: bytes) -> list[Any]:
    """As if nothing were known of where the notes stand."""
    problems = Problems(keep_faults=True)
    last: tuple[DecodeError, ...] = ()
    try:
        _run(_SCHEMA, data, problems)
    except DecodeError as error:
        last = (error,)
    problems.placed = False
    return _told((*_traced(_SCHEMA, data, problems), *last))


@given(st.lists(st.tuples(st.integers(0, len(_BODY) - 1), _ODD, st.integers(0, 2)), min_size=1, max_size=4))
@example([(41, b"\x01", 1)])
@example([(38, b"\x80\x00", 1), (40, b"\x01", 1)])
def test_paths_are_those_of_another_reading(damage: list[tuple[int, bytes, int]]) -> None:
    """In records, in records in them, in lists and maps, with and without an error that ends the reading."""
    data = _BODY
    for at, odd, cut in damage:
        data = data[:at] + odd + data[at + cut :]
    assert _told(scan(_SCHEMA, data).problems) == _read_again(data)


def test_a_note_in_an_inner_record_has_both_steps() -> None:
    """A symbol that does not exist: the first field of the record `in`, behind 37 bytes of id and a boolean."""
    found = scan(_SCHEMA, _BODY[:38] + b"\x01" + _BODY[39:]).problems
    assert [(problem.code, problem.path) for problem in found] == [("enum_index_bad:negative", "/in/e")]
