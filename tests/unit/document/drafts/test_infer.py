"""JSON Schemas for what was seen."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kcontract.document.drafts.infer import infer
from kcontract.schema.json.validate import JsonSchema

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(JSON, min_size=1, max_size=5))
def test_what_was_seen_is_valid(values: list[Any]) -> None:
    """Every document that a schema was made from is valid against it."""
    schema = JsonSchema(json.dumps(infer(values)), assert_formats=True)
    assert all(schema.accepts(value) for value in values)


def test_members_of_all_are_required_and_types_are_joined() -> None:
    """An integer that is a fraction elsewhere is a number; null is a type of its own."""
    found = infer([{"id": 1, "n": 1, "s": None}, {"id": 2, "n": 0.5, "s": "x", "more": [1, 2]}])
    assert found == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "n": {"type": "number"},
            "s": {"type": ["null", "string"]},
            "more": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["id", "n", "s"],
    }


def test_formats_are_those_of_every_text() -> None:
    """A format that one text breaks is none."""
    uuid, other = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    assert infer([uuid, other]) == {"type": "string", "format": "uuid"}
    assert infer(["2026-01-01T00:00:00Z"]) == {"type": "string", "format": "date-time"}
    assert infer([uuid, "x"]) == {"type": "string"}


def test_names_that_are_data_make_a_map() -> None:
    """Objects whose names are UUIDs, or of which no two have the same of many."""
    assert infer([{"0f8fad5b-d9cb-469f-a165-70867728950e": 1}])["additionalProperties"] == {"type": "integer"}
    many = [{f"n{index}": index} for index in range(40)]
    assert infer(many) == {"type": "object", "additionalProperties": {"type": "integer"}}
