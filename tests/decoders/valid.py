"""Valid Avro data of random schemas: our encoder beside fastavro's and Java's decoders.

A value counts as a mismatch if fastavro reads another one of what it wrote itself, or if Java, which reads our bytes
and writes them anew, writes what our strict decoder reads as another datum.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from types import ModuleType
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import AvroSchema, Branch, Datum
from kcontract.schema.avro.parse import parse
from kcontract.strategies.avro_data import AvroData
from kcontract.strategies.avro_python import python_form
from tests.decoders.java_side import Answer
from tests.unit.strategies.drawing import QUICK
from tests.unit.strategies.random_avro import RandomSchemas
from tests.unit.strategies.test_avro_documents import back, bare, same

VALUES = 3
"""Of each schema."""


@dataclass(slots=True)
class Agreement:
    """What was compared, and what differs, in words."""

    schemas: int = 0
    values: int = 0
    fastavro: list[str] = field(default_factory=list)
    java: list[str] = field(default_factory=list)


def compare(schemas: int, seed: int, *, java: ModuleType | None) -> Agreement:
    """So many random schemas, each with a few data. `java`: tests.decoders.java_side."""
    found = Agreement()
    batches: list[tuple[str, list[bytes]]] = []
    known: list[tuple[AvroSchema, list[Datum]]] = []
    for document, data in _drawn(schemas, seed):
        text = json.dumps(document)
        schema = parse(text)
        form = python_form(schema)
        values = [form(datum) for datum in data]
        found.fastavro += [f"{v!r} of {text}" for v in values if not same(back(document, v), bare(v))]
        batches.append((text, [encode(schema, datum) for datum in data]))
        known.append((schema, data))
        found.schemas, found.values = found.schemas + 1, found.values + len(data)
    answers = java.avro(batches) if java is not None else []
    for (schema, data), (text, _), said in zip(known, batches, answers, strict=bool(java)):
        found.java += [
            f"{a!r} for {d!r} of {text}" for d, a in zip(data, said, strict=True) if not _is_same(schema, d, a)
        ]
    return found


def _drawn(schemas: int, seed: int) -> list[tuple[Any, list[Datum]]]:
    found: list[tuple[Any, list[Datum]]] = []

    @seeded(seed)
    @settings(QUICK, max_examples=schemas, phases=[Phase.generate])
    @given(st.integers(0, 2**60), st.data())
    def collect(number: int, data: st.DataObject) -> None:
        document = RandomSchemas(Random(number)).schema()  # noqa: S311 - test data
        strategy = AvroData(parse(json.dumps(document)), non_finite=False).root()
        found.append((document, data.draw(st.lists(strategy, min_size=VALUES, max_size=VALUES))))

    collect()
    return found


def _is_same(schema: AvroSchema, datum: Datum, answer: Answer) -> bool:
    if not answer.read or answer.left:
        return False
    reading = scan(schema, answer.said)
    return not reading.problems and repr(_ordered(reading.datum)) == repr(_ordered(datum))


def _ordered(datum: Datum) -> Datum:
    """With the keys of maps in order: Java's have none."""
    match datum:
        case Branch(index=index, value=value):
            return Branch(index, _ordered(value))
        case dict():
            return {key: _ordered(datum[key]) for key in sorted(datum)}
        case list():
            return [_ordered(item) for item in datum]
    return datum
