"""What a contract's message means for the generator: parsed schemas, ids on the wire, places of tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kcontract.errors import UsageError
from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.json_schema import JsonSchemaView
from kcontract.generate.payload import Check, Payload, validator
from kcontract.model.contract import Contract, Expression, Message, SchemaText, Variant
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.avro.parse import parse

_ANY_OBJECT = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}}
"""What is sent where a contract says nothing of its payload."""


@dataclass(frozen=True, slots=True)
class EventType:
    """One payload that the topic carries, with its place in the registry. `entry` is None for plain wires."""

    name: str
    payload: Payload
    kind: str
    entry: RegisteredSchema | None = None


def event_types(contract: Contract, book: Sequence[RegisteredSchema]) -> tuple[EventType, ...]:
    """The payloads of a contract (one, or one each of `oneOf`). Raises UsageError for one that is not registered."""
    message = contract.message
    if message.one_of:
        return tuple(_event_type(contract, v.name, v.payload, _when(v, message), book) for v in message.one_of)
    if message.payload is None:
        return (EventType("", JsonPayload(_ANY_OBJECT, {}), "json"),)
    return (_event_type(contract, "", message.payload, lambda _: True, book),)


def _when(variant: Variant, message: Message) -> Check:
    return (lambda _: True) if variant.when is None else validator(document_of(variant.when), documents(message))


def document_of(schema: SchemaText) -> Any:
    """The JSON document of a schema text."""
    return json.loads(schema.text)


def documents(message: Message) -> dict[str, Any]:
    """JSON Schema references by the names used in the schema."""
    return {ref.name: document_of(ref.schema) for ref in message.references if ref.schema.kind == "json"}


def _event_type(
    contract: Contract, name: str, schema: SchemaText, also: Check, book: Sequence[RegisteredSchema]
) -> EventType:
    entry = None if contract.message.wire == "plain" else _registered(contract, schema, book)
    return EventType(name, payload_of(contract.message, schema, also), schema.kind, entry)


def payload_of(message: Message, schema: SchemaText, also: Check = lambda _: True) -> Payload:
    """The generator of one payload schema, with the contract's constraints for Avro."""
    named = documents(message)
    if schema.kind == "json":
        return JsonPayload(document_of(schema), named, also)
    texts = {ref.name: ref.schema.text for ref in message.references if ref.schema.kind == "avro"}
    avro = parse(schema.text, texts)
    if message.constraints is None:
        return AvroPayload(avro, None)
    limits = document_of(message.constraints)
    return AvroPayload(avro, JsonSchemaView(limits, named), validator(limits, named))


def _registered(contract: Contract, schema: SchemaText, book: Sequence[RegisteredSchema]) -> RegisteredSchema:
    """The newest entry that holds this schema."""
    same = [entry for entry in book if entry.kind == schema.kind and _same_json(entry.text, schema.text)]
    own = value_subject(contract)
    best = max(same, key=lambda entry: (entry.subject == own, entry.version), default=None)
    if best is None:
        raise not_registered(f"the payload of {contract.topic}", own, book)
    return best


def not_registered(what: str, subject: str, book: Sequence[RegisteredSchema]) -> UsageError:
    """The error for a schema whose id is needed, and is not known."""
    message = f"{what} is not among the {len(book)} schemas of the registry"
    return UsageError("GENERATE_NOT_REGISTERED", message, f"register it first, under {subject}")


def value_subject(contract: Contract) -> str:
    """The subject of a contract's payload by TopicNameStrategy, or by its own word."""
    return contract.registry.subject or f"{contract.topic}-value"


def _same_json(left: str, right: str) -> bool:
    if left == right:
        return True
    try:
        return bool(json.loads(left) == json.loads(right))
    except ValueError:
        return False


def payload_slots(message: Message) -> Iterator[str]:
    """Pointers into the payload whose value must be fresh for every case."""
    for expression in (message.identity, message.key_from, message.correlation_id):
        if expression is not None and expression.root == "message.payload" and expression.pointer:
            yield expression.pointer


def header_slots(message: Message) -> tuple[str, ...]:
    """Names of headers whose value must be fresh for every case."""
    expressions: tuple[Expression | None, ...] = (message.identity, message.correlation_id, message.key_from)
    return tuple(dict.fromkeys(e.pointer for e in expressions if e is not None and e.root == "message.header"))
