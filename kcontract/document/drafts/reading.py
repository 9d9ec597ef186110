"""What records of a live topic say about its contract."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from kcontract.document.drafts.draft import Wire
from kcontract.document.drafts.infer import infer
from kcontract.errors import SchemaError
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import Book
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.json.parse import scan_json
from kcontract.schema.wire import HEADER_SIZE, VALUE_HEADER, schema_named

Named = int | str
"""A schema id, or a GUID in 32 digits."""


def wire_of(records: Sequence[Record]) -> Wire:
    """How most values name their schema. Bytes that merely look like a frame are told by the registry, later."""
    valued = [record for record in records if record.value is not None]
    in_header = sum(record.header(VALUE_HEADER) is not None for record in valued)
    framed = sum(isinstance(schema_named(record), int) for record in valued)
    if 2 * in_header > len(valued):
        return "confluent-header"
    return "confluent" if 2 * framed > len(valued) else "plain"


def schemas_named(records: Sequence[Record]) -> tuple[Named, ...]:
    """The schemas that values name, the most frequent first."""
    names = Counter(name for record in records if (name := schema_named(record)) is not None)
    return tuple(name for name, _ in names.most_common())


def framed_payloads(
    records: Sequence[Record], entries: Mapping[Named, RegisteredSchema], referred: Sequence[RegisteredSchema] = ()
) -> list[Any]:
    """JSON forms of values that name a schema; None for tombstones and what cannot be read. `referred` are the schemas
    that those refer to."""
    book = Book((*entries.values(), *referred))
    parsed = {name: avro for name, entry in entries.items() if (avro := _parsed(book, entry)) is not None}
    return [_framed(record, entries, parsed) for record in records]


def _parsed(book: Book, entry: RegisteredSchema) -> AvroSchema | None:
    try:
        return book.avro(entry) if entry.kind == "avro" else None
    except SchemaError:
        return None


def _framed(record: Record, entries: Mapping[Named, RegisteredSchema], parsed: Mapping[Named, AvroSchema]) -> Any:
    name = schema_named(record)
    if record.value is None or name is None or name not in entries:
        return None
    body = record.value[HEADER_SIZE:] if isinstance(name, int) else record.value
    return avro_payload(parsed[name], body) if name in parsed else json_payload(body)


def avro_payload(schema: AvroSchema, body: bytes) -> Any:
    """The JSON form of a body that the strict decoder takes, None of any other."""
    reading = scan(schema, body)
    return None if reading.problems else json_form(schema, reading.datum)


def json_payload(body: bytes | None) -> Any:
    """The value of a JSON document, None for anything else."""
    parsed = scan_json(body or b"")
    return None if parsed.problems else parsed.value


def inferred(payloads: Sequence[Any], title: str) -> str:
    """The text of a JSON Schema for what was read; "" if nothing was."""
    values = [value for value in payloads if value is not None]
    if not values:
        return ""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps({**head, **infer(values)}, indent=2, ensure_ascii=False) + "\n"
