"""Next versions of a contract's schema, derived by rules: what a writer ahead of its readers may come to use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kcontract.errors import SchemaError
from kcontract.generate.contract_parts import event_types, payload_slots
from kcontract.generate.next_avro import avro_versions
from kcontract.generate.next_json import json_versions
from kcontract.model.contract import Contract
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import own_references
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.avro.parse import parse

EVOLUTION = ("incompatible_writer", "renamed", "new_symbol_or_branch", "reordered_fields", "newer_writer")
"""Kinds 44–48 in the order in which their versions are registered: what is the latest then reads everything."""

LARGEST = 500_000
"""Characters of a schema of which next versions are made: there are many, and each is parsed again and again."""

Reshape = Callable[[Any], Any]
"""A payload of the contract's schema (a datum, or a JSON value) → one of the next version that shows the difference;
None for a payload that gives no occasion for it."""


@dataclass(frozen=True, slots=True, eq=False)
class NextVersion:
    """A version after the contract's own."""

    kind: str
    """`code:variant`"""
    text: str
    note: str
    reshape: Reshape
    schema: AvroSchema | None = None
    """What it is written with; None for JSON."""

    @property
    def code(self) -> str:
        return self.kind.partition(":")[0]

    @property
    def variant(self) -> str:
        return self.kind.partition(":")[2]


def next_versions(contract: Contract, own: RegisteredSchema) -> tuple[NextVersion, ...]:
    """What may come after the registered schema `own` of the contract's payload; nothing for plain wires, and schemas
    of more than LARGEST characters."""
    if contract.message.wire == "plain" or len(own.text) > LARGEST:
        return ()
    kept = frozenset(slot.split("/")[1] for slot in payload_slots(contract.message))
    return _derived(own.kind, own.text, kept, tuple(own_references(contract).items()))


@lru_cache(maxsize=64)
def _derived(
    kind: str, text: str, kept: frozenset[str], references: tuple[tuple[str, str], ...]
) -> tuple[NextVersion, ...]:
    document = json.loads(text)
    if not isinstance(document, dict):
        return ()
    found = []
    for name, new, note, reshape in (avro_versions if kind == "avro" else json_versions)(document, kept):
        schema = _parsed(new, dict(references)) if kind == "avro" else None
        if kind != "avro" or schema is not None:
            found.append(NextVersion(name, json.dumps(new), note, reshape, schema))
    return tuple(sorted(found, key=lambda version: EVOLUTION.index(version.code)))


def _parsed(document: Any, references: dict[str, str]) -> AvroSchema | None:
    """None for what is no schema: a name in it was the namespace's, or of another subject."""
    try:
        return parse(json.dumps(document), references)
    except SchemaError:
        return None


def own_entries(contract: Contract, book: Sequence[RegisteredSchema]) -> Iterator[RegisteredSchema]:
    """The registered schemas of the contract's payloads."""
    if contract.message.wire != "plain":
        yield from (event.entry for event in event_types(contract, book) if event.entry is not None)


def entry_of(version: NextVersion, own: RegisteredSchema, book: Sequence[RegisteredSchema]) -> RegisteredSchema | None:
    """Where a next version of `own` is registered, if it is."""
    later = (each for each in book if each.subject == own.subject and each.version > own.version)
    return next((each for each in later if each.text == version.text), None)
