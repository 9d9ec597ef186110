"""One part of a payload, as the whole of it would say."""

from __future__ import annotations

import json
from itertools import islice
from random import Random

import pytest

from kcontract.generate.avro_values import AvroValues
from kcontract.oracle.expressions import resolve_pointer
from kcontract.oracle.parts import part_at, part_of
from kcontract.oracle.reading import MISSING, ValueReading
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.parse import parse
from tests.unit.generate.contracts import RICH

POINTERS = ("", *(f"/{field['name']}" for field in RICH["fields"]), "/tags/0", "/tags/01", "/tags/9", "/props/key",
            "/props/none", "/nowhere", "/opt/deeper", "/event_id/0")  # fmt: skip


@pytest.mark.parametrize("pointer", POINTERS)
def test_a_part_is_what_the_whole_form_has_there(pointer: str) -> None:
    """For ordinary, edge and random data, through unions, arrays and maps, and where nothing stands."""
    schema, rng = parse(json.dumps(RICH)), Random(1)  # noqa: S311 - test data
    values = AvroValues(schema, lambda _: True)
    data = [values.ordinary(rng, full=True), *islice(values.boundaries(rng), 150), *islice(values.random(rng), 50)]
    part = part_of(schema, pointer)
    for datum in data:
        assert part(datum) == resolve_pointer(json_form(schema, datum), pointer)


def test_a_part_of_a_recursive_record_is_found() -> None:
    """As deep as the pointer says, and nothing beyond the end."""
    schema = parse(json.dumps({"type": "record", "name": "N", "fields": [{"name": "next", "type": ["null", "N"]}]}))
    values = AvroValues(schema, lambda _: True)
    for datum in islice(values.random(Random(2)), 40):  # noqa: S311 - test data
        for pointer in ("/next", "/next/next", "/next/next/next"):
            assert part_of(schema, pointer)(datum) == resolve_pointer(json_form(schema, datum), pointer)


def test_without_a_shorter_way_the_whole_is_asked() -> None:
    """As for JSON, whose form is there already."""
    assert part_at(ValueReading((), lambda: {"a": [1, 2]}), "/a/1") == 2
    assert part_at(ValueReading(), "/a") is MISSING
