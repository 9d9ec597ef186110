"""What a registry's subjects are made of: topics, and the names of records."""

from __future__ import annotations

import json

from kcontract.model.contract import Contract, SchemaText
from kcontract.oracle.book import own_references, payload_texts
from kcontract.schema.avro.parse import parse


def record_names(contract: Contract) -> tuple[str, ...]:
    """The names of the contract's payload schemas, as Confluent's serializers take them. SchemaError."""
    return tuple(record_name(text, own_references(contract)) for text in payload_texts(contract))


def record_name(schema: SchemaText, references: dict[str, str] | None = None) -> str:
    """An Avro record's full name, a JSON Schema's title."""
    if schema.kind == "avro":
        return parse(schema.text, references or {}).record_name
    document = json.loads(schema.text)
    return str(document.get("title", "")) if isinstance(document, dict) else ""
