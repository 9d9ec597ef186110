"""Evolution (43–49): writers that are older, newer, or of another mind. Older ones come from `generate.older`."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.kind import Applies, Ground, Kind, Mutant, Mutants, Parent, names_schema
from kcontract.generate.next_versions import LARGEST, NextVersion, entry_of, next_versions
from kcontract.model.case import Layer
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.avro.encode import EncodeError, encode
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.avro.resolve import resolver_of
from kcontract.schema.problem import DecodeError, Problems
from kcontract.schema.wire import VALUE_HEADER, header, join


def _has_older(ground: Ground) -> str:
    own = next((entry for entry in ground.book if entry.id == ground.schema_id), None)
    if own is None:
        return "values name no schema"
    older = any(e.subject == own.subject and e.version < own.version and e.id != own.id for e in ground.book)
    return "" if older else "the registry holds no older version"


def _own(ground: Ground) -> RegisteredSchema | None:
    return next((entry for entry in ground.book if entry.id == ground.schema_id), None)


def _versions(ground: Ground, code: str) -> Iterator[tuple[NextVersion, RegisteredSchema | None]]:
    """The next versions of a kind, and where each is registered."""
    own = _own(ground)
    for version in next_versions(ground.contract, own) if own is not None else ():
        if version.code == code:
            yield version, entry_of(version, own, ground.book) if own is not None else None


def _has_next(code: str) -> Applies:
    """Applies where the schema has such a next version, and the run could register it."""

    def reason(ground: Ground) -> str:
        found = list(_versions(ground, code))
        if names_schema(ground) or not found:
            return names_schema(ground) or _no_occasion(_own(ground))
        registered = any(entry is not None for _, entry in found)
        return "" if registered else "next versions are registered in a registry of ours only"

    return reason


def _no_occasion(own: RegisteredSchema | None) -> str:
    if own is not None and len(own.text) > LARGEST:
        return f"no next versions are made of a schema of more than {LARGEST:,} characters"
    return "the schema gives no occasion for it"


def _written(code: str) -> Mutants:
    """Valid payloads in each next version of a kind."""

    def mutants(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
        for version, entry in _versions(ground, code):
            body = _body(ground, parent, version) if entry is not None else None
            if entry is not None and body is not None:
                yield Mutant(_named(ground, parent, entry, body), version.variant, version.note)

    return mutants


def _body(ground: Ground, parent: Parent, version: NextVersion) -> bytes | None:
    """None for a payload that cannot be written so: one with the record itself inside, for one."""
    if version.schema is not None:
        try:
            return encode(version.schema, version.reshape(_read_by(version.schema, ground, parent)))
        except EncodeError:
            return None
    value = version.reshape(parent.json)
    return None if value is None else JsonPayload.encode(value)


def _read_by(schema: AvroSchema, ground: Ground, parent: Parent) -> Any:
    """The parent's datum in the next version, so that records within the record have what is new in them too."""
    try:
        return resolver_of(ground.avro, schema)(parent.datum, Problems()) if ground.avro is not None else None
    except DecodeError:
        return parent.datum


def _named(ground: Ground, parent: Parent, entry: RegisteredSchema, body: bytes) -> Record:
    """The record under the id, or the GUID, of another schema."""
    if ground.framed:
        return parent.with_value(join(entry.id, body))
    others = tuple(pair for pair in parent.record.headers if pair[0] != VALUE_HEADER)
    return Record(parent.record.key, body, (*others, header(entry.guid or "")), parent.record.timestamp)


KINDS: tuple[Kind, ...] = (
    Kind(
        "older_writer", 43, "evolution", Layer.RESOLUTION, "records of each older registered version",
        "valid under BACKWARD and FULL levels, else either", "processes them, with right defaults",
        "Topics keep records for longer than schemas last. Only older records show defaults: fastavro hands on those of"
        " bytes, decimals and dates in their JSON form, and shares lists between messages.",
        applies=_has_older,
    ),
    Kind(
        "newer_writer", 44, "evolution", Layer.RESOLUTION, "records of a next version: a field more, an option more",
        "valid under FORWARD and FULL levels, else either", "processes them",
        "The producer is released first. The consumer must fetch the new schema and read past what it does not know."
        " The next version is derived from the contract's own schema and registered behind it for the time of the run.",
        ("field", "optional"), _has_next("newer_writer"), _written("newer_writer"),
    ),
    Kind(
        "new_symbol_or_branch", 45, "evolution", Layer.RESOLUTION,
        "an enum symbol or union branch that the reader lacks",
        "valid with a default for the enum under FORWARD and FULL levels, else either or invalid",
        "takes the default, or rejects it",
        "A writer ahead of the reader uses its new symbol. Without a default in the reader's enum that record cannot be"
        " read, whatever the registry said of the schemas.",
        ("symbol", "branch"), _has_next("new_symbol_or_branch"), _written("new_symbol_or_branch"),
    ),
    Kind(
        "incompatible_writer", 46, "evolution", Layer.RESOLUTION, "records of a version registered under NONE",
        "either; invalid with a declared reader, or without a required field", "rejects them",
        "Somebody set compatibility to NONE for an afternoon: a field changed its type, or is gone. What was written"
        " then is still in the topic.",
        ("type", "missing_field"), _has_next("incompatible_writer"), _written("incompatible_writer"),
    ),
    Kind(
        "renamed", 47, "evolution", Layer.RESOLUTION, "a field, record or namespace with another name and no alias",
        "either; invalid with a declared reader or for a required field", "rejects them",
        "Libraries differ: some match records by full name, some by the last part, some not at all.",
        ("field", "record", "namespace"), _has_next("renamed"), _written("renamed"),
    ),
    Kind(
        "reordered_fields", 48, "evolution", Layer.REGISTRY,
        "fields in another order, under the id of their own version",
        "valid under every level but NONE; a field more in front: as newer_writer", "resolves by the id in the record",
        "A consumer that decodes with its own schema instead of the writer's swaps the fields without an error.",
        ("reversed", "inserted"), _has_next("reordered_fields"), _written("reordered_fields"),
    ),
    Kind(
        "registry_trouble", 49, "evolution", Layer.REGISTRY, "the registry is down or slow while valid records come",
        "valid", "waits and retries; never drops or dead-letters them",
        "A fault rather than a record: the lookup fails, and catch-all handlers send good records to the dead letter"
        " topic. It is put on with `--faults registryDown` (or `all`), or where the contract's `faults` name it: the"
        " service starts without its cache while connections are reset, answers are slow, 500, or say that the schema"
        " is gone.",
        ("reset", "slow", "500", "deleted"), names_schema, by_engine=True,
    ),
)  # fmt: skip
