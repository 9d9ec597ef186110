"""A registry's book made up from a contract alone, for commands that run without a registry."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from kcontract.generate.contract_parts import value_subject
from kcontract.generate.next_versions import next_versions, own_entries
from kcontract.model.contract import Contract, SchemaText
from kcontract.model.registry import RegisteredReference, RegisteredSchema


def local_book(contract: Contract) -> tuple[RegisteredSchema, ...]:
    """The contract's references, key, versions and payloads as if they were registered, with ids and GUIDs from 1;
    then the next versions that a run registers (kinds 44–48)."""
    message = contract.message
    numbers = count(1)
    references = tuple(RegisteredReference(r.name, r.subject, 1) for r in message.references)
    entries = [_entry(next(numbers), r.subject, 1, r.schema) for r in message.references]
    if message.key is not None and message.key.kind == "avro":
        entries.append(_entry(next(numbers), f"{contract.topic}-key", 1, message.key, references))
    for subject, version, schema in _values(contract):
        entries.append(_entry(next(numbers), subject, version, schema, references))
    last = max((entry.version for entry in entries if entry.subject == value_subject(contract)), default=0)
    for own in tuple(own_entries(contract, entries)):
        for following in next_versions(contract, own):
            last += 1
            schema = SchemaText("json" if following.schema is None else "avro", following.text, contract.at)
            entries.append(_entry(next(numbers), own.subject, last, schema, references))
    return tuple(entries)


def _values(contract: Contract) -> Iterator[tuple[str, int, SchemaText]]:
    message = contract.message
    subject = value_subject(contract)
    for number, variant in enumerate(message.one_of, start=1):
        yield subject, number, variant.payload
    if message.payload is not None:
        versions = [v for v in contract.registry.versions if v.text != message.payload.text]
        for number, version in enumerate((*versions, message.payload), start=1):
            yield subject, number, version


def _entry(
    number: int, subject: str, version: int, schema: SchemaText, references: tuple[RegisteredReference, ...] = ()
) -> RegisteredSchema:
    guid = f"00000000-0000-4000-8000-{number:012d}"
    return RegisteredSchema(number, subject, version, schema.kind, schema.text, references, guid)
