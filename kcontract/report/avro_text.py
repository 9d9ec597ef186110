"""Avro bodies in words, read by our own bounded decoder: no bytes crash, hang or bloat it."""

from __future__ import annotations

from functools import lru_cache

from kcontract.errors import KcontractError
from kcontract.report.json_text import value_lines
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.avro.parse import parse

Named = tuple[tuple[str, str], ...]
"""Name used in a schema and the text of the schema that defines it."""

_LARGEST = 1 << 20
"""Bytes of a body that are decoded for display."""


def avro_lines(schema: str, references: Named, body: bytes, start: int = 0) -> tuple[tuple[str, ...], str]:
    """The lines of a body in the JSON form of FORMAT.md, and the first thing that is wrong with it (empty: nothing).

    `start` is where the body begins in the value. There are no lines where nothing can be read.
    """
    if len(body) > _LARGEST:
        return (), "too big to be shown"
    try:
        parsed = _parsed(schema, references)
    except KcontractError as error:
        return (), f"not decoded: {error.message}"
    reading = scan(parsed, body)
    problem = ""
    if reading.problems:
        first = reading.problems[-1 if reading.fatal else 0]
        place = "" if first.offset is None else f" at byte {start + first.offset}"
        problem = f"not decodable{place}: {first.reason}" if reading.fatal else f"{first.reason}{place}"
    if reading.fatal:
        return (), problem
    try:
        return value_lines(json_form(parsed, reading.datum)), problem
    except (KcontractError, ValueError, OverflowError, RecursionError) as error:
        return (), problem or f"has no JSON form: {type(error).__name__}"


@lru_cache(maxsize=64)
def _parsed(schema: str, references: Named) -> AvroSchema:
    return parse(schema, dict(references))
