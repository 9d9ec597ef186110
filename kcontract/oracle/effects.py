"""The records that a service writes, against the schema that its contract gives for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kcontract.errors import SchemaError
from kcontract.model.case import Layer, Rejection
from kcontract.model.contract import SchemaText
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import Book
from kcontract.oracle.framing import Frames
from kcontract.oracle.policy import base
from kcontract.oracle.reading import MISSING
from kcontract.schema.avro.decode import accepts, scan
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.nodes import AvroSchema, RecordType
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.resolve import resolver_of
from kcontract.schema.json.parse import Parsed, scan_json
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError, Problems
from kcontract.schema.wire import HEADER_SIZE, VALUE_HEADER

Read = tuple[Any, tuple[DecodeError, ...]]
"""JSON form (MISSING if there is none) and problems."""


class EffectOracle:
    """Reads and checks emitted records. Only what the lenient decoder refuses is wrong with them.

    The wire is seen from the record: a header `__value_schema_id`, or 0x00 before an Avro payload (before a JSON one
    too: no JSON text starts so), else plain. `book` must hold what the service itself registered: it can `learn` more.
    """

    def __init__(self, payload: SchemaText | None, key: SchemaText | None, book: Sequence[RegisteredSchema]) -> None:
        """`payload`, `key`: None where the contract does not say. Raises SchemaError."""
        self._book = Book(book)
        self._avro = parse(payload.text) if payload is not None and payload.kind == "avro" else None
        self._json = JsonSchema(payload.text) if payload is not None and payload.kind == "json" else None
        self._key = JsonSchema(key.text) if key is not None and key.kind == "json" else None

    def learn(self, entries: Sequence[RegisteredSchema]) -> None:
        """The registry holds these as well."""
        self._book.extend(entries)

    def check(self, record: Record) -> Rejection | None:
        """Why the record is against its schema, None if it is not. A tombstone is never wrong."""
        return self.look(record)[1]

    def look(self, record: Record) -> tuple[Any, Rejection | None]:
        """What `read` and `check` say, for one reading of the record."""
        payload, problems = (MISSING, ()) if record.value is None else self._read(record)
        wrong = (problem for problem in (*problems, *self._of_key(record)) if not problem.soft)
        hard = next(wrong, None)
        return payload, None if hard is None else hard.rejection()

    def read(self, record: Record) -> Any:
        """The payload's JSON form as far as it can be read, MISSING else. Raises nothing."""
        return MISSING if record.value is None else self._read(record)[0]

    def written_name(self, record: Record) -> str:
        """The name of the Avro record that the framed value says it was written as; empty if it says none."""
        in_header = record.header(VALUE_HEADER) is not None
        if record.value is None or not (in_header or self._is_framed(record.value)):
            return ""
        try:
            named = Frames(self._book, "avro", lambda _: False, in_header=in_header).open(record)
            root = self._book.avro(named.entries[0]).root
        except (DecodeError, SchemaError):
            return ""
        return root.name if isinstance(root, RecordType) else ""

    def _read(self, record: Record) -> Read:
        value = record.value or b""
        in_header = record.header(VALUE_HEADER) is not None
        if self._avro is not None:
            return self._read_avro(record, self._avro, value, in_header=in_header)
        if self._json is None and not self._is_framed(value) and not in_header:
            parsed = scan_json(value)
            return (MISSING if parsed.fatal else parsed.value), ()
        return self._read_json(record, value, in_header=in_header)

    def _is_framed(self, value: bytes) -> bool:
        return len(value) >= HEADER_SIZE and value[0] == 0

    def _read_avro(self, record: Record, schema: AvroSchema, value: bytes, *, in_header: bool) -> Read:
        if not in_header and not self._is_framed(value):
            return _form(schema, schema, value)
        try:
            frames = Frames(self._book, "avro", lambda body: accepts(schema, body), in_header=in_header)
            named = frames.open(record)
            return _form(self._book.avro(named.entries[0]), schema, named.body)
        except DecodeError as error:
            return self._unnamed(schema, value, error)
        except SchemaError as error:
            return MISSING, (DecodeError(Layer.REGISTRY, "unknown_schema_id", str(error)),)

    @staticmethod
    def _unnamed(schema: AvroSchema, value: bytes, error: DecodeError) -> Read:
        """An id that is not in the book: the service may have registered it since, or the value is plain after all."""
        if base(error.code) not in ("missing_header", "unknown_schema_id", "endian_swapped_id", "other_framing"):
            return MISSING, (error.settled(),)
        for body in (value[HEADER_SIZE:], value):
            form, problems = _form(schema, schema, body)
            if not problems:
                return form, ()
        error.soft = True
        return MISSING, (error.settled(),)

    def _read_json(self, record: Record, value: bytes, *, in_header: bool) -> Read:
        framed = not in_header and self._is_framed(value)
        body = value[HEADER_SIZE:] if framed else value
        parsed: Parsed = scan_json(body)
        if parsed.fatal:
            if self._json is None:
                return self._read_unknown(record, in_header=in_header), ()
            return MISSING, parsed.problems
        return parsed.value, (*parsed.problems, *(self._json.problems(parsed) if self._json is not None else ()))

    def _read_unknown(self, record: Record, *, in_header: bool) -> Any:
        """A framed payload of which the contract says nothing: by the schema that it names."""
        try:
            named = Frames(self._book, "avro", lambda _: False, in_header=in_header).open(record)
            schema = self._book.avro(named.entries[0])
        except (DecodeError, SchemaError):
            return MISSING
        return _form(schema, schema, named.body)[0]

    def _of_key(self, record: Record) -> tuple[DecodeError, ...]:
        if self._key is None:
            return ()
        try:
            text = (record.key or b"").decode()
        except UnicodeDecodeError:
            return (DecodeError(Layer.ENVELOPE, "key_damage:utf8", "the key is not UTF-8"),)
        if record.key is None:
            return (DecodeError(Layer.ENVELOPE, "key_damage:null", "no key"),)
        if not _hard(self._key.problems(Parsed(text))):
            return ()
        parsed = scan_json(record.key)
        found = () if parsed.fatal else self._key.problems(parsed)
        if not parsed.fatal and not _hard(found):
            return ()
        return (DecodeError(Layer.ENVELOPE, "key_damage", "the key is against its schema"),)


def _hard(problems: Sequence[DecodeError]) -> bool:
    return any(not problem.soft for problem in problems)


def _form(writer: AvroSchema, schema: AvroSchema, body: bytes) -> Read:
    reading = scan(writer, body)
    if reading.fatal:
        return MISSING, reading.problems
    datum = reading.datum
    if writer is not schema and not writer.same(schema):
        try:
            datum = resolver_of(writer, schema)(datum, Problems())
        except DecodeError as error:
            return MISSING, (*reading.problems, error.settled())
    return json_form(schema, datum), reading.problems
