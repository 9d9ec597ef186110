"""Putting the contracts' schemas into the registry that the services are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kcontract.engine.plan import Unit
from kcontract.errors import RegistryError
from kcontract.generate.next_versions import EVOLUTION, next_versions, own_entries
from kcontract.model.contract import Contract, SchemaText
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.oracle.subjects import record_name
from kcontract.ports import Registry


def register_schemas(contracts: Sequence[Contract], registry: Registry) -> tuple[RegisteredSchema, ...]:
    """Register every version of every subject that travels with a schema id, oldest first; all that is registered."""
    for contract in contracts:
        if contract.message.wire == "plain" or contract.registry.auto_register:
            continue
        references = tuple(_references(contract, registry))
        subjects = []
        for schema in _versions(contract):
            subjects.append(value_subject(contract, schema))
            registry.register(subjects[-1], schema.text, schema.kind, references)
        if contract.registry.compatibility is not None:
            for subject in dict.fromkeys(subjects):
                registry.set_compatibility(subject, contract.registry.compatibility)
        key = contract.message.key
        if key is not None and key.kind == "avro":
            registry.register(f"{contract.topic}-key", key.text, key.kind)
    return registry.schemas()


@contextmanager
def next_versions_registered(
    unit: Unit, registry: Registry, book: tuple[RegisteredSchema, ...], kinds: frozenset[str] | None = None
) -> Iterator[tuple[RegisteredSchema, ...]]:
    """The book with the next versions (kinds 44–48) of what the unit receives, registered for the time of the unit.

    Only in a registry of ours: what is left over in it is nobody's. Other units never see them.
    """
    added: list[RegisteredSchema] = []
    if registry.ours and _are_wanted(kinds):
        for contract, _ in unit.receives:
            added += _add_next(contract, registry, book)
    known = {(entry.subject, entry.version) for entry in book}
    added = [entry for entry in added if (entry.subject, entry.version) not in known]
    try:
        yield (*book, *added)
    finally:
        if added:
            registry.forget(added)


def unregistered(unit: Unit, registry: Registry, kinds: frozenset[str] | None = None) -> Iterator[tuple[str, str]]:
    """Blind spots: what would be sent if the registry were ours, and the way to it."""
    topics = [contract.topic for contract, _ in unit.receives if contract.message.wire != "plain"]
    if topics and not registry.ours and _are_wanted(kinds):
        what = f"{', '.join(topics)}: no record of a next schema version was sent, for none is registered in a registry"
        yield f"{what} that is not kcontract's own", "leave --registry out: the embedded one gets them for a while"


def _are_wanted(kinds: frozenset[str] | None) -> bool:
    return kinds is None or any(kind.partition(":")[0] in EVOLUTION for kind in kinds)


def _add_next(contract: Contract, registry: Registry, book: tuple[RegisteredSchema, ...]) -> Iterator[RegisteredSchema]:
    """A registry that refuses a version does without it: its kind is told as not applicable."""
    for own in own_entries(contract, book):
        for version in next_versions(contract, own):
            try:
                yield registry.register(own.subject, version.text, own.kind, own.references)
            except RegistryError:
                continue


def value_subject(contract: Contract, schema: SchemaText) -> str:
    """The subject that a schema of the topic's values is registered under, by the contract's strategy."""
    rules = contract.registry
    if rules.subject or rules.strategy == "TopicNameStrategy":
        return rules.subject or f"{contract.topic}-value"
    name = record_name(schema)
    return name if rules.strategy == "RecordNameStrategy" else f"{contract.topic}-{name}"


def _versions(contract: Contract) -> Iterator[SchemaText]:
    if contract.registry.versions:
        yield from contract.registry.versions
    elif contract.message.payload is not None:
        yield contract.message.payload
    for variant in contract.message.one_of:
        yield variant.payload


def _references(contract: Contract, registry: Registry) -> Iterator[RegisteredReference]:
    for reference in contract.message.references:
        schema = registry.register(reference.subject, reference.schema.text, reference.schema.kind)
        yield RegisteredReference(name=reference.name, subject=reference.subject, version=schema.version)
