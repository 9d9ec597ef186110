"""Schema coverage: what the valid records of a run have shown of their payload's boundaries."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

import pytest

from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.coverage import Coverage
from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.payload import Payload
from kcontract.schema.avro.parse import parse
from tests.unit.generate.contracts import RICH, avro_contract, json_contract, seeded, source

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"enum": ["a", "b"]},
        "n": {"type": "integer", "minimum": 1, "maximum": 9},
        "tags": {"type": "array", "items": {"type": "boolean"}, "maxItems": 2},
    },
}
RECORD = {
    "type": "record", "name": "R",
    "fields": [{"name": "choice", "type": ["null", "int", {"type": "map", "values": "int"}]}],
}  # fmt: skip


def test_nothing_is_shown_by_nothing() -> None:
    """Every boundary is missed, by place and words."""
    measured = Coverage(JsonPayload(SCHEMA, {}), ()).measured("t", "")
    assert measured.reached == 0
    assert {"/kind 'a'", "/kind 'b'", "/n 1", "/n 9", "/n absent", "/tags 0 items", "/tags/* True"} <= {
        *measured.missed
    }
    assert measured.text.startswith(f"schema of t: 0 of {measured.goals} boundaries (0 %)")


def test_each_value_shows_its_own() -> None:
    """One value, and what it shows is missed no more."""
    coverage = Coverage(JsonPayload(SCHEMA, {}), ())
    before = {*coverage.measured("t", "").missed}
    coverage.note({"kind": "b", "tags": [True]})
    after = {*coverage.measured("t", "").missed}
    assert before - after == {"/kind 'b'", "/n absent", "/tags 1 items", "/tags/* True"}


def test_branches_and_entries_of_avro_count() -> None:
    """Each branch of a union, and how many entries a map has."""
    payload = AvroPayload(parse(json.dumps(RECORD)), None)
    missed = {*Coverage(payload, ()).measured("t", "").missed}
    assert {"/choice branch 1", "/choice branch 2", "/choice branch 3", "/choice 2147483647"} <= missed


@pytest.mark.parametrize("payload", [JsonPayload(SCHEMA, {}), AvroPayload(parse(json.dumps(RICH)), None)])
def test_the_whole_phase_shows_everything(payload: Payload) -> None:
    """The goals are those of the coverage phase, whatever its randomness."""
    coverage = Coverage(payload, ())
    for value in islice(payload.boundaries(seeded(5)), 2_000):
        coverage.note(value)
    assert coverage.measured("t", "").missed == ()


@pytest.mark.parametrize("made", [avro_contract, json_contract])
def test_a_source_measures_what_it_made(made: Any) -> None:
    """More cases show more; identities, which are fresh in each, are no boundaries."""
    few, many = source(made(), max_examples=20), source(made(), max_examples=200)
    for one in (few, many):
        list(one.valid())
    (less,), (more,) = few.coverage, many.coverage
    assert 0 < less.reached < more.reached
    assert more.reached > 0.8 * more.goals
    assert more.why == "--max-examples leaves room for 160 records of this phase"
    assert not any(what.startswith("/event_id") for what in less.missed)
