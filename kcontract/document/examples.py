"""Examples: JSON files with valid payloads."""

from __future__ import annotations

from typing import Any

from kcontract.document import codes
from kcontract.document.json_text import read_json
from kcontract.document.pointer_check import payloads_of
from kcontract.document.reading import Reading
from kcontract.document.schemas import MAX_BYTES
from kcontract.document.shape import Found
from kcontract.errors import KcontractError
from kcontract.generate.from_json import datum_of
from kcontract.model.contract import Message, SchemaText
from kcontract.schema.avro.nodes import AvroSchema


def read_examples(reading: Reading, items: tuple[Found, ...], message: Message) -> tuple[Any, ...]:
    """The examples as JSON data, integers exact, each checked against the payload's schemas and constraints."""
    examples = []
    for item in items:
        path = reading.file_path(item)
        if path is None:
            continue
        value, text = read_json(reading.tree, path, codes.EXAMPLE_INVALID, MAX_BYTES, reading.notebook)
        if text is not None:
            _check(reading, item, path, value, message)
            examples.append(value)
    return tuple(examples)


def _check(reading: Reading, item: Found, path: str, value: Any, message: Message) -> None:
    schemas = payloads_of(message)
    if reading.notebook.has_errors or not schemas:
        return  # an illegal schema judges nothing
    reasons = [_why_invalid(reading, schema, value, message) for schema in schemas]
    if message.constraints is not None:
        beyond = _why_invalid(reading, message.constraints, value, message)
        reasons = [reason or beyond for reason in reasons]
    if None not in reasons:
        fix = "correct the example or the schema"
        reading.notebook.add(codes.EXAMPLE_INVALID, item.at, f"{path} is not valid: {reasons[0]}", fix)


def _why_invalid(reading: Reading, schema: SchemaText, value: Any, message: Message) -> str | None:
    if schema.kind == "avro":
        return _why_not_avro(reading.library.avro(schema, message.references), value)
    validator = reading.library.validator(schema, message.references)
    error = next(validator.iter_errors(value), None)
    if error is None:
        return None
    path = "".join(f"/{part}" for part in error.instance_path)
    return f"{error.message.splitlines()[0][:200]}" + (f" at {path[:200]}" if path else "")


def _why_not_avro(schema: AvroSchema | None, value: Any) -> str | None:
    try:
        if schema is not None:
            datum_of(schema, value)
    except KcontractError as error:
        return error.message
    return None
