"""The billing service's own check of Avro bytes, against kcontract's strict decoder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastavro.schema import parse_schema
from hypothesis import given
from hypothesis import strategies as st

from examples.patients.billing.strict_avro import MalformedError, check
from kcontract.schema.avro.decode import decode
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.avro.parse import parse
from kcontract.schema.problem import DecodeError

TEXT = (Path(__file__).parents[3] / "schemas/patients/patient_created.v2.avsc").read_text(encoding="utf-8")
OURS, THEIRS = parse(TEXT), parse_schema(json.loads(TEXT))
LATER = ("logical_out_of_range", "non_finite")  # noticed when the bytes become values
EVENT = {
    "event_id": "0b4a9d05-9c1b-4d5e-8f0a-3b1c2d4e5f60",
    "event_type": "patient.created",
    "occurred_at": 1_600_000_000_000,
    "correlation_id": "c",
    "patient_id": "0b4a9d05-9c1b-4d5e-8f0a-3b1c2d4e5f61",
    "name": "Zoë",
    "birth_date": Branch(1, -5),
    "insurance": "SELF_PAID",
    "contact": Branch(2, {"number": "", "mobile": True}),
    "diagnoses": ["a", ""],
    "labels": {"a": "b", "": ""},
    "deposit": b"\x00\xff",
    "account_no": -(2**63),
    "weight_kg": 1.5,
    "visits": 2**31 - 1,
    "language": "de",
}
BODY = encode(OURS, EVENT)
BYTES = st.sampled_from([0, 1, 2, 3, 0x7F, 0x80, 0xFF]) | st.integers(0, 255)


def refused(body: bytes) -> bool:
    """Whether the service's check refuses a body. A wrong UTF-8 is a ValueError of Python's own."""
    try:
        check(body, THEIRS)
    except ValueError:
        return True
    return False


@given(st.integers(0, len(BODY)), st.integers(0, 3), st.lists(BYTES, max_size=3).map(bytes))
def test_agrees_with_the_strict_decoder(at: int, removed: int, inserted: bytes) -> None:
    """What one takes the other takes, but for values that are out of range only as times and UUIDs."""
    body = BODY[:at] + inserted + BODY[at + removed :]
    try:
        decode(OURS, body, strict=True)
        invalid = False
    except DecodeError as error:
        if str(error.code).startswith(LATER):
            return
        invalid = True
    assert refused(body) == invalid


@pytest.mark.parametrize(
    ("schema", "body", "invalid"),
    [
        ({"type": "array", "items": "string"}, b"\x02\x02a\x02\x02b\x00", False),
        ({"type": "array", "items": "string"}, b"\x03\x08\x02a\x02b\x00", False),
        ({"type": "array", "items": "string"}, b"\x01\x06\x02a\x00", True),
        ({"type": "array", "items": "string"}, b"\x82\x00\x02a\x00", True),
        ({"type": "array", "items": "null"}, b"\x80\x80\x80\x80\x20\x00", True),
        ({"type": "map", "values": "string"}, b"\x04\x02a\x02b\x02a\x02c\x00", True),
        ({"type": "fixed", "name": "F", "size": 2}, b"\x01\x02", False),
        (["null", "float"], b"\x02\x00\x00\x00\x00", False),
        (["null", "float"], b"\x01", True),
        ("string", b"\x01", True),
        ("boolean", b"\x02", True),
        ("int", b"\x80\x80\x80\x80\x10", True),
        ("long", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", False),
        ("long", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x03", True),
        ("long", b"\xff" * 11, True),
        ("long", b"\x80" * 100_000, True),
        ("bytes", b"\x80\x80\x80\x80\x80\x80\x80\x80\x40", True),
    ],
)
def test_forms(schema: Any, body: bytes, invalid: bool) -> None:
    """Block forms that the specification allows are taken, forms that it does not are refused."""
    if invalid:
        with pytest.raises(MalformedError):
            check(body, parse_schema(schema))
    else:
        check(body, parse_schema(schema))


def test_nesting_has_an_end() -> None:
    """A recursive value of thousands of levels is refused, where fastavro would end the process."""
    node = {"type": "record", "name": "N", "fields": [{"name": "next", "type": ["null", "N"]}]}
    with pytest.raises(MalformedError):
        check(b"\x02" * 100_000 + b"\x00", parse_schema(node))
