"""What a report remembers of a run in order to show records in words: contracts by topic, schemas by id."""

from __future__ import annotations

from kcontract.model.contract import Contract
from kcontract.model.events import UnitStarted
from kcontract.model.registry import RegisteredSchema


class Book:
    """Filled from the stream, asked by the finding blocks."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract] = {}
        self._schemas: dict[int, RegisteredSchema] = {}
        self._versions: dict[tuple[str, int], RegisteredSchema] = {}

    def remember(self, started: UnitStarted) -> None:
        """Keep the contracts and schemas of a unit."""
        for contract in started.contracts:
            self._contracts[contract.topic] = contract
        for schema in started.schemas:
            self._schemas[schema.id] = schema
            self._versions[schema.subject, schema.version] = schema

    def contract(self, topic: str) -> Contract | None:
        return self._contracts.get(topic)

    def schema(self, number: int) -> RegisteredSchema | None:
        """The schema of an id on the Confluent wire."""
        return self._schemas.get(number)

    def references(self, schema: RegisteredSchema) -> tuple[tuple[str, str], ...]:
        """Names and texts of everything that a schema refers to, directly or not; what is not known is left out."""
        found: dict[str, str] = {}
        open_ends = list(schema.references)
        while open_ends:
            reference = open_ends.pop()
            other = self._versions.get((reference.subject, reference.version))
            if other is not None and reference.name not in found:
                found[reference.name] = other.text
                open_ends += other.references
        return tuple(found.items())
