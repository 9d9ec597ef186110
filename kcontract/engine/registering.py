"""Putting the contracts' schemas into the registry that the services are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kcontract.model.contract import Contract, SchemaText
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.ports import Registry


def register_schemas(contracts: Sequence[Contract], registry: Registry) -> tuple[RegisteredSchema, ...]:
    """Register every version of every subject that travels with a schema id, oldest first; all that is registered."""
    for contract in contracts:
        if contract.message.wire == "plain" or contract.registry.auto_register:
            continue
        subject = value_subject(contract)
        references = tuple(_references(contract, registry))
        for schema in _versions(contract):
            registry.register(subject, schema.text, schema.kind, references)
        if contract.registry.compatibility is not None:
            registry.set_compatibility(subject, contract.registry.compatibility)
        key = contract.message.key
        if key is not None and key.kind == "avro":
            registry.register(f"{contract.topic}-key", key.text, key.kind)
    return registry.schemas()


def value_subject(contract: Contract) -> str:
    """The subject of a topic's values (TopicNameStrategy unless the contract says otherwise)."""
    return contract.registry.subject or f"{contract.topic}-value"


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
