"""Headers (MALFORMED.md 52): required ones bind, damage to others is tolerated."""

from __future__ import annotations

import json
from typing import Any

from kcontract.model.case import CASE_HEADER, Layer
from kcontract.model.contract import Message
from kcontract.model.record import Headers, Record
from kcontract.schema.json.parse import Parsed
from kcontract.schema.json.shape import subschemas, types_at
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError
from kcontract.schema.wire import KEY_HEADER, VALUE_HEADER

_WIRE = (VALUE_HEADER, KEY_HEADER)
_CONTENT_TYPE = "content-type"
_OPAQUE = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""Media types that say nothing of what the bytes are."""


def _damage(variant: str, reason: str, *, soft: bool, path: str = "") -> DecodeError:
    return DecodeError(Layer.ENVELOPE, f"header_damage:{variant}", reason, soft=soft, path=path)


class HeaderRules:
    """Judges the headers of one topic's records."""

    def __init__(self, message: Message) -> None:
        schema = message.headers
        self._schema = JsonSchema(schema.text, assert_formats=message.assert_formats) if schema is not None else None
        document = self._schema.document if self._schema is not None else {}
        self._required = _required(document)
        self._by_header = message.wire == "confluent-header"
        self.judged = bool(self._schema)
        kinds = [message.payload, *(variant.payload for variant in message.one_of)]
        self._media = {message.content_type or "", *(schema.kind for schema in kinds if schema is not None)} - {""}
        """What the media type of a value may say: the contract's own, `json`, `avro`."""

    def problems(self, record: Record) -> tuple[DecodeError, ...]:
        """What is wrong with the headers, in the order: spelling, then schema."""
        if self._schema is None and (not record.headers or _only_ours(record.headers)):
            return ()
        found = list(self._of_spelling(record.headers))
        if self._schema is not None:
            found += self._against_schema(record.headers, self._schema)
        return tuple(found)

    def _of_spelling(self, headers: Headers) -> list[DecodeError]:
        found: list[DecodeError] = []
        seen: set[str] = set()
        for name, value in headers:
            binds = name in self._required
            if name in seen:
                found.append(_damage("duplicate", f"header {name} stands twice", soft=True))
            seen.add(name)
            if name in _WIRE:
                if not self._by_header:
                    found.append(_damage("schema_id", f"header {name} on another wire", soft=True))
            elif name != CASE_HEADER:
                found += _of_value(name, value, binds=binds) or self._of_media(name, value)
        return found

    def _of_media(self, name: str, value: bytes | None) -> list[DecodeError]:
        """Frameworks (FastStream, Spring's message converters) read a value by what its content type says."""
        if name.lower() != _CONTENT_TYPE or not self._media:
            return []
        said = (value or b"").decode().partition(";")[0].strip().lower()
        if said in _OPAQUE or any(known.lower() in said for known in self._media):
            return []
        return [_damage("content_type", f"header {name} says {said[:60]}", soft=True)]

    def _against_schema(self, headers: Headers, schema: JsonSchema) -> list[DecodeError]:
        texts = {
            name: _typed(schema.document, name, (value or b"").decode("utf-8", "replace"))
            for name, value in headers
            if name not in _WIRE and name != CASE_HEADER
        }
        return [self._as_damage(problem) for problem in schema.problems(Parsed(texts))]

    def _as_damage(self, problem: DecodeError) -> DecodeError:
        missing = problem.code == "missing_required"
        name = problem.path[1:].partition("/")[0].replace("~1", "/").replace("~0", "~")
        soft = problem.soft or not (missing or name in self._required)
        return _damage("missing" if missing else "value", problem.reason, soft=soft, path=problem.path)


def _only_ours(headers: Headers) -> bool:
    return len(headers) == 1 and headers[0][0] == CASE_HEADER


def _of_value(name: str, value: bytes | None, *, binds: bool) -> list[DecodeError]:
    if value is None:
        return [_damage("null", f"header {name} is null", soft=True)]
    try:
        value.decode()
    except UnicodeDecodeError:
        return [_damage("utf8", f"header {name} is not UTF-8", soft=not binds)]
    return []


def _required(document: Any) -> frozenset[str]:
    """The names that the schema demands at its root, `allOf` included."""
    names: set[str] = set()
    for one in [document, *(document.get("allOf") or [] if isinstance(document, dict) else [])]:
        if isinstance(one, dict) and isinstance(one.get("required"), list):
            names.update(name for name in one["required"] if isinstance(name, str))
    return frozenset(names)


def _typed(document: Any, name: str, text: str) -> Any:
    """A header's text as the JSON value that its schema asks for, where it is one: `"5"` for an integer."""
    types = types_at(document, (name,)) if subschemas(document, (name,)) else frozenset()
    if not types or "string" in types:
        return text
    try:
        return json.loads(text) if len(text) <= 1_000 else text
    except (ValueError, RecursionError):
        return text
