"""Keys and headers of valid records (FORMAT.md, "Keys and headers")."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from kcontract.generate.contract_parts import document_of, documents, header_slots, not_registered, payload_of
from kcontract.generate.json_payload import JsonPayload
from kcontract.generate.payload import Payload
from kcontract.generate.reply_to import ReplyTo
from kcontract.generate.tokens import Mint
from kcontract.generate.written import compact
from kcontract.model.case import CASE_HEADER
from kcontract.model.contract import Contract, Expression, SchemaText
from kcontract.model.record import Headers
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.wire import join

Get = Callable[[str], Any]
"""Reads a pointer of the payload, in its JSON form."""


def header_document(contract: Contract) -> dict[str, Any]:
    """The header schema; an empty one if there is none."""
    headers = contract.message.headers
    found = document_of(headers) if headers is not None else {}
    return found if isinstance(found, dict) else {}


def takes_marker(contract: Contract) -> bool:
    """Whether the header schema leaves room for the marker header (ORACLE.md §2)."""
    document = header_document(contract)
    return document.get("additionalProperties", True) is not False or CASE_HEADER in document.get("properties", {})


def as_text(value: Any) -> str:
    """A JSON value as the text of a key or header: strings raw, others as JSON."""
    return value if isinstance(value, str) else compact(value)


class RecordHeaders:
    """Makes the headers of valid records."""

    def __init__(self, contract: Contract) -> None:
        self._slots = header_slots(contract.message)
        self._reply_to = ReplyTo(contract)
        document = header_document(contract)
        self._payload: JsonPayload | None = None
        if document.get("properties") or document.get("required"):
            self._payload = JsonPayload({"type": "object", **document}, documents(contract.message))

    def make(self, mint: Mint, rng: Random) -> tuple[Headers, list[bytes]]:
        """Headers and the tokens in them; optional headers half of the time."""
        tokens: list[bytes] = []
        values = self._payload.ordinary(rng, full=rng.random() < 0.5) if self._payload else {}
        values.pop(CASE_HEADER, None)
        for name in self._slots:
            values.setdefault(name, mint.uuid())
        places = [*(f"/{name}" for name in self._slots), *(self._payload.uuids(values) if self._payload else ())]
        for pointer in dict.fromkeys(places):
            stamped = self._stamped(values, pointer, mint)
            if stamped is not None:
                values, token = stamped
                tokens.append(token)
        headers = tuple((name, as_text(value).encode()) for name, value in values.items())
        return self._reply_to.given(headers), tokens

    def _stamped(self, values: dict[str, Any], pointer: str, mint: Mint) -> tuple[dict[str, Any], bytes] | None:
        if self._payload is not None:
            return self._payload.stamped(values, pointer, mint)
        token = mint.uuid()
        return {**values, pointer[1:]: token}, token.encode()


class Keys:
    """Makes the keys of valid records."""

    def __init__(self, contract: Contract, book: Sequence[RegisteredSchema]) -> None:
        """UsageError GENERATE_NOT_REGISTERED if the wire wants the id of the key's schema, and the book has none."""
        message = contract.message
        self._from = message.key_from
        self._schema = message.key
        self._payload: Payload | None = payload_of_key(contract, message.key) if message.key is not None else None
        self._head = self._frame(contract, book)
        inner = (message.identity, message.correlation_id)
        self._slots = [e.pointer for e in inner if e is not None and e.root == "message.key"]

    def _frame(self, contract: Contract, book: Sequence[RegisteredSchema]) -> bytes:
        if self._schema is None or self._schema.kind != "avro" or contract.message.wire != "confluent":
            return b""
        subject = f"{contract.topic}-key"
        entry = max((e for e in book if e.subject == subject), key=lambda e: e.version, default=None)
        if entry is None:
            raise not_registered(f"the key of {contract.topic}", subject, book)
        return join(entry.id, b"")

    def make(self, get: Get, headers: Headers, mint: Mint, rng: Random) -> tuple[bytes | None, list[bytes]]:
        """A key and the tokens that are in it alone. `get` reads a pointer of the payload."""
        if self._from is not None:
            found = self._source(self._from, get, headers)
            if found is not None:
                return self._write(found, rng), []
        if self._payload is None:
            token = mint.uuid().encode()
            return token, [token]
        return self._own(self._payload, mint, rng)

    def _source(self, expression: Expression, get: Get, headers: Headers) -> Any:
        if expression.root == "message.payload":
            return get(expression.pointer)
        raw = next((value for name, value in reversed(headers) if name == expression.pointer), None)
        return raw.decode() if raw is not None else None

    def _write(self, value: Any, rng: Random) -> bytes:
        if self._schema is None or self._payload is None or self._schema.kind == "json":
            return (
                as_text(value).encode() if self._is_text() or not isinstance(value, str) else json.dumps(value).encode()
            )
        datum = self._payload.put(self._payload.ordinary(rng), "", value)
        return self._head + self._payload.encode(datum)

    def _is_text(self) -> bool:
        return self._schema is None or _is_string(self._schema)

    def _own(self, payload: Payload, mint: Mint, rng: Random) -> tuple[bytes, list[bytes]]:
        value, tokens = payload.ordinary(rng, full=True), []
        for pointer in dict.fromkeys(
            [*self._slots, *payload.uuids(value), *([""] if not isinstance(value, dict) else [])]
        ):
            stamped = payload.stamped(value, pointer, mint)
            if stamped is not None:
                value, token = stamped
                tokens.append(token)
        if self._is_text() and isinstance(value, str):
            return value.encode(), tokens
        return self._head + payload.encode(value), tokens


def payload_of_key(contract: Contract, schema: SchemaText) -> Payload:
    """The generator of a key's schema; the contract's constraints speak of the payload alone."""
    bare = type(contract.message)(at=contract.message.at, references=contract.message.references)
    return payload_of(bare, schema)


def _is_string(schema: SchemaText) -> bool:
    document = document_of(schema)
    return isinstance(document, dict) and document.get("type") == "string"
