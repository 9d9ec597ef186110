"""Keys (MALFORMED.md 50, 51): by `key`, raw text, JSON text or Avro, and by `keyFrom`."""

from __future__ import annotations

from typing import Any, Literal

from kcontract.model.case import Layer
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from kcontract.oracle.book import Book, own_references
from kcontract.oracle.equality import equal
from kcontract.oracle.expressions import evaluate, key_text
from kcontract.oracle.framing import Frames
from kcontract.oracle.parts import part_at
from kcontract.oracle.reading import MISSING, ValueReading
from kcontract.oracle.shapes import NO_SHAPE, Shape, Shapes
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.resolve import resolver_of
from kcontract.schema.json.parse import Parsed, scan_json
from kcontract.schema.json.shape import types_at
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError, Problems

KeyReading = tuple[Any, tuple[DecodeError, ...]]
"""The key's JSON form (MISSING if it has none) and what is wrong with it."""


def _damage(variant: str, reason: str, *, soft: bool = False, path: str = "") -> DecodeError:
    return DecodeError(Layer.ENVELOPE, f"key_damage:{variant}", reason, soft=soft, path=path)


class Keys:
    """Judges the keys of one topic."""

    def __init__(self, contract: Contract, book: Book, shapes: Shapes) -> None:
        message = contract.message
        self._from = message.key_from
        self._shape = shapes.of(message.key_from) if message.key_from is not None else NO_SHAPE
        self._must_exist = contract.compacted
        self._read = _reader(contract, book)
        self.judged = self._read is not None or self._from is not None or self._must_exist

    def read(self, record: Record) -> Any:
        """The key's JSON form: its text where the contract says nothing of it, MISSING if it cannot be read."""
        if self._read is None:
            return key_text(record)
        return self._read.read(record)[0]

    def problems(self, record: Record, reading: ValueReading) -> tuple[DecodeError, ...]:
        """What is wrong with the key. Without a payload in `reading`, `keyFrom` is not compared with it."""
        if record.key is None and self._must_exist:
            return (DecodeError(Layer.BROKER, "key_damage:null", "a record without a key on a compacted topic"),)
        if self._read is None:
            expected = self._expected(record, reading)
            return () if expected is MISSING else self._mismatch(record, key_text(record), expected)
        value, found = self._read.read(record)
        if self._from is None or any(not problem.soft for problem in found):
            return found
        return (*found, *self._mismatch(record, value, self._expected(record, reading)))

    def _expected(self, record: Record, reading: ValueReading) -> Any:
        """What `keyFrom` says of the key; MISSING if nothing."""
        if self._from is None:
            return MISSING
        if self._from.root != "message.payload":
            return evaluate(self._from, record, MISSING)
        return MISSING if record.value is None else part_at(reading, self._from.pointer)

    def _mismatch(self, record: Record, value: Any, expected: Any) -> tuple[DecodeError, ...]:
        if expected is MISSING or (type(value) is str and value == expected):
            return ()
        if record.key is None and value is MISSING and expected is not None:
            return (_damage("null", f"no key, and {self._from} is {expected!r:.60}"),)
        as_text = isinstance(value, str) and not isinstance(expected, str)
        if _equal_key(value, expected, self._shape, as_text=as_text):
            if isinstance(value, str) and isinstance(expected, str) and value != expected:
                reason = f"the key spells {self._from} in another way"
                return (DecodeError(Layer.ENVELOPE, "key_payload_mismatch:spelling", reason, soft=True),)
            return ()
        reason = f"the key is {value!r:.60}, {self._from} is {expected!r:.60}"
        return (DecodeError(Layer.ENVELOPE, "key_payload_mismatch", reason),)


def _equal_key(value: Any, expected: Any, shape: Shape, *, as_text: bool) -> bool:
    if as_text:
        parsed = scan_json(value.encode("utf-8", "replace"))
        value = value if parsed.fatal else parsed.value
    return equal(value, expected, shape)


class _TextKey:
    """A string as raw UTF-8, or any other type as JSON text."""

    def __init__(self, schema: JsonSchema) -> None:
        self._schema = schema
        types = types_at(schema.document, ())
        self._raw = "string" in types or not types
        self._nullable = "null" in types

    def read(self, record: Record) -> KeyReading:
        if record.key is None:
            return (None, ()) if self._nullable else (MISSING, (_damage("null", "no key"),))
        try:
            text = record.key.decode()
        except UnicodeDecodeError as error:
            return MISSING, (_damage("utf8", f"not UTF-8: {error.reason}"),)
        parsed = Parsed(text) if self._raw else scan_json(record.key)
        if parsed.fatal:
            return MISSING, (_damage("json", f"not JSON: {parsed.problems[-1].reason}"),)
        found = self._schema.problems(parsed)
        problems = tuple(_damage(problem.code, problem.reason, soft=problem.soft) for problem in found)
        return parsed.value, problems


class _AvroKey:
    """An Avro key, on the same wire as the value."""

    def __init__(self, contract: Contract, book: Book, text: str) -> None:
        self._schema = parse(text, own_references(contract))
        self._book = book
        wire = contract.message.wire
        self._frames = (
            Frames(book, "avro", lambda _: False, in_header=wire == "confluent-header") if wire != "plain" else None
        )

    def read(self, record: Record) -> KeyReading:
        if record.key is None:
            return MISSING, (_damage("null", "no key"),)
        try:
            return self._form(record, record.key)
        except DecodeError as error:
            return MISSING, (_damage(error.code, error.reason, soft=error.soft, path=error.path),)

    def _form(self, record: Record, key: bytes) -> KeyReading:
        part: Literal["key"] = "key"
        writer, body = self._schema, key
        if self._frames is not None:
            named = self._frames.open(record, part)
            writer, body = self._book.avro(named.entries[0]), named.body
        reading = scan(writer, body)
        problems = tuple(_damage(each.code, each.reason, soft=each.soft, path=each.path) for each in reading.problems)
        if reading.fatal:
            return MISSING, problems
        datum = reading.datum
        if not writer.same(self._schema):
            datum = resolver_of(writer, self._schema)(datum, Problems())
        return json_form(self._schema, datum), problems


def _reader(contract: Contract, book: Book) -> _TextKey | _AvroKey | None:
    key = contract.message.key
    if key is None:
        return None
    if key.kind == "avro":
        return _AvroKey(contract, book, key.text)
    return _TextKey(JsonSchema(key.text, assert_formats=contract.message.assert_formats))
