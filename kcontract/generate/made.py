"""Payloads that somebody else made → records of a topic, in the contract's schema and on its wire."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kcontract.errors import KcontractError
from kcontract.generate.contract_parts import EventType, event_types
from kcontract.generate.from_json import datum_of
from kcontract.model.contract import Contract, SchemaText
from kcontract.model.record import Headers, Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import own_references, payload_texts
from kcontract.oracle.expressions import MISSING, resolve_pointer
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.parse import parse
from kcontract.schema.wire import header, join


class EventMaker:
    """Encodes one contract's events."""

    def __init__(self, contract: Contract, book: Sequence[RegisteredSchema]) -> None:
        """UsageError if a payload schema that travels by its id is not in the `book`."""
        self._contract = contract
        self._types = tuple(zip(event_types(contract, book), payload_texts(contract), strict=False))

    def record(self, made: Mapping[str, Any], like: Record) -> tuple[Record, str]:
        """The record of an event, and why its value could not be encoded: then it is its JSON text.

        `made` has `bytes`, or `value` in its JSON form, and perhaps `key` and `headers`; where it says nothing of
        these they are right: the key that `keyFrom` wants, and the headers of a valid record.
        """
        value, marks, problem = self._value(made)
        key = made["key"] if "key" in made else self._key(made.get("value"), like)
        headers: Headers = made.get("headers", like.headers)
        return msgspec.structs.replace(like, key=key, value=value, headers=_marked(headers, marks)), problem

    def _key(self, payload: Any, like: Record) -> bytes | None:
        rule = self._contract.message.key_from
        found = MISSING if rule is None or rule.root != "message.payload" else resolve_pointer(payload, rule.pointer)
        if found is MISSING:
            return like.key
        return (found if isinstance(found, str) else json.dumps(found)).encode()

    def _value(self, made: Mapping[str, Any]) -> tuple[bytes, Headers, str]:
        if "bytes" in made:
            return made["bytes"], (), ""
        problem = ""
        for event, text in self._types:
            try:
                return *self._framed(event, self._body(text, made["value"])), ""
            except (KcontractError, TypeError, ValueError) as error:
                problem = problem or str(error)
        return json.dumps(made["value"]).encode(), (), problem

    def _body(self, text: SchemaText, value: Any) -> bytes:
        if text.kind == "json":
            return json.dumps(value, ensure_ascii=False).encode()
        schema = parse(text.text, own_references(self._contract))
        return encode(schema, datum_of(schema, value))

    def _framed(self, event: EventType, body: bytes) -> tuple[bytes, Headers]:
        entry, wire = event.entry, self._contract.message.wire
        if entry is None or wire == "plain":
            return body, ()
        if wire == "confluent-header" and entry.guid:
            return body, (header(entry.guid),)
        return join(entry.id, body), ()


def _marked(headers: Headers, marks: Headers) -> Headers:
    """With the schema's mark in place of another record's."""
    names = {name for name, _ in marks}
    return (*(pair for pair in headers if pair[0] not in names), *marks)
