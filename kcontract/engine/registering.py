"""Putting the contracts' schemas into the registry that the services are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
