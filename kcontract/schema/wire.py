"""The Confluent wire: 0x00 and a schema id before the value, or a GUID in a header."""

from __future__ import annotations

from typing import Literal, NamedTuple
from uuid import UUID

from kcontract.model.case import Layer
from kcontract.model.record import Headers, Record
from kcontract.schema.problem import DecodeError

MAGIC = 0
HEADER_SIZE = 5
VALUE_HEADER, KEY_HEADER = "__value_schema_id", "__key_schema_id"
_GUID_MAGIC = 1


class Framed(NamedTuple):
    """A value taken apart: schema id (or GUID, in the header form) and where the body starts."""

    id: int | None
    guid: str | None
    body: bytes
    start: int


def join(schema_id: int, body: bytes) -> bytes:
    """0x00, the id in 4 bytes big endian, the body."""
    return b"\0" + schema_id.to_bytes(4, "big") + body


def split(value: bytes) -> Framed:
    """The frame of `value`. Raises DecodeError of layer FRAMING: empty_value, short_header, bad_magic."""
    if not value:
        raise DecodeError(Layer.FRAMING, "empty_value", "no bytes", offset=0)
    if value[0] != MAGIC:
        raise unframed(value)
    if len(value) < HEADER_SIZE:
        raise DecodeError(Layer.FRAMING, "short_header", f"{len(value)} of the header's 5 bytes", offset=len(value))
    return Framed(int.from_bytes(value[1:HEADER_SIZE], "big"), None, value[HEADER_SIZE:], HEADER_SIZE)


def unframed(value: bytes, code: str = "bad_magic") -> DecodeError:
    """What is wrong with a value that begins with another byte."""
    return DecodeError(Layer.FRAMING, code, f"the first byte is {value[0]:#04x}, not 0x00", offset=0)


def header(guid: str, part: Literal["value", "key"] = "value") -> tuple[str, bytes]:
    """The header that says which schema the value (or key) is written with. `guid` as the registry writes it."""
    return VALUE_HEADER if part == "value" else KEY_HEADER, bytes([_GUID_MAGIC]) + UUID(guid).bytes


def split_header(record: Record, part: Literal["value", "key"] = "value") -> Framed:
    """The header form of `record`: GUID and body. Raises DecodeError: missing_header, bad_magic, short_header."""
    name = VALUE_HEADER if part == "value" else KEY_HEADER
    mark = record.header(name)
    body = (record.value if part == "value" else record.key) or b""
    if mark is None:
        raise DecodeError(Layer.FRAMING, "missing_header", f"no header {name}")
    if mark[:1] != bytes([_GUID_MAGIC]):
        raise DecodeError(Layer.FRAMING, "bad_magic", f"header {name} does not start with 0x01")
    if len(mark) != 17:
        raise DecodeError(Layer.FRAMING, "short_header", f"header {name} has {len(mark)} bytes, not 17")
    return Framed(None, str(UUID(bytes=mark[1:])), body, 0)


def schema_named(record: Record) -> int | str | None:
    """The schema that a record's value names: its id, or its GUID in 32 digits. None where it names none."""
    mark = record.header(VALUE_HEADER) if record.headers else None
    if mark is not None and len(mark) == 17 and mark[0] == _GUID_MAGIC:
        return mark[1:].hex()
    value = record.value or b""
    framed = len(value) >= HEADER_SIZE and value[0] == MAGIC
    return int.from_bytes(value[1:HEADER_SIZE], "big") if framed else None


def without_marks(headers: Headers) -> Headers:
    """The headers less those of the wire: what a contract's header schema speaks of."""
    return tuple(pair for pair in headers if pair[0] not in (VALUE_HEADER, KEY_HEADER))
