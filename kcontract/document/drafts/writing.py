"""The text of a first contract, with comments that say what was seen and what is to be decided."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.document.drafts.draft import Draft, Seen
from kcontract.document.drafts.yaml_text import comment, scalar, sequence

_WIRES = {
    "confluent": "values begin with 0x00 and a schema id (confluent); else confluent-header or plain",
    "confluent-header": "a header says which schema a value is written with",
    "plain": "values are the payload and nothing else",
}


def contract_text(draft: Draft) -> str:
    """The whole file."""
    return "".join((*_head(draft), *_message(draft), *_registry(draft), *_sides(draft)))


def _head(draft: Draft) -> Iterator[str]:
    seen = draft.seen
    source = f"{seen.records} of its records" if seen is not None else "its schema"
    yield comment(f"First contract of {draft.topic}, drafted by `kcontract init` from {source}.")
    if seen is not None:
        yield comment("It says what was seen, which is not always what is promised: correct it where they differ.")
    yield comment("`kcontract lint` checks it, `kcontract verify` judges the services that it names.")
    yield "kcontract: 1\n"
    yield f"topic: {scalar(draft.topic)}\n"
    yield comment("description: what has happened when such a record is there")
    yield comment("owner: the team that answers for it")
    if draft.partitions > 1:
        yield f"partitions: {draft.partitions}\n"
    if draft.compacted:
        yield "cleanup: compact # a record without a value, a tombstone, is valid\n"
    elif seen is not None and seen.tombstones:
        yield comment(f"cleanup: compact   {seen.tombstones} records have no value: are such tombstones promised?")


def _message(draft: Draft) -> Iterator[str]:
    yield "message:\n"
    yield from _key(draft)
    yield from _payload(draft)
    yield from _references(draft)
    yield comment(_WIRES[draft.wire], 2)
    yield f"  wire: {draft.wire}\n"
    if draft.seen is not None:
        yield from _headers(draft.seen)
    if draft.correlation:
        yield comment("ties what a service writes to the record that caused it", 2)
        yield f"  correlationId: {scalar(draft.correlation)}\n"
    else:
        yield comment("correlationId: $message.header#/correlation_id", 2)
    if draft.identity:
        yield comment("two records with the same one are the same event", 2)
        yield f"  identity: {scalar(draft.identity)}\n"
    else:
        yield comment("identity: $message.payload#/event_id   (default: the key, else the correlation id)", 2)
    yield comment("constraints: limits.json   a JSON Schema for what the payload's schema cannot say", 2)


def _key(draft: Draft) -> Iterator[str]:
    seen = draft.seen
    if seen is not None and seen.key_note:
        yield comment(seen.key_note, 2)
    if seen is not None and seen.key:
        yield f"  key: {seen.key}\n"
    elif seen is None:
        yield comment("key: {type: string, format: uuid}", 2)
    if seen is not None and seen.key_from:
        also = f"; so do {', '.join(seen.key_from[1:5])}" if seen.key_from[1:] else ""
        yield comment(f"{seen.key_from[0]} equals the key in all records{also}", 2)
        yield f"  keyFrom: {scalar(f'$message.payload#{seen.key_from[0]}')}\n"
    elif seen is None and draft.key_guess:
        yield comment(f"keyFrom: $message.payload#{draft.key_guess}   if the key must equal it", 2)


def _payload(draft: Draft) -> Iterator[str]:
    seen = draft.seen
    if seen is not None and seen.odd and draft.payloads:
        yield comment(f"records that are not like the others, and were left out: {seen.odd}", 2)
    if not draft.payloads:
        yield comment("the values are no JSON, and name no schema: name it here", 2)
        yield comment("payload: schemas/event.avsc", 2)
        yield "  contentType: application/octet-stream\n"
    elif len(draft.payloads) == 1:
        yield f"  payload: {scalar(draft.payloads[0].path)}\n"
    else:
        yield "  oneOf:\n"
        for payload in draft.payloads:
            yield f"    {scalar(payload.name)}: {{payload: {scalar(payload.path)}}}\n"


def _references(draft: Draft) -> Iterator[str]:
    referred = {one.name: one for payload in draft.payloads for one in payload.references}
    if referred:
        yield comment("what the schemas refer to, and what the registry calls it", 2)
        yield "  references:\n"
    for one in referred.values():
        name, subject, file = scalar(one.name), scalar(one.subject), scalar(one.path)
        yield f"    - {{name: {name}, subject: {subject}, file: {file}}}\n"


def _headers(seen: Seen) -> Iterator[str]:
    if seen.some_headers:
        yield comment(f"only some records have {', '.join(seen.some_headers[:8])}", 2)
    if seen.headers:
        yield comment("all records have these headers", 2)
        yield "  headers:\n    type: object\n"
        yield f"    required: {sequence(seen.headers)}\n    properties:\n"
        for name in seen.headers:
            yield f"      {scalar(name)}: {{type: string, minLength: 1}}\n"


def _registry(draft: Draft) -> Iterator[str]:
    if draft.wire == "plain" or not draft.payloads:
        return
    versions = (*draft.payloads[0].older, draft.payloads[0].path)
    if len(draft.payloads) == 1 and len(versions) > 1:
        yield "registry:\n"
        yield comment("from the oldest; records of all of them are sent", 2)
        yield f"  versions: {sequence(versions)}\n"
        yield comment("compatibility: BACKWARD   what the registry holds the subject to", 2)
    else:
        yield comment("registry: {compatibility: BACKWARD}   what the registry holds the subject to")


def _sides(draft: Draft) -> Iterator[str]:
    yield comment("send: who writes it, and what makes them (docs/contract-file.md, Senders)")
    yield "receive:\n"
    if not draft.command:
        yield comment("the name of a service that reads it, and how it is started: change both", 2)
    yield f"  {scalar(draft.service)}:\n"
    yield "    run:\n"
    yield f"      command: {sequence(draft.command or ('python', '-m', 'my_service.consumer'))}\n"
    yield comment("what your service calls them; these values are filled in", 6)
    yield '      env: {BROKERS: "{bootstrap}", REGISTRY: "{registry}", GROUP: "{group}", TOPIC: "{topic}",\n'
    yield '        DLQ: "{deadLetter}"}\n'
    yield comment("an invalid record: {deadLetter: TOPIC}, skip, {stop: exit}, {stop: pause} or {reply: error}", 4)
    yield f"    onInvalid: {{deadLetter: {scalar(f'{draft.topic}.dlq')}}}\n"
    yield comment("What a valid record leads to. Without it nobody can see whether it was handled:", 4)
    for line in (
        "emits:",
        "  topic: something.happened",
        "  payload: schemas/something_happened.json",
        "  where: {/their_id: $message.payload#/my_id}",
    ):
        yield comment(line, 4)
