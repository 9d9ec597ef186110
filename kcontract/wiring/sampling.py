"""First contracts from the records of a live topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import structs

from kcontract.broker.choose import ForeignKafka
from kcontract.broker.reach import insist, reached
from kcontract.broker.sample import newest
from kcontract.document.drafts.draft import Kind, Payload, Referred, Wire
from kcontract.document.drafts.habits import seen
from kcontract.document.drafts.reading import (
    Named,
    avro_payload,
    framed_payloads,
    inferred,
    json_payload,
    schemas_named,
    wire_of,
)  # fmt: skip
from kcontract.errors import RegistryError, UsageError
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.oracle.book import Book
from kcontract.registry.client import RegistryClient
from kcontract.schema.avro.nodes import simple_name
from kcontract.schema.avro.parse import parse
from kcontract.wiring.drafting import InitOptions, draft_of, legal, payload_of, save, schema_files
from kcontract.wiring.referring import References, legal_part, referred_of

_MOST_SCHEMAS = 40
_NOT_FOUND = 404


class _Read(NamedTuple):
    payloads: tuple[Payload, ...]
    forms: list[Any]
    files: dict[str, str]


class _Found(NamedTuple):
    """What the registry holds under the names in records, what each schema (by its id) refers to, and those schemas."""

    entries: Mapping[Named, RegisteredSchema]
    references: Mapping[int, tuple[Referred, ...]]
    referred: tuple[RegisteredSchema, ...]


def from_topic(options: InitOptions) -> tuple[Path, ...]:
    """Write the contract of a live topic, and the schemas of its records; their paths. The cluster and the registry
    are only read.

    Raises UsageError (INIT_NO_BROKER, INIT_NO_RECORDS, INIT_REGISTRY, INIT_SCHEMA, FILE_EXISTS …), BrokerError and
    RegistryError; then nothing is written.
    """
    topic = legal(options.from_topic or "")
    if not options.bootstrap:
        fix = "name its cluster: --bootstrap-servers HOST:PORT"
        raise UsageError("INIT_NO_BROKER", f"which cluster is {topic} on?", fix)
    others = referred_of(schema_files(options.references)) if options.references else ()
    given = tuple(payload_of(file, others) for file in schema_files(options.schemas)) if options.schemas else ()
    insist(options.bootstrap)
    with reached(ForeignKafka(options.bootstrap)) as broker:
        sample = newest(broker.bootstrap, topic, options.samples, options.seconds)
    records = [one.record for one in sample.records]
    if not any(record.value for record in records):
        fix = "draft it from its schema: kcontract init FILE"
        raise UsageError("INIT_NO_RECORDS", f"no record with a value was found in {topic}", fix)
    wire = wire_of(records)
    read = _with_schemas(records, given, wire) if given else _without(options, topic, records, wire)
    odd = sum(bool(record.value) for record in records) - sum(form is not None for form in read.forms)
    draft = draft_of(options, topic, read.payloads, wire, seen(records, read.forms, odd))
    draft = structs.replace(draft, partitions=sample.partitions, compacted=sample.compacted)
    return save(options, [draft], read.files)


def _with_schemas(records: Sequence[Record], given: tuple[Payload, ...], wire: Wire) -> _Read:
    """The schema is known: records only show habits."""
    if len(given) > 1:
        raise UsageError("INIT_TOPIC_ONE", "one topic, but several schemas", "name one; `oneOf` can be added by hand")
    (payload,) = given
    if wire != "plain":
        names = schemas_named(records)
        entry, referred = _as_registered(payload)
        return _Read(given, framed_payloads(records, dict.fromkeys(names, entry), referred), {})
    schema = parse(payload.text, payload.referred) if payload.kind == "avro" else None
    forms = [
        None
        if record.value is None
        else json_payload(record.value)
        if schema is None
        else avro_payload(schema, record.value)
        for record in records
    ]
    return _Read(given, forms, {})


def _as_registered(payload: Payload) -> tuple[RegisteredSchema, list[RegisteredSchema]]:
    """The schema as a registry would hold it, and what it refers to. The ids are nobody's."""
    links = tuple(RegisteredReference(one.name, one.subject, 1) for one in payload.references)
    referred = [
        RegisteredSchema(-number, one.subject, 1, payload.kind, one.text)
        for number, one in enumerate(payload.references, 1)
    ]
    return RegisteredSchema(0, "", 1, payload.kind, payload.text, links), referred


def _without(options: InitOptions, topic: str, records: Sequence[Record], wire: Wire) -> _Read:
    if wire == "plain":
        forms = [json_payload(record.value) for record in records]
        text = inferred(forms, topic)
        if not text:
            return _Read((), forms, {})
        path = f"schemas/{topic}.json"
        return _Read((Payload("", "json", text, path),), forms, {path: text})
    found = _found(options.registry, schemas_named(records)[:_MOST_SCHEMAS], topic)
    payloads, files = _payloads(topic, found)
    return _Read(payloads, framed_payloads(records, found.entries, found.referred), files)


def _found(url: str | None, names: Sequence[Named], topic: str) -> _Found:
    if not url:
        fix = "name the registry, --registry URL, or the schema's file"
        raise UsageError("INIT_REGISTRY", f"the records of {topic} name their schemas by id", fix)
    with RegistryClient(url) as client:
        by_guid = client.all() if any(isinstance(name, str) for name in names) else ()
        found = {name: entry for name in names if (entry := _entry(client, name, by_guid)) is not None}
        references = References(client)
        referred = {entry.id: references.of(entry) for entry in found.values()}
    if not found:
        raise UsageError("INIT_REGISTRY", f"the registry at {url} knows none of the schemas", "is it the right one?")
    for entry in found.values():
        if entry.kind == "protobuf":
            fix = "only Avro and JSON Schema can be read"
            raise UsageError("INIT_SCHEMA", f"schema {entry.id} of {entry.subject} is Protobuf", fix)
    return _Found(found, referred, references.entries)


def _entry(client: RegistryClient, name: Named, by_guid: Sequence[RegisteredSchema]) -> RegisteredSchema | None:
    if isinstance(name, str):
        return next((entry for entry in by_guid if entry.guid and UUID(entry.guid).hex == name), None)
    try:
        return client.by_id(name)
    except RegistryError as error:
        if error.status // 100 == _NOT_FOUND or error.status == _NOT_FOUND:
            return None
        raise


def _payloads(topic: str, found: _Found) -> tuple[tuple[Payload, ...], dict[str, str]]:
    """Event types, each with its newest version as payload, and the schema files to write."""
    entries, book = found.entries, Book((*found.entries.values(), *found.referred))
    types: dict[str, list[RegisteredSchema]] = {}
    for entry in sorted({entry.id: entry for entry in entries.values()}.values(), key=lambda one: one.id):
        name = book.avro(entry).record_name if entry.kind == "avro" else entry.subject
        types.setdefault(name, []).append(entry)
    payloads, files = [], {}
    for name, versions in types.items():
        stem = f"schemas/{topic}" if len(types) == 1 else f"schemas/{topic}.{legal_part(name)}"
        ending = "avsc" if versions[-1].kind == "avro" else "json"
        paths = [f"{stem}.v{entry.version}.{ending}" if len(versions) > 1 else f"{stem}.{ending}" for entry in versions]
        files.update({path: f"{entry.text}\n" for path, entry in zip(paths, versions, strict=True)})
        kind: Kind = "avro" if ending == "avsc" else "json"
        used = {one.name: one for entry in versions for one in found.references.get(entry.id, ())}  # the newest's
        files.update({one.path: f"{one.text}\n" for one in used.values()})
        payloads.append(
            Payload(simple_name(name), kind, versions[-1].text, paths[-1], tuple(paths[:-1]), tuple(used.values()))
        )
    return tuple(payloads), files
