"""Many edges in few values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.coverage import Coverage
from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.packing import ConflictError, merged, packed
from kcontract.generate.payload import Payload
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.avro.parse import parse
from tests.unit.generate.contracts import seeded
from tests.unit.strategies.random_avro import RandomSchemas

TEXTS = {f"t{number}": {"type": "string", "maxLength": 40} for number in range(12)}
WIDE: dict[str, Any] = {"type": "object", "properties": {**TEXTS, "n": {"type": "integer"}}}
LONG: dict[str, Any] = {"type": "object", "properties": {"one": {"enum": [f"s{number}" for number in range(60)]}}}


def shown(value: dict[str, Any]) -> set[Any]:
    return {*value.items()}


def planned(payload: Payload, room: int) -> tuple[Coverage, int]:
    """The coverage of what is planned, and how many values that are."""
    coverage, count = Coverage(payload, ()), 0
    for value in coverage.planned(room):
        coverage.note(value)
        count += 1
    return coverage, count


def test_values_are_put_together_where_they_change_different_places() -> None:
    """What one leaves out, another may change elsewhere; 1 and True are two things."""
    base = {"a": 1, "b": [1, 2], "c": {"d": "x"}, "u": Branch(1, {"e": 1, "f": 1})}
    one = {**base, "a": True, "b": [1, 3], "u": Branch(1, {"e": 2, "f": 1})}
    other = {"a": 1, "b": [0, 2], "u": Branch(1, {"e": 1, "f": 2})}
    assert repr(merged(base, one, other)) == repr({"a": True, "b": [0, 3], "u": Branch(1, {"e": 2, "f": 2})})
    for clash in ({**base, "a": 7}, {**base, "b": [1]}, {**base, "u": Branch(0, None)}):
        with pytest.raises(ConflictError):
            merged(base, one, clash)


def test_where_there_is_room_nothing_is_put_together() -> None:
    """One edge a value says best what is wrong."""
    values = [{"a": 0, "b": 0}, {"a": 1, "b": 0}, {"a": 0, "b": 1}]
    assert list(packed(values, 3, shown, lambda _: True)) == values
    assert list(packed(values, 2, shown, lambda _: True)) == [values[0], {"a": 1, "b": 1}]


def test_what_does_not_fit_together_comes_alone() -> None:
    """A constraint of the whole forbids it."""
    values = [{"a": 0, "b": 0}, {"a": 1, "b": 0}, {"a": 0, "b": 1}]
    assert list(packed(values, 2, shown, lambda value: value["a"] + value["b"] < 2)) == values


def test_all_boundaries_are_reached_in_little_room() -> None:
    """In a third of as many values as there are edges."""
    payload = JsonPayload(WIDE, {})
    edges = sum(1 for _ in payload.boundaries(seeded(0)))
    coverage, count = planned(payload, edges // 3)
    assert coverage.measured("t", "").missed == ()
    assert count <= edges // 3


@pytest.mark.parametrize("seed", range(6))
def test_random_schemas_are_covered_by_a_bounded_number_of_records(seed: int) -> None:
    """As many as `verify` makes by default."""
    payload = AvroPayload(parse(json.dumps(RandomSchemas(seeded(seed)).schema())), None)
    coverage, count = planned(payload, 160)
    assert coverage.measured("t", "").missed == ()
    assert count <= 160


def test_why_a_boundary_was_not_reached_is_told() -> None:
    """No room for sixty symbols of one field; nothing made; no time; what the contract forbids."""
    coverage, _ = planned(JsonPayload(LONG, {}), 20)
    measured = coverage.measured("t", "")
    assert len(measured.missed) > 30
    assert measured.text.endswith("--max-examples leaves room for 20 records of this phase")
    assert Coverage(JsonPayload(LONG, {}), ()).measured("t", "").why == "no records were made for them"
    early = Coverage(JsonPayload(LONG, {}), ())
    early.note(next(early.planned(100)))
    assert early.measured("t", "").why == "there was no time for more records"
    refused = Coverage(JsonPayload(LONG, {}), ())
    list(refused.planned(100))
    assert refused.measured("t", "").why.startswith("what else the contract says")


def test_what_was_shown_needs_no_reason() -> None:
    """Everything reached: nothing more is said."""
    coverage, _ = planned(JsonPayload(LONG, {}), 100)
    assert coverage.measured("t", "").text == "schema of t: 61 of 61 boundaries (100 %)"
