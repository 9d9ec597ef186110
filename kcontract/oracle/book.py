"""What the registry holds, as an oracle needs it: by id, by GUID, and whose each schema is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kcontract.model.contract import Contract, SchemaText
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.avro.parse import parse


class Book:
    """The registered schemas. One id may stand for several subjects and versions with the same text."""

    def __init__(self, entries: Sequence[RegisteredSchema]) -> None:
        self._by_id: dict[int, list[RegisteredSchema]] = {}
        self._by_guid: dict[str, list[RegisteredSchema]] = {}
        self._by_place: dict[tuple[str, int], RegisteredSchema] = {}
        self._parsed: dict[int, AvroSchema] = {}
        self.extend(entries)

    def extend(self, entries: Sequence[RegisteredSchema]) -> None:
        """The registry holds these as well."""
        for entry in entries:
            if entry not in self._by_id.get(entry.id, ()):
                self._by_place[(entry.subject, entry.version)] = entry
                self._by_id.setdefault(entry.id, []).append(entry)
                if entry.guid:
                    self._by_guid.setdefault(entry.guid.lower(), []).append(entry)

    def with_id(self, schema_id: int) -> list[RegisteredSchema]:
        """All entries of this id, empty if it is unknown."""
        return self._by_id.get(schema_id, [])

    def with_guid(self, guid: str) -> list[RegisteredSchema]:
        """All entries of this GUID, empty if it is unknown."""
        return self._by_guid.get(guid.lower(), [])

    def of_subjects(self, subjects: frozenset[str]) -> list[RegisteredSchema]:
        """Entries of these subjects, by version."""
        own = [entry for entry in self._by_place.values() if entry.subject in subjects]
        return sorted(own, key=lambda entry: entry.version)

    def avro(self, entry: RegisteredSchema) -> AvroSchema:
        """The parsed schema of an Avro entry. Raises SchemaError."""
        if entry.id not in self._parsed:
            self._parsed[entry.id] = parse(entry.text, self.references(entry))
        return self._parsed[entry.id]

    def references(self, entry: RegisteredSchema) -> Mapping[str, str]:
        """Name → text of all schemas that the entry refers to, directly or not."""
        texts: dict[str, str] = {}
        queue = list(entry.references)
        while queue:
            reference = queue.pop()
            target = self._by_place.get((reference.subject, reference.version))
            if target is not None and reference.name not in texts:
                texts[reference.name] = target.text
                queue += target.references
        return texts


def own_references(contract: Contract) -> dict[str, str]:
    """Name → text of what the contract's own schemas refer to."""
    return {reference.name: reference.schema.text for reference in contract.message.references}


def subjects_of(contract: Contract, record_names: Sequence[str], part: str = "value") -> frozenset[str]:
    """The subjects under which the contract's values (or keys) are registered."""
    rules = contract.registry
    if rules.subject is not None and part == "value":
        return frozenset({rules.subject})
    match rules.strategy:
        case "RecordNameStrategy":
            return frozenset(record_names)
        case "TopicRecordNameStrategy":
            return frozenset(f"{contract.topic}-{name}" for name in record_names)
    return frozenset({f"{contract.topic}-{part}"})


def payload_texts(contract: Contract) -> tuple[SchemaText, ...]:
    """The contract's payload schemas: one, or one a variant."""
    message = contract.message
    own = (message.payload,) if message.payload is not None else ()
    return own or tuple(variant.payload for variant in message.one_of)
