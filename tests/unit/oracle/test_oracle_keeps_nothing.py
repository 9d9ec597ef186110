"""What was wrong with a record is gone when nobody holds it: no frames, no cycles, no collector needed."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kcontract.model.record import Record
from kcontract.oracle.topic import TopicOracle
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.parse import parse
from kcontract.schema.json.parse import scan_json
from kcontract.schema.problem import DecodeError
from tests.decoders.payloads import damaged_ground

_AVRO = '{"type":"record","name":"R","fields":[{"name":"s","type":"string"},{"name":"b","type":"boolean"}]}'
_JSON = '{"type":"object","required":["id"]}'


def _problems(reads: Callable[[bytes], Any], data: bytes) -> list[weakref.ref[DecodeError]]:
    """The problems, while this frame holds what they are kept in."""
    reading = reads(data)
    found: Sequence[DecodeError] = reading.problems
    return [weakref.ref(problem) for problem in found]


@pytest.mark.parametrize(
    ("reads", "data"),
    [
        (lambda data: scan(parse(_AVRO), data), b"\4"),
        (lambda data: scan(parse(_AVRO), data), b"\2\xff\2"),
        (lambda data: scan(parse(_AVRO), data), b"\2a\2"),
        (scan_json, b"{x"),
        (scan_json, b"\xff"),
        (scan_json, b"[" * 100 + b"]" * 100),
    ],
)
def test_problems_are_freed_with_what_they_are_kept_in(reads: Callable[[bytes], Any], data: bytes) -> None:
    """A traceback would lead to the frame that keeps them, and hold it, the record's bytes included, for ever."""
    gc.disable()
    try:
        references = _problems(reads, data)
        assert references
        assert [reference() for reference in references] == [None] * len(references)
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("kind", "schema", "value"), [("avro", _AVRO, b"\4"), ("json", _JSON, b"{x"), ("json", _JSON, b"{}")]
)
def test_asking_the_oracle_leaves_nothing_behind(kind: str, schema: str, value: bytes) -> None:
    """As many objects after a thousand damaged records as after the first few."""
    ground = damaged_ground(kind, schema)
    oracle = TopicOracle(ground.contract, ground.receive, ())
    record = Record(None, value)
    for _ in range(10):
        oracle.expect(record)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1_000):
        oracle.expect(record)
    gc.collect()
    assert len(gc.get_objects()) - before < 100


@pytest.mark.parametrize("value", [b'{"id":1}', b'{"id":1e0}', b'{"id":1,"id":2}', b'{"id":"\\ud800"}', b"{}", b"{x"])
def test_reading_json_makes_no_cycles(value: bytes) -> None:
    """A run hardly ever looks for them."""
    ground = damaged_ground("json", _JSON)
    oracle = TopicOracle(ground.contract, ground.receive, ())
    oracle.expect(Record(None, value))
    gc.collect()
    gc.disable()
    try:
        oracle.expect(Record(None, value))
        assert gc.collect() == 0
    finally:
        gc.enable()
