"""What records have in common."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.document.drafts.draft import Seen
from kcontract.document.drafts.habits import correlation, identity, seen
from kcontract.model.record import Headers, Record

UUIDS = ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7")


def _of(*records: tuple[str | bytes | None, Any, Headers]) -> Seen:
    made = []
    for key, value, headers in records:
        made.append(Record(key.encode() if isinstance(key, str) else key, json.dumps(value).encode(), headers))
    return seen(made, [value for _, value, _ in records], 0)


def test_the_key_is_the_field_that_always_equals_it() -> None:
    """Outer fields first; a field that only sometimes does is none."""
    first = (UUIDS[0], {"in": {"id": UUIDS[0]}, "id": UUIDS[0], "n": UUIDS[0]}, ())
    second = (UUIDS[1], {"in": {"id": UUIDS[1]}, "id": UUIDS[1], "n": "x"}, ())
    found = _of(first, second)
    assert found.key_from == ("/id", "/in/id")
    assert found.key == "{type: string, format: uuid}"


@pytest.mark.parametrize(
    ("keys", "schema"),
    [
        (("1", "22"), '{type: string, pattern: "^-?[0-9]+$"}'),
        (("a", "b"), "{type: string, minLength: 1}"),
        ((None, "b"), ""),
        ((None, None), ""),
        ((b"\xff", "b"), ""),
        ((b"\0\0\0\0\1a", b"\0\0\0\0\1b"), ""),
        (
            ('{"id": 1}', '{"id": 2}'),
            '{"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}',
        ),
        (('{"id": 1}', "{"), "{type: string, minLength: 1}"),
    ],
)
def test_a_key_has_a_schema_where_all_keys_are_alike(keys: tuple[str | bytes | None, ...], schema: str) -> None:
    """Nothing is said of keys that only some records have, or that are no text."""
    found = _of(*((key, {}, ()) for key in keys))
    assert found.key == schema
    assert found.key_note


@pytest.mark.parametrize(
    ("keys", "note"),
    [
        ((b"\0\0\0\0\1a", b"\0\0\0\0\2b"), "schema id"),
        ((b"\0\0\0\0\0\0\0\1", b"\0\0\1\x8b\0\0\0\2"), "of 8 bytes each, as whole numbers are"),
        ((b"\0\0\0\1", b"\0\0\1\0"), "of 4 bytes each, as whole numbers are"),
        ((b"\0\0\0\0\0ab", b"\0\0\0\0\0c\xff"), "keys are not text"),
    ],
)
def test_a_number_is_not_taken_for_a_schema_s_id(keys: tuple[bytes, bytes], note: str) -> None:
    """Numbers as Kafka's serializers write them begin with zeros, too."""
    assert note in _of(*((key, {}, ()) for key in keys)).key_note


def test_one_key_proves_nothing_of_fields() -> None:
    """A constant field equals a constant key by chance."""
    assert _of(("a", {"x": "a"}, ()), ("a", {"x": "a"}, ())).key_from == ()


def test_a_damaged_record_shows_no_habits() -> None:
    """One among them takes nothing from what all others have; a tombstone is none."""
    good = [Record(b"a", b"1", (("id", b"1"),)), Record(b"b", None, (("id", b"2"),))]
    found = seen([*good, Record(None, b"{x")], [1, None, None], 1)
    assert (found.records, found.odd, found.tombstones, found.headers) == (3, 1, 1, ("id",))
    assert found.key == "{type: string, minLength: 1}"
    assert seen([Record(b"a", b"\xff")], [None], 1).key == "{type: string, minLength: 1}"


def test_headers_of_all_and_of_some_records() -> None:
    """A header without text, kcontract's own and those of the wire are no habit."""
    marks: Headers = (("kcontract-case", b"1"), ("__value_schema_id", b"\1" * 17))
    found = _of(("a", {}, (("id", b"1"), ("x", b"2"), ("raw", b"\xff"))), ("b", {}, (("id", b"3"), *marks)))
    assert found.headers == ("id",)
    assert found.some_headers == ("x", "raw")


def test_correlation_ids_are_found_by_their_names() -> None:
    """In headers before the payload; by the better name before the earlier one."""
    assert correlation(["request-id", "X-Correlation-ID"], []) == "$message.header#/X-Correlation-ID"
    assert correlation(["other"], ["/id", "/meta/correlationId"]) == "$message.payload#/meta/correlationId"
    assert correlation(["other"], ["/id"]) == ""
    assert identity(["/id", "/eventId"]) == "$message.payload#/eventId"
