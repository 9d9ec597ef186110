"""Values, keys and headers in words, as far as they can be decoded."""

from __future__ import annotations

from kcontract.model.value import Value
from kcontract.report.abbreviate import middle, size
from kcontract.report.avro_text import Named, avro_lines
from kcontract.report.book import Book
from kcontract.report.json_text import json_lines
from kcontract.report.visible import as_text, visible_lines

_FRAME = 5
"""Magic byte and a big-endian schema id (Confluent wire format)."""
_TEXT = 600
"""Characters shown of a text that is not JSON."""


class Decoded(Value, frozen=True):
    """`form` says what the bytes are; `lines` show their content, already harmless for a terminal."""

    form: str
    lines: tuple[str, ...] = ()


def decode_value(data: bytes | None, topic: str, book: Book) -> Decoded:
    """A record's value in the words of its contract; what cannot be decoded has no lines, and `form` says why."""
    if not data:
        return Decoded("null: a tombstone" if data is None else "empty")
    contract = book.contract(topic)
    wire = contract.message.wire if contract else None
    if data[0] == 0 and wire != "plain":
        return _framed(data, book)
    if contract and contract.message.payload and contract.message.payload.kind == "avro" and wire == "plain":
        named = tuple((other.name, other.schema.text) for other in contract.message.references)
        return _avro(f"{size(data)}, Avro", contract.message.payload.text, named, data)
    return _text(size(data), data)


def brief(data: bytes | None, limit: int = 100) -> str:
    """A key or header on one line: its text in quotes if it is UTF-8, otherwise hex."""
    if data is None:
        return "null"
    text = as_text(data)
    if text is None:
        shown = data[: limit // 3]
        return f"{shown.hex(' ')}{' …' if len(data) > len(shown) else ''} ({size(data)}, not UTF-8)"
    if not text:
        return "empty"
    quote = "'" if '"' in text else '"'
    return f"{quote}{middle(text, limit)}{quote}" + (f" ({size(data)})" if len(text) > limit else "")


def _framed(data: bytes, book: Book) -> Decoded:
    if len(data) < _FRAME:
        return Decoded(f"{size(data)}: too short for a frame")
    number = int.from_bytes(data[1:_FRAME], "big")
    form = f"{size(data)}, framed, schema id {number}"
    schema, body = book.schema(number), data[_FRAME:]
    if schema is None:
        return Decoded(f"{form}, which the registry does not know")
    form = f"{form} ({schema.subject} version {schema.version}, {schema.kind})"
    if not body:
        return Decoded(f"{form}, without a body")
    if schema.kind == "avro":
        return _avro(form, schema.text, book.references(schema), body, _FRAME)
    return _text(form, body) if schema.kind == "json" else Decoded(form)


def _avro(form: str, schema: str, references: Named, body: bytes, start: int = 0) -> Decoded:
    lines, problem = avro_lines(schema, references, body, start)
    return Decoded(f"{form}; {problem}" if problem else form, lines)


def _text(form: str, data: bytes) -> Decoded:
    text = as_text(data)
    if text is None:
        return Decoded(f"{form}, not UTF-8")
    lines = json_lines(text)
    if lines is not None:
        return Decoded(f"{form}, JSON", lines)
    if text.isascii() and not text.isprintable() and "\n" not in text and "{" not in text:
        return Decoded(f"{form}, not JSON")
    return Decoded(f"{form}, text that is not JSON", visible_lines(middle(text, _TEXT)))
