"""The writers' schemas of a topic: each with its way to the contract's schema, compiled when it is first met."""

from __future__ import annotations

from dataclasses import dataclass

from kcontract.errors import SchemaError
from kcontract.model.case import Layer
from kcontract.model.contract import Contract, Receive
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import Book, own_references, subjects_of
from kcontract.oracle.standing import Standing
from kcontract.schema.avro.decode import accepts
from kcontract.schema.avro.match import fields_of, source_field
from kcontract.schema.avro.nodes import AvroSchema, RecordType, simple_name
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.resolve import Resolver, resolver_of
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError


@dataclass(frozen=True, slots=True)
class Target:
    """One of the contract's payload schemas. `when` is its variant's condition."""

    schema: AvroSchema
    when: JsonSchema | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A writer's schema and what becomes of its data. A resolver is None where nothing is to be done."""

    schema: AvroSchema
    target: AvroSchema
    standing: Standing = Standing.CURRENT
    to_contract: Resolver | None = None
    to_reader: Resolver | None = None
    when: JsonSchema | None = None
    lacks_required: bool = False

    @property
    def is_own(self) -> bool:
        """Whether its data are the contract's, with no condition on them."""
        return self.standing is Standing.CURRENT and self.to_contract is None and self.when is None

    @property
    def is_foreign(self) -> bool:
        return self.standing is Standing.FOREIGN


class Sources:
    """All schemas that values of a topic may name."""

    def __init__(self, contract: Contract, receive: Receive | None, book: Book) -> None:
        self._book = book
        references = own_references(contract)
        self.targets = _targets(contract, references)
        self.reader = _reader(receive, references)
        names = [target.schema.record_name for target in self.targets]
        self._subjects = subjects_of(contract, names)
        versions = [parse(text.text, references) for text in contract.registry.versions if text.kind == "avro"]
        self._versions = versions[:-1]
        self._current = self._current_versions()
        self._known: dict[int, Source | DecodeError] = {}
        self.plain = tuple(self._source(target.schema, target, Standing.CURRENT) for target in self.targets)

    def any_decodes(self, body: bytes) -> bool:
        """Whether some schema of the contract takes the bytes without complaint."""
        return any(accepts(target.schema, body) for target in self.targets)

    def of(self, entries: list[RegisteredSchema]) -> Source | DecodeError:
        """The writer behind a schema id; an error if the registry's text is no schema."""
        key = entries[0].id
        if key not in self._known:
            self._known[key] = self._make(entries)
        return self._known[key]

    def _make(self, entries: list[RegisteredSchema]) -> Source | DecodeError:
        try:
            schema = self._book.avro(entries[0])
        except SchemaError as error:
            reason = f"the registry's schema is not understood here: {error.message}"
            return DecodeError(Layer.REGISTRY, "unknown_schema_id", reason, soft=True)
        for target in self.targets:
            if target.schema.same(schema):
                return self._source(schema, target, Standing.CURRENT)
        return self._source(schema, self._target(schema), self._standing(entries, schema))

    def _source(self, schema: AvroSchema, target: Target, standing: Standing) -> Source:
        same = target.schema.same(schema)
        return Source(
            schema=schema,
            target=target.schema,
            standing=standing,
            to_contract=None if same else resolver_of(schema, target.schema),
            to_reader=None if self.reader is None else resolver_of(schema, self.reader),
            when=target.when,
            lacks_required=not same and _lacks_required(schema, target.schema),
        )

    def _target(self, schema: AvroSchema) -> Target:
        """The contract's schema of the same record name, else the first."""
        name = schema.record_name
        for same in (lambda other: other == name, lambda other: simple_name(other) == simple_name(name)):
            for target in self.targets:
                if same(target.schema.record_name):
                    return target
        return self.targets[0]

    def _standing(self, entries: list[RegisteredSchema], schema: AvroSchema) -> Standing:
        own = [entry for entry in entries if entry.subject in self._subjects]
        if own:
            current = self._current.get(own[0].subject)
            if current is None or own[-1].version <= current:
                return Standing.OLDER
            reordered = any(target.schema.same_but_for_order(schema) for target in self.targets)
            return Standing.REORDERED if reordered else Standing.NEWER
        return Standing.OLDER if any(schema.same(version) for version in self._versions) else Standing.FOREIGN

    def _current_versions(self) -> dict[str, int]:
        """Subject → the version that is the contract's own schema; without an entry, the last one is older."""
        current: dict[str, int] = {}
        for entry in self._book.of_subjects(self._subjects):
            if entry.kind == "avro" and self._is_target(entry):
                current[entry.subject] = entry.version
        return current

    def _is_target(self, entry: RegisteredSchema) -> bool:
        try:
            schema = self._book.avro(entry)
        except SchemaError:
            return False
        return any(target.schema.same(schema) for target in self.targets)


def _targets(contract: Contract, references: dict[str, str]) -> tuple[Target, ...]:
    message = contract.message
    if message.payload is not None:
        return (Target(parse(message.payload.text, references)),)
    return tuple(
        Target(parse(variant.payload.text, references), JsonSchema(variant.when.text) if variant.when else None)
        for variant in message.one_of
    )


def _reader(receive: Receive | None, references: dict[str, str]) -> AvroSchema | None:
    if receive is None or receive.reader is None or receive.reader.kind != "avro":
        return None
    return parse(receive.reader.text, references)


def _lacks_required(writer: AvroSchema, target: AvroSchema) -> bool:
    left, right = writer.follow(writer.root), target.follow(target.root)
    if not isinstance(right, RecordType):
        return False
    if not isinstance(left, RecordType):
        return any(not field.has_default for field in right.fields)
    known = fields_of(left)
    return any(not field.has_default and source_field(known, field) is None for field in right.fields)
