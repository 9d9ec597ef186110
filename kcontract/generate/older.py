"""Records of older writers (kind 43): every registered version before the contract's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from random import Random

from kcontract.errors import SchemaError
from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.budget import TooDeepError
from kcontract.generate.contract_parts import EventType
from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.json_schema import JsonSchemaView
from kcontract.generate.kind import Parent
from kcontract.generate.payload import Payload
from kcontract.generate.templates import Builder
from kcontract.model.contract import Contract
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.avro.parse import parse

OLDER_WRITER = "older_writer"
PER_VERSION = 6
"""Records of each version: a full and an ordinary one, then its edges."""


def older_versions(
    contract: Contract, book: Sequence[RegisteredSchema], event: EventType, types: Sequence[EventType]
) -> list[RegisteredSchema]:
    """The registry's entries that came before an event type's schema in its subject."""
    own = event.entry
    if own is None or contract.message.wire == "plain":
        return []
    entries = [e for e in book if e.subject == own.subject and e.kind == own.kind and e.version < own.version]
    if contract.message.one_of:
        current = {other.entry.id for other in types if other.entry is not None}
        entries = [entry for entry in entries if entry.id not in current]
    return sorted((entry for entry in entries if entry.id != own.id), key=lambda entry: entry.version)


def older_parents(
    contract: Contract, book: Sequence[RegisteredSchema], types: Sequence[EventType], builder: Builder, rng: Random
) -> Iterator[tuple[Parent, str]]:
    """Records of older versions, with words for each."""
    for event in types:
        for entry in older_versions(contract, book, event, types):
            payload = _payload(entry, book, event.payload.view)
            if payload is None:
                continue
            older = EventType(event.name, payload, entry.kind, entry)
            for parent in _records(older, builder, rng):
                yield parent, f"written with version {entry.version} of {entry.subject}"


def _records(event: EventType, builder: Builder, rng: Random) -> Iterator[Parent]:
    payload = event.payload
    try:
        full = payload.ordinary(rng, full=True)
        values = chain((full, payload.ordinary(rng)), islice(payload.boundaries(rng), 2, None))
        for value in islice(values, PER_VERSION):
            yield builder.build(event, value, full)
    except TooDeepError:
        return


def _payload(entry: RegisteredSchema, book: Sequence[RegisteredSchema], aim: JsonSchemaView | None) -> Payload | None:
    """The generator of an entry, aimed by the contract's constraints; None for one that is no schema."""
    texts = {
        reference.name: other.text
        for reference in entry.references
        for other in book
        if (other.subject, other.version) == (reference.subject, reference.version)
    }
    try:
        if entry.kind == "avro":
            return AvroPayload(parse(entry.text, texts), aim)
        return JsonPayload(json.loads(entry.text), {name: json.loads(text) for name, text in texts.items()})
    except (SchemaError, ValueError):
        return None
