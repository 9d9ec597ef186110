"""Expressions of a contract: `$message.payload#/ptr`, `$message.header#/name`, `$request.body#/ptr` … (FORMAT.md)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from kcontract.model.contract import Expression, Root
from kcontract.model.record import Record
from kcontract.model.value import Value
from kcontract.oracle.reading import MISSING
from kcontract.schema.json.parse import scan_json
from kcontract.schema.json.shape import is_index

__all__ = [
    "MISSING",
    "Exchange",
    "evaluate",
    "evaluate_exchange",
    "key_text",
    "parse_body",
    "parse_named",
    "resolve_pointer",
]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Exchange(Value, frozen=True):
    """A request to a sender and its answer; bodies as parsed JSON, MISSING where there is none."""

    request_body: Any = MISSING
    path: Mapping[str, Any] = _EMPTY
    status: int = 0
    response_body: Any = MISSING


def evaluate(expression: Expression, record: Record, payload: Any, *, key: Any = MISSING) -> Any:
    """What a `$message…` expression says of a record, MISSING where there is nothing.

    `payload` is the record's JSON form, MISSING if it has none; `key` its key's, without it the key's text counts.
    """
    match expression.root:
        case "message.payload":
            return resolve_pointer(payload, expression.pointer)
        case "message.header":
            return _text(record.header(expression.pointer))
        case "message.key":
            return resolve_pointer(_key(record, expression.pointer) if key is MISSING else key, expression.pointer)
    return MISSING


def parse_named(text: str) -> Expression:
    """The expression between the braces of a template, `$request.body#/id`, which was checked when it was loaded."""
    root, _, pointer = text.removeprefix("$").partition("#")
    plain = root in ("message.header", "request.path")
    return Expression(cast("Root", root), pointer.removeprefix("/") if plain else pointer)


def evaluate_exchange(expression: Expression, exchange: Exchange) -> Any:
    """What a `$request…` or `$response…` expression says of an exchange, MISSING where there is nothing."""
    match expression.root:
        case "request.body":
            return resolve_pointer(exchange.request_body, expression.pointer)
        case "response.body":
            return resolve_pointer(exchange.response_body, expression.pointer)
        case "request.path":
            return exchange.path.get(expression.pointer, MISSING)
        case "response.status":
            return exchange.status or MISSING
    return MISSING


def resolve_pointer(value: Any, pointer: str) -> Any:
    """The value at an RFC 6901 pointer ("" is the whole), MISSING where there is none."""
    for step in _steps(pointer):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and is_index(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


@lru_cache(maxsize=1024)
def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def parse_body(body: bytes | None) -> Any:
    """A body as JSON, leniently; MISSING if it is empty or no JSON."""
    parsed = scan_json(body or b"")
    return MISSING if parsed.fatal else parsed.value


def key_text(record: Record) -> Any:
    """The key as text, MISSING if it is null or not UTF-8."""
    return _text(record.key)


def _key(record: Record, pointer: str) -> Any:
    text = key_text(record)
    if not pointer or text is MISSING:
        return text
    return parse_body(record.key)


def _text(raw: bytes | None) -> Any:
    try:
        return MISSING if raw is None else raw.decode()
    except UnicodeDecodeError:
        return MISSING
