"""Framing (1–13): what stands before the body, or in its place."""

from __future__ import annotations

import gzip
import json
import struct
from base64 import b64encode
from collections.abc import Iterator
from random import Random

from kcontract.generate.kind import Ground, Kind, Mutant, Parent, names_schema, only_framed
from kcontract.model.case import Layer
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.wire import VALUE_HEADER

_MAGICS = (0x01, 0x02, 0x03, 0x7B, 0xFF)
_GUID = bytes.fromhex("9f5f0a4e3c7d4f6b8a1e2d3c4b5a6978")


def _frame(schema_id: int) -> bytes:
    return b"\0" + struct.pack(">I", schema_id)


def _mark(parent: Parent) -> bytes:
    """The header that names the schema (`wire: confluent-header`)."""
    return parent.record.header(VALUE_HEADER) or b"\x01" + _GUID


def _marked(parent: Parent, mark: bytes | None) -> Record:
    """The record with another such header, or without one."""
    others = tuple(pair for pair in parent.record.headers if pair[0] != VALUE_HEADER)
    return parent.with_headers(others if mark is None else (*others, (VALUE_HEADER, mark)))


def _empty(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    yield Mutant(parent.with_value(b""), note="value of no bytes")


def _null(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    yield Mutant(parent.with_value(None), note="no value: a tombstone")


def _short(ground: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    if not ground.framed:
        for size in (1, 2, 3, 4):
            yield Mutant(_marked(parent, _mark(parent)[:size]), str(size), f"only {size} of the mark's 17 bytes")
        return
    for size in (1, 2, 3, 4):
        yield Mutant(parent.with_value(parent.head[:size]), str(size), f"only {size} of the header's 5 bytes")


def _header_only(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    yield Mutant(parent.with_value(parent.head), note="header without a body")


def _bad_magic(ground: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    if not ground.framed:
        for magic in _MAGICS[1:]:
            record = _marked(parent, bytes((magic,)) + _mark(parent)[1:])
            yield Mutant(record, f"0x{magic:02x}", f"the mark begins with 0x{magic:02x} instead of 0x01")
        return
    for magic in _MAGICS:
        value = bytes((magic,)) + parent.head[1:] + parent.body
        yield Mutant(parent.with_value(value), f"0x{magic:02x}", f"first byte 0x{magic:02x} instead of 0x00")


def _missing_header(ground: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    if not ground.framed:
        yield Mutant(_marked(parent, None), note=f"without the header {VALUE_HEADER}")
        return
    yield Mutant(parent.with_value(parent.body), note="body without its header")


def _double_header(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    yield Mutant(parent.with_value(parent.head * 2 + parent.body), note="header in front of a framed message")


def _unknown_ids(ground: Ground) -> tuple[tuple[str, int], ...]:
    known = {entry.id for entry in ground.book}
    named = (("zero", 0), ("max_int", 2**31 - 1), ("max_uint", 2**32 - 1), ("next", max(known, default=0) + 100_000))
    return tuple((name, number) for name, number in named if number not in known)


def _unknown(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    if not ground.framed:
        for name, guid in (("zero", bytes(16)), ("next", _GUID)):
            yield Mutant(_marked(parent, b"\x01" + guid), name, f"GUID {guid.hex()}, never registered")
        return
    for name, number in _unknown_ids(ground):
        yield Mutant(parent.with_value(_frame(number) + parent.body), name, f"schema id {number}, never registered")


def _foreign_entries(ground: Ground) -> list[RegisteredSchema]:
    own = next((entry for entry in ground.book if entry.id == ground.schema_id), None)
    if own is None:
        return []
    subjects = {entry.subject for entry in ground.book if entry.id == own.id}
    return [e for e in ground.book if e.subject not in subjects and e.kind == own.kind and e.text != own.text]


def _has_foreign(ground: Ground) -> str:
    none = "" if _foreign_entries(ground) else "the registry holds no schema of another subject"
    return only_framed(ground) or none


def _foreign(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    for entry in _foreign_entries(ground)[:4]:
        note = f"schema id {entry.id}, of subject {entry.subject}"
        yield Mutant(parent.with_value(_frame(entry.id) + parent.body), note=note, place=str(entry.id))


def _other_formats(ground: Ground) -> list[RegisteredSchema]:
    own = "json" if ground.json else "avro"
    return [entry for entry in ground.book if entry.kind != own]


def _has_other_format(ground: Ground) -> str:
    return only_framed(ground) or ("" if _other_formats(ground) else "the registry holds no schema of another format")


def _wrong_format(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    for entry in _other_formats(ground)[:4]:
        note = f"schema id {entry.id}, a {entry.kind} schema"
        yield Mutant(parent.with_value(_frame(entry.id) + parent.body), note=note, place=str(entry.id))


def _swapped(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    head = b"\0" + parent.head[:0:-1]
    if head != parent.head:
        yield Mutant(parent.with_value(head + parent.body), note=f"schema id {ground.schema_id} in little endian")


def _other_framing(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    number = ground.schema_id or 1
    framings = [
        ("apicurio", b"\0" + struct.pack(">Q", number), "0x00 and an id of 8 bytes, as Apicurio's older serializers"),
        ("glue", b"\x03\0" + _GUID, "0x03, compression byte and UUID, as AWS Glue's serializers"),
        ("ocf", b"Obj\x01\x00" + _GUID, "the start of an Avro object container file"),
        ("single_object", b"\xc3\x01" + _GUID[:8], "0xc3 0x01 and a fingerprint: Avro's single-object encoding"),
    ]
    if not ground.framed:
        framings.append(("confluent", _frame(number), "0x00 and an id of 4 bytes, as Confluent's serializers"))
    for name, head, note in framings:
        yield Mutant(parent.with_value(head + parent.body), name, note)
    if ground.framed:
        headers = (*parent.record.headers, (VALUE_HEADER, b"\x01" + _GUID))
        record = parent.with_value(parent.body)
        note = "no id in front, an unknown GUID in the header __value_schema_id"
        yield Mutant(Parent.with_headers(_of(parent, record.value), headers), "header_guid", note)


def _of(parent: Parent, value: bytes | None) -> Parent:
    return Parent(parent.with_value(value), parent.head, parent.body, parent.json, parent.datum, parent.tokens)


def _wrong_encoding(ground: Ground, parent: Parent, rng: Random) -> Iterator[Mutant]:
    text = json.dumps(parent.json, default=str).encode()
    value = parent.record.value or b""
    if ground.json:
        yield Mutant(
            parent.with_value(b"\x02\x48" + text[:36] + b"\x00\x80\x01"), "avro", "Avro binary on a JSON topic"
        )
    else:
        yield Mutant(parent.with_value(text), "json", "the payload as JSON on an Avro topic")
    yield Mutant(parent.with_value(b"this is not a message"), "text", "plain text")
    yield Mutant(parent.with_value(b'<?xml version="1.0"?><message/>'), "xml", "an XML document")
    yield Mutant(parent.with_value(b64encode(value)), "base64", "the whole value in base64")
    yield Mutant(parent.with_value(gzip.compress(value, mtime=0)), "gzip", "the whole value in gzip")
    yield Mutant(parent.with_value(b"\xf5" + rng.randbytes(63)), "random", "64 random bytes, as if encrypted")


KINDS: tuple[Kind, ...] = (
    Kind(
        "empty_value", 1, "framing", Layer.FRAMING, "a value of no bytes", "invalid", "rejects it",
        "The value is present but has length 0, which is not null. Indexing its first byte raises IndexError in"
        " code that"
        " looks for the magic byte; `if value:` mistakes it for a tombstone.",
        mutants=_empty,
    ),
    Kind(
        "null_value", 2, "framing", Layer.FRAMING, "no value: a tombstone", "either; valid under cleanup: compact",
        "treats it as a delete, or skips it",
        "The value is null. On a compacted topic that deletes the key and is part of every consumer's life."
        " Elsewhere it"
        " still comes, from a mistaken producer or a connector, and a deserializer hands on None: the handler's first"
        " attribute access then fails.",
        mutants=_null,
    ),
    Kind(
        "short_header", 3, "framing", Layer.FRAMING, "the first 1 to 4 bytes of the header alone", "invalid",
        "rejects it",
        "The Confluent header has five bytes. Unpacking four bytes of id from fewer raises struct.error or"
        " BufferUnderflowException, which is seldom in the list of what a consumer catches.",
        ("1", "2", "3", "4"), names_schema, _short,
    ),
    Kind(
        "header_only", 4, "framing", Layer.FRAMING, "header without a body", "invalid (valid for an empty record)",
        "rejects it",
        "Header and id are right, so the schema is fetched, and then there is nothing to decode: EOFError.",
        applies=only_framed, mutants=_header_only,
    ),
    Kind(
        "bad_magic", 5, "framing", Layer.FRAMING, "a first byte other than 0x00", "invalid", "rejects it",
        "0x00 says that a schema id of four bytes follows. 0x01 is the mark of a GUID, which belongs in a header;"
        " 0x03 is"
        " AWS Glue's; 0x7b is the brace of a JSON object.",
        tuple(f"0x{magic:02x}" for magic in _MAGICS), names_schema, _bad_magic,
    ),
    Kind(
        "missing_header", 6, "framing", Layer.FRAMING, "the body without its header", "invalid", "rejects it",
        "A producer was configured with a plain serializer. The first bytes of the body are taken for magic byte"
        " and id.",
        applies=names_schema, mutants=_missing_header,
    ),
    Kind(
        "double_header", 7, "framing", Layer.DECODE, "a header in front of a framed message",
        "either; invalid if strict",
        "rejects it",
        "A message was serialized twice. With small ids the five extra bytes often decode as empty strings and"
        " zeros, so"
        " that a wrong message is read without any error.",
        applies=only_framed, mutants=_double_header,
    ),
    Kind(
        "unknown_schema_id", 8, "framing", Layer.REGISTRY, "a schema id that was never registered", "invalid",
        "rejects it after a bounded retry, and remembers the answer",
        "The registry answers 404. A consumer that retries for ever stands still; one that asks anew for every record"
        " loads the registry. Ids above 2^31-1 show whether the id is read as signed.",
        ("zero", "max_int", "max_uint", "next"), names_schema, _unknown,
    ),
    Kind(
        "foreign_schema_id", 9, "framing", Layer.REGISTRY, "the schema id of another subject",
        "either; invalid if the body does not decode with it, or it lacks required fields", "rejects it",
        "The id exists, but belongs to another topic's schema. A consumer without a reader schema decodes the body with"
        " it and hands on an object of another shape.",
        applies=_has_foreign, mutants=_foreign,
    ),
    Kind(
        "wrong_format_id", 10, "framing", Layer.REGISTRY, "the id of a schema of another format", "invalid",
        "rejects it",
        "The id names a JSON Schema or Protobuf schema on an Avro topic, or the reverse. Parsing it as Avro fails"
        " in the"
        " middle of the deserializer, with an exception of the schema parser.",
        applies=_has_other_format, mutants=_wrong_format,
    ),
    Kind(
        "endian_swapped_id", 11, "framing", Layer.REGISTRY, "the schema id in little endian", "invalid", "rejects it",
        "A hand-written producer packed the id in the machine's byte order. Id 1 becomes 16,777,216.",
        applies=only_framed, mutants=_swapped,
    ),
    Kind(
        "other_framing", 12, "framing", Layer.FRAMING, "another registry's framing", "invalid", "rejects it",
        "The message is right, but framed as Apicurio, AWS Glue, an Avro file or Avro's single-object encoding does, or"
        " with its schema's GUID in a header: producers and registries are exchanged one at a time.",
        ("apicurio", "glue", "ocf", "single_object", "confluent", "header_guid"), mutants=_other_framing,
    ),
    Kind(
        "wrong_encoding", 13, "framing", Layer.FRAMING,
        "JSON on an Avro topic and reverse, text, XML, base64, gzip, noise",
        "invalid", "rejects it",
        "Somebody wrote to the topic by hand, or a producer compressed, encrypted or encoded the value itself.",
        ("json", "avro", "text", "xml", "base64", "gzip", "random"), mutants=_wrong_encoding, share=2,
    ),
)  # fmt: skip
