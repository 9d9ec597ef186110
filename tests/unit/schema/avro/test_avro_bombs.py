"""Hostile payloads: whatever the bytes, a verdict comes soon and in little memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.encode import long_bytes
from kcontract.schema.avro.parse import parse

_LIST = '{"type":"record","name":"N","fields":[{"name":"v","type":"int"},{"name":"next","type":["null","N"]}]}'
_TREE = '{"type":"record","name":"N","fields":[{"name":"k","type":{"type":"array","items":"N"}}]}'
_ITSELF = '{"type":"record","name":"N","fields":[{"name":"k","type":"N"}]}'
_NULLS = '{"type":"array","items":"null"}'
_EMPTIES = '{"type":"array","items":{"type":"record","name":"E","fields":[]}}'
_FIXED_0 = '{"type":"array","items":{"type":"fixed","name":"F","size":0}}'
_NULLS_2 = '{"type":"array","items":{"type":"array","items":"null"}}'
_LISTS = '{"type":"array","items":{"type":"array","items":"int"}}'
_RECORDS = (
    '{"type":"array","items":["null",{"type":"record","name":"R","fields":[{"name":"a","type":"int"},'
    '{"name":"b","type":["null","int"]}]}]}'
)
_DECIMAL = '{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}'
_BOOLEANS = '{"type":"array","items":"boolean"}'
_MAP = '{"type":"map","values":"null"}'
_MIB = 2**20


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        (_LIST, b"\0\2" * 4_700),
        (_LIST, b"\0\2" * 500_000),
        (_TREE, b"\2" * 200_000),
        (_ITSELF, b""),
        (_NULLS, long_bytes(10**8) + b"\0"),
        (_NULLS, long_bytes(10**9) + b"\0"),
        (_NULLS, long_bytes(2**62) + b"\0"),
        (_NULLS, long_bytes(-(2**63)) + b"\0\0"),
        (_NULLS, (long_bytes(-(2**63)) + b"\0") * 50_000),
        (_NULLS, (long_bytes(1_000)) * 300_000 + b"\0"),
        (_EMPTIES, long_bytes(10**8) + b"\0"),
        (_FIXED_0, long_bytes(10**8) + b"\0"),
        (_NULLS_2, long_bytes(100_000) + (long_bytes(60_000) + b"\0") * 100_000 + b"\0"),
        (_LISTS, long_bytes(_MIB) + b"\0" * _MIB + b"\0"),
        (_RECORDS, long_bytes(300_000) + b"\2\2\0" * 300_000 + b"\0"),
        (_DECIMAL, long_bytes(_MIB) + b"\x7f" * _MIB),
        ('"string"', long_bytes(2**62) + b"abc"),
        ('"long"', b"\x80" * (4 * _MIB)),
        ('"long"', b"\x80" * (4 * _MIB) + b"\1"),
        (_BOOLEANS, long_bytes(_MIB // 4) + b"\2" * (_MIB // 4) + b"\0"),
        (_MAP, long_bytes(2**40) + b"\0"),
        ('"string"', b"\0" + b"\2" * _MIB),
    ],
)  # fmt: skip
def test_a_bomb_is_judged_within_time_and_memory(schema: str, data: bytes) -> None:
    """No payload of the survey's table takes more than 64 MiB or a few seconds."""
    parsed = parse(schema)
    tracemalloc.start()
    started = time.process_time()
    scan(parsed, data)
    spent = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * _MIB
    assert spent < 10
