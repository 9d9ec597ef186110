"""Smaller variants of a record: each is smaller, keeps what ties evidence to it, and the small ones are reached."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.generate.smaller import size, smaller
from kcontract.model.case import CASE_HEADER
from kcontract.model.record import Record
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import AvroSchema, Branch
from kcontract.schema.avro.parse import parse

TOKEN = b"0f8fad5b-d9cb-469f-a165-70867728950e"


def smallest(record: Record, holds: Any, avro: AvroSchema | None = None, start: int = 0) -> Record:
    """What is left when the first variant for which `holds` is taken again and again."""
    while better := next((one for one in smaller(record, (TOKEN,), avro, start) if holds(one)), None):
        assert size(better) < size(record)
        record = better
    return record


def test_a_document_is_cut_down_to_what_matters() -> None:
    """Fields, items, text and numbers that have nothing to do with it go; the token stays."""
    value = {"id": TOKEN.decode(), "lines": [{"sku": "abc", "n": 7}, {"sku": "def", "n": 12345}], "note": "so it is"}
    record = Record(b"k", json.dumps(value).encode(), (("a", b"1"), (CASE_HEADER, b"run/1"), ("corr", TOKEN)))
    left = smallest(record, lambda one: any(line.get("n", 0) > 9 for line in json.loads(one.value).get("lines", [])))
    assert json.loads(left.value or b"") == {"id": TOKEN.decode(), "lines": [{"n": 12}]}
    assert left.headers == record.headers[1:]


def test_what_is_no_json_is_cut_by_bytes() -> None:
    """The frame stays, and of the body the piece that matters."""
    record = Record(None, b"\0\0\0\0\7" + bytes(300) + b"\xff" + bytes(200))
    left = smallest(record, lambda one: b"\xff" in one.value, start=5)
    assert left.value is not None
    assert left.value[:5] == b"\0\0\0\0\7"
    assert len(left.value) <= 12


def test_avro_stays_within_its_schema() -> None:
    """A smaller datum is written with the writer's schema; an optional field becomes null, a text short."""
    schema = parse(
        json.dumps(
            {
                "type": "record",
                "name": "E",
                "fields": [
                    {"name": "id", "type": "string"},
                    {"name": "o", "type": ["null", "string"]},
                    {"name": "l", "type": {"type": "array", "items": "long"}},
                ],
            }
        )
    )
    value = encode(schema, {"id": TOKEN.decode(), "o": Branch(1, "something"), "l": [1, 2, 3000]})
    left = smallest(Record(None, value), lambda _one: True, schema)
    assert left.value == encode(schema, {"id": TOKEN.decode(), "o": Branch(0, None), "l": []})


@pytest.mark.parametrize("value", [None, b"", b"{}", b"0", b"[]", b"\xff", b"[" * 5_000])
def test_what_is_small_or_strange_does_no_harm(value: bytes | None) -> None:
    """There may be no variant; nothing is raised."""
    assert all(len(one.value or b"") < len(value or b"") for one in smaller(Record(None, value), (), None, 0))
