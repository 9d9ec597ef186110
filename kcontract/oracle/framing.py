"""Finding the schema that a framed value names, and naming what is wrong where it names none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal, NamedTuple
from uuid import UUID

from kcontract.model.case import Layer
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import Book
from kcontract.schema.problem import DecodeError
from kcontract.schema.wire import HEADER_SIZE, MAGIC, Framed, split, split_header, unframed

Format = Literal["avro", "json"]
Decodes = Callable[[bytes], bool]


class Named(NamedTuple):
    """A body, where it starts in the value, and the registry's entries for the schema that it names."""

    body: bytes
    start: int
    entries: list[RegisteredSchema]


class Frames:
    """Takes values of the Confluent wire apart."""

    def __init__(self, book: Book, kind: Format, decodes: Decodes, *, in_header: bool) -> None:
        """`decodes`: whether bytes are a body of the contract's own schema, to tell a missing header by."""
        self._book = book
        self._kind = kind
        self._decodes = decodes
        self._in_header = in_header

    def open(self, record: Record, part: Literal["value", "key"] = "value") -> Named:
        """Body and schema of a record's value or key. Raises DecodeError of layer FRAMING or REGISTRY."""
        value = (record.value if part == "value" else record.key) or b""
        if not self._in_header and value[:1] == b"\0" and len(value) >= HEADER_SIZE:  # as nearly all are
            entries = self._book.with_id(_id_at(value, 1))
            if entries and entries[0].kind == self._kind:
                return Named(value[HEADER_SIZE:], HEADER_SIZE, entries)
        framed = self._header(record, value, part) if self._in_header else self._prefix(value)
        entries = self._book.with_guid(framed.guid) if framed.guid else self._book.with_id(framed.id or 0)
        if not entries:
            raise self._unknown(framed, value)
        if entries[0].kind != self._kind:
            reason = f"the schema is {entries[0].kind}, not {self._kind}"
            raise DecodeError(Layer.REGISTRY, "wrong_format_id", reason, offset=1 if framed.start else None)
        return Named(framed.body, framed.start, entries)

    def _header(self, record: Record, value: bytes, part: Literal["value", "key"]) -> Framed:
        try:
            return split_header(record, part)
        except DecodeError as error:
            # Readers of the header form fall back on the prefix, as the serializers' migration path has it.
            error.soft = error.code == "missing_header" and self._has_prefix(value)
            raise

    def _has_prefix(self, value: bytes) -> bool:
        return len(value) >= HEADER_SIZE and value[0] == 0 and bool(self._book.with_id(_id_at(value, 1)))

    def _prefix(self, value: bytes) -> Framed:
        if value and value[0] != MAGIC:
            raise unframed(value, self._name_unframed(value))
        return split(value)

    def _name_unframed(self, value: bytes) -> str:
        if value.startswith((b"Obj\x01", b"\x03\x00", b"\x03\x05")) or self._is_guid_frame(value):
            return "other_framing"
        if len(value) >= HEADER_SIZE and self._book.with_id(_id_at(value, 1)):
            return "bad_magic"
        if self._decodes(value):
            return "missing_header"
        return "wrong_encoding" if _looks_encoded(value) else "bad_magic"

    def _is_guid_frame(self, value: bytes) -> bool:
        return value[0] == 1 and len(value) >= 17 and bool(self._book.with_guid(str(UUID(bytes=value[1:17]))))

    def _unknown(self, framed: Framed, value: bytes) -> DecodeError:
        if framed.guid:
            return DecodeError(Layer.REGISTRY, "unknown_schema_id", f"GUID {framed.guid} is not registered")
        code = "unknown_schema_id"
        if len(value) >= 9 and framed.id == 0 and self._book.with_id(int.from_bytes(value[1:9], "big")):
            code = "other_framing"
        elif self._book.with_id(int.from_bytes(value[1:HEADER_SIZE], "little")):
            code = "endian_swapped_id"
        elif self._decodes(value):
            code = "missing_header"
        layer = Layer.REGISTRY if code != "missing_header" else Layer.FRAMING
        return DecodeError(layer, code, f"schema id {framed.id} is not registered", offset=1)

    def is_doubled(self, body: bytes, decodes: Callable[[Named], bool]) -> bool:
        """Whether `body` is a whole framed message again (MALFORMED.md 7)."""
        if len(body) < HEADER_SIZE or body[0] != 0:
            return False
        entries = self._book.with_id(_id_at(body, 1))
        return (
            bool(entries) and entries[0].kind == self._kind and decodes(Named(body[HEADER_SIZE:], HEADER_SIZE, entries))
        )


def _id_at(value: bytes, start: int) -> int:
    return int.from_bytes(value[start : start + 4], "big")


def _looks_encoded(value: bytes) -> bool:
    """JSON, XML, other text, or gzip."""
    if value.startswith(b"\x1f\x8b"):
        return True
    try:
        text = value[:4096].decode("utf-8", "strict" if len(value) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return value[:2] in (b"\xff\xfe", b"\xfe\xff")
    return text.isprintable() or text.lstrip().startswith(("{", "[", "<")) or _is_json(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
