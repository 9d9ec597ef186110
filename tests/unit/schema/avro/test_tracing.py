"""Paths of problems: what is not read again for them is told all the same."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from kcontract.generate.avro_values import AvroValues
from kcontract.schema.avro import decode as decoding
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.avro.parse import parse
from kcontract.schema.problem import DecodeError, Problems
from tests.unit.generate.contracts import RICH, seeded
from tests.unit.strategies.random_avro import RandomSchemas


def told(schema: AvroSchema, body: bytes) -> list[Any]:
    return [(p.layer, p.code, p.reason, p.offset, p.path, p.soft) for p in scan(schema, body).problems]


def damaged(schema: AvroSchema, rng: Random) -> list[bytes]:
    """Two messages, trailing bytes, both with flips before them, and flips alone."""
    datum = next(AvroValues(schema, lambda _: True).random(seeded(1)))
    body = encode(schema, datum)
    tails = [body, b"", b"\x00", rng.randbytes(7), body + b"\x01"]
    found = []
    for tail in tails:
        for _ in range(8):
            broken = bytearray(body + tail)
            for _ in range(rng.randint(0, 2)):
                if broken:
                    broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
            found.append(bytes(broken))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_shortcut_says_what_reading_again_says(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same codes, reasons, offsets and paths, of thousands of damaged bodies of random schemas."""
    rng = seeded(seed)
    schemas = [parse(json.dumps(RandomSchemas(rng).schema())) for _ in range(5)] + [parse(json.dumps(RICH))]
    bodies = [(schema, body) for schema in schemas for body in damaged(schema, rng)]
    quick = [told(schema, body) for schema, body in bodies]
    traced = decoding._traced

    def again(writer: AvroSchema, data: bytes, problems: Problems) -> tuple[DecodeError, ...]:
        problems.placed = False
        return traced(writer, data, problems)

    monkeypatch.setattr(decoding, "_traced", again)
    assert quick == [told(schema, body) for schema, body in bodies]
    codes = {problem[1] for problems in quick for problem in problems}
    assert {"trailing_bytes", "concatenated"} <= codes
