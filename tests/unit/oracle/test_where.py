"""`where`, `when` and expressions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcontract.model.contract import Expression, Where
from kcontract.model.record import Record
from kcontract.oracle.expressions import Exchange, evaluate, evaluate_exchange, parse_body, resolve_pointer
from kcontract.oracle.reading import MISSING
from kcontract.oracle.shapes import JsonShapes
from kcontract.oracle.when import applies
from kcontract.oracle.where import where_matches
from kcontract.schema.problem import escape
from tests.unit.oracle.contracts import AT, UUID, json_schema, payload

_HEADER, _KEY = Expression(root="message.header", pointer="cid"), Expression(root="message.key")
_RECORD = Record(b'{"id": 5}', b"{}", (("cid", b"old"), ("cid", b"new")))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", {"a": {"b/c": [1, 2]}, "~": 3}),
        ("/a/b~1c/1", 2),
        ("/~0", 3),
        ("/a/b~1c/2", MISSING),
        ("/a/b~1c/01", MISSING),
        ("/a/b~1c/-", MISSING),
        ("/a/b~1c/²", MISSING),
        ("/a/x", MISSING),
        ("/~/x", MISSING),
    ],
)
def test_pointers(pointer: str, value: Any) -> None:
    """RFC 6901, with MISSING for what is not there."""
    assert resolve_pointer({"a": {"b/c": [1, 2]}, "~": 3}, pointer) == value


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.integers()))
def test_every_property_can_be_pointed_at(value: dict[str, int]) -> None:
    """Escaping and resolving are inverse."""
    assert all(resolve_pointer(value, f"/{escape(name)}") == number for name, number in value.items())


def test_expressions_on_a_record() -> None:
    """Of several headers with one name the last counts; a key is text, or JSON where a pointer goes into it."""
    assert evaluate(_HEADER, _RECORD, {}) == "new"
    assert evaluate(Expression(root="message.header", pointer="no"), _RECORD, {}) is MISSING
    assert evaluate(_KEY, _RECORD, {}) == '{"id": 5}'
    assert evaluate(Expression(root="message.key", pointer="/id"), _RECORD, {}) == 5
    assert evaluate(Expression(root="message.key", pointer="/id"), _RECORD, {}, key={"id": 6}) == 6
    assert evaluate(payload("/a"), _RECORD, {"a": 1}) == 1
    assert evaluate(payload("/a"), _RECORD, MISSING) is MISSING
    assert evaluate(_KEY, Record(b"\xff"), {}) is MISSING


def test_expressions_on_an_exchange() -> None:
    """Bodies by pointer, path parts by name, the status as number."""
    exchange = Exchange(parse_body(b'{"a": 1}'), {"id": "x"}, 201, parse_body(b"not json"))
    roots: list[tuple[Any, str, Any]] = [
        ("request.body", "/a", 1), ("request.path", "id", "x"), ("request.path", "no", MISSING),
        ("response.status", "", 201), ("response.body", "/id", MISSING), ("message.key", "", MISSING),
    ]  # fmt: skip
    for root, pointer, value in roots:
        assert evaluate_exchange(Expression(root=root, pointer=pointer), exchange) == value


def _where(**pairs: Expression) -> Where:
    return Where(at=AT, pairs=tuple((f"/{name}" if name else "", expression) for name, expression in pairs.items()))


def test_pairs_that_disagree_are_named() -> None:
    """A mismatch tells the place, what was due and what came."""
    where = _where(a=payload("/a"), b=payload("/b"), c=_HEADER)
    found = where_matches(where, _RECORD, {"a": 1, "b": "x"}, Record(None, b"{}"), {"a": 1, "b": "y"})
    assert [(one.pointer, one.expected, one.got) for one in found] == [("/b", "x", "y"), ("/c", "new", MISSING)]
    assert str(found[0]) == "/b is 'y', not 'x'"
    assert str(found[1]) == "/c is absent, not 'new'"


def test_headers_and_keys_are_text_that_may_stand_as_values() -> None:
    """A number in a key may be a number in the effect, and a UUID may change its case."""
    record = Record(b"5", b"{}", (("cid", UUID.encode()),))
    effect = {"k": 5, "c": UUID.upper()}
    assert where_matches(_where(k=_KEY, c=_HEADER), record, {}, Record(None, b"{}"), effect) == ()
    assert where_matches(_where(k=_KEY), record, {}, Record(None, b"{}"), {"k": 6}) != ()


def test_an_absent_payload_is_not_compared() -> None:
    """A tombstone says nothing of fields, and an effect that cannot be read is judged elsewhere."""
    where = _where(a=payload("/a"))
    assert where_matches(where, Record(b"k", None), MISSING, Record(None, b"{}"), {"a": 1}) == ()
    assert where_matches(where, _RECORD, {"a": 1}, Record(None, None), MISSING) == ()
    assert where_matches(where, _RECORD, {"a": 1}, Record(None, b"{}"), {}) != ()


def test_the_echo_names_the_places_that_differ() -> None:
    """`{"": $message.payload}` compares everything, and tells where."""
    echo = Where(at=AT, pairs=(("", payload()),))
    shapes = JsonShapes(({"properties": {"t": {"format": "date-time"}}},))
    told = {"t": "2020-01-01T00:00:00Z", "n": [1, 2]}
    same = {"t": "2020-01-01T01:00:00+01:00", "n": [1, 2]}
    assert where_matches(echo, _RECORD, told, Record(None, b"{}"), same, shapes) == ()
    found = where_matches(echo, _RECORD, told, Record(None, b"{}"), {**same, "n": [1, 3], "x": 1}, shapes)
    assert [(one.pointer, one.expected, one.got) for one in found] == [("/n/1", 2, 3), ("/x", MISSING, 1)]


def test_parts_of_a_payload_keep_their_shapes() -> None:
    """An object copied from below the root is compared by the schema of that place."""
    shapes = JsonShapes(({"properties": {"in": {"properties": {"t": {"format": "date-time"}}}}},))
    told = {"in": {"t": "2020-01-01T00:00:00Z"}}
    effect = {"o": {"t": "2020-01-01T01:00:00+01:00"}}
    assert where_matches(_where(o=payload("/in")), _RECORD, told, Record(None, b"{}"), effect, shapes) == ()


def test_when_is_a_schema_of_the_input() -> None:
    """A tombstone's payload counts as null."""
    adult = json_schema({"type": "object", "properties": {"age": {"minimum": 18}}})
    assert applies(adult, {"age": 20})
    assert not applies(adult, {"age": 3})
    assert not applies(adult, MISSING)


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (b'{"age": 20.0}', True),
        (b'{"age": 2e1}', True),
        (b'{"age": 3.0}', False),
        (b'{"age": 1e400}', True),
        (b'{"age": -0.0}', False),
        (b'{"age": 20.5}', False),
        (b'{"age": [20.0]}', False),
        (b'{"age": ' + b"9" * 5000 + b"}", True),
    ],
)
def test_a_condition_on_a_number_however_it_is_written(body: bytes, holds: bool) -> None:
    """`20.0` is an integer to JSON Schema, and what no binary64 holds is merely large."""
    adult = json_schema({"properties": {"age": {"type": "integer", "minimum": 18}}})
    assert applies(adult, parse_body(body)) is holds


@pytest.mark.parametrize("body", [b'{"weight": 0.0}', b'{"weight": 20e0}', b'{"weight": 18446744073709551616}'])
def test_a_number_field_takes_whole_numbers_however_they_are_written(body: bytes) -> None:
    """`0.0` is a number: a page that shows it as it was sent is right. What only excludes numbers is not met by it."""
    assert applies(json_schema({"properties": {"weight": {"type": "number", "minimum": 0}}}), parse_body(body))
    assert applies(json_schema({"properties": {"weight": {"type": ["number", "null"]}}}), parse_body(body))
    assert not applies(json_schema({"properties": {"weight": {"not": {"type": "number"}}}}), parse_body(body))
