"""Reading JSON values: the frame where there is one, the text, and the schema in its declared draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from kcontract.errors import SchemaError
from kcontract.model.case import Layer
from kcontract.model.contract import Contract, Receive
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.book import Book, own_references, payload_texts, subjects_of
from kcontract.oracle.expressions import resolve_pointer
from kcontract.oracle.framing import Frames
from kcontract.oracle.policy import base
from kcontract.oracle.reading import MISSING, ValueReading
from kcontract.oracle.standing import Standing, evolution_problem
from kcontract.schema.json.parse import Parsed, scan_json
from kcontract.schema.json.places import offset_of
from kcontract.schema.json.shape import subschemas
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError


@dataclass(frozen=True, slots=True)
class _Variant:
    name: str
    payload: JsonSchema
    when: JsonSchema | None = None


class JsonValues:
    """Reads the JSON values of one topic as one receiver must (ORACLE.md §1)."""

    def __init__(self, contract: Contract, receive: Receive | None, book: Book) -> None:
        message = contract.message
        references, asserts = own_references(contract), message.assert_formats
        self.variants = _variants(contract, references)
        self._constraints = (
            JsonSchema(message.constraints.text, assert_formats=asserts) if message.constraints is not None else None
        )
        reader = receive.reader if receive is not None else None
        self._reader = JsonSchema(reader.text, references) if reader is not None and reader.kind == "json" else None
        alone = len(self.variants) == 1 and self.variants[0].when is None
        by_itself = alone and self._constraints is None and self._reader is None
        self._validate = self.variants[0].payload.problems if by_itself else self._against_all
        """What is wrong with a parsed body."""
        self._level = contract.registry.compatibility
        self._frames: Frames | None = None
        if message.wire != "plain":
            self._frames = Frames(book, "json", self._decodes, in_header=message.wire == "confluent-header")
            self._ids = _Ids(contract, book)

    @property
    def schemas(self) -> tuple[JsonSchema, ...]:
        """The payload's schema, or that of each variant."""
        return tuple(variant.payload for variant in self.variants)

    def read(self, record: Record) -> ValueReading:
        """Problems and payload of a record whose value is not null."""
        if self._frames is None:
            return self._read_body(record.value or b"", 0, ())
        try:
            named = self._frames.open(record)
        except DecodeError as error:
            return ValueReading((error.settled(),))
        if self._frames.is_doubled(named.body, lambda inner: self._decodes(inner.body)):
            reason = "a framed message in a frame"
            return ValueReading((DecodeError(Layer.DECODE, "double_header", reason, offset=named.start, soft=True),))
        standing = self._ids.standing(named.entries)
        evolution = evolution_problem(standing, self._level)
        reading = self._read_body(named.body, named.start, (evolution,) if evolution is not None else ())
        if standing is Standing.NEWER and self._reader is None and self._ids.accepts(named.entries[0], named.body):
            _soften(reading)
        return reading

    def payload(self, record: Record) -> Any:
        """The payload alone; a plain one is not held against its schema for that."""
        if self._frames is not None:
            return self.read(record).payload()
        parsed = scan_json(record.value or b"")
        return MISSING if parsed.fatal else parsed.value

    def _decodes(self, body: bytes) -> bool:
        parsed = scan_json(body)
        return not parsed.problems and any(variant.payload.accepts(parsed.value) for variant in self.variants)

    def _read_body(self, body: bytes, start: int, before: tuple[DecodeError, ...]) -> ValueReading:
        parsed = scan_json(body)
        problems = before
        if parsed.problems:
            problems = (*_moved(parsed.problems, start), *before)
            if parsed.fatal:
                return ValueReading(problems)
        found = self._validate(parsed)
        if found and any(base(problem.code) == "duplicate_keys" for problem in problems):
            found = self._with_first_keys(body, found)
        if problems or found:
            located = partial(_offset, body, parsed.value, start)
            return ValueReading((*problems, *found), None, parsed.value, located)
        return ValueReading((), None, parsed.value)

    def _with_first_keys(self, body: bytes, found: tuple[DecodeError, ...]) -> tuple[DecodeError, ...]:
        """Of keys that stand twice some readers take the first: what is wrong only with the last one is open."""
        first = self._validate(scan_json(body, first_keys=True))
        if any(not problem.soft for problem in first):
            return found
        for problem in found:
            problem.soft = True
        return found

    def _against_all(self, parsed: Parsed) -> tuple[DecodeError, ...]:
        found = self._against_variants(parsed)
        if self._constraints is not None:
            found = (*found, *self._constraints.problems(parsed))
        if self._reader is not None:
            for problem in found:
                problem.soft = problem.soft or self._is_left_out(problem.path)
        return found

    def _against_variants(self, parsed: Parsed) -> tuple[DecodeError, ...]:
        best: tuple[DecodeError, ...] | None = None
        for variant in self.variants:
            if variant.when is not None and not variant.when.accepts(parsed.value):
                continue
            problems = variant.payload.problems(parsed)
            if not problems:
                return ()
            if best is None or _hard(problems) < _hard(best):
                best = problems
        if best is not None:
            return best
        names = ", ".join(variant.name for variant in self.variants)
        return (DecodeError(Layer.CONSTRAINTS, "value_violation:variant", f"none of the event types {names}"),)

    def _is_left_out(self, path: str) -> bool:
        """Whether the receiver's own schema never names the first step to the place."""
        if not path or self._reader is None:
            return False
        steps = tuple(token.replace("~1", "/").replace("~0", "~") for token in path.split("/")[1:])
        named = [one for one in subschemas(self._reader.document, ()) if "properties" in one]
        return bool(named) and not any(steps[0] in one["properties"] for one in named)


class _Ids:
    """How each schema id stands to the contract."""

    def __init__(self, contract: Contract, book: Book) -> None:
        titles = [title for text in payload_texts(contract) if (title := _title(text.text))]
        self._book = book
        self._writers: dict[int, JsonSchema | None] = {}
        self._subjects = subjects_of(contract, titles)
        self._own = {_canonical(text.text) for text in payload_texts(contract)}
        self._older = {_canonical(text.text) for text in contract.registry.versions[:-1]}
        self._current = {
            entry.subject: entry.version
            for entry in book.of_subjects(self._subjects)
            if entry.kind == "json" and _canonical(entry.text) in self._own
        }

    def accepts(self, writer: RegisteredSchema, body: bytes) -> bool:
        """Whether a payload is what its writer's schema allows."""
        if writer.id not in self._writers:
            self._writers[writer.id] = _schema(writer.text, self._book.references(writer))
        parsed, schema = scan_json(body), self._writers[writer.id]
        return not parsed.fatal and schema is not None and all(problem.soft for problem in schema.problems(parsed))

    def standing(self, entries: list[RegisteredSchema]) -> Standing:
        text = _canonical(entries[0].text)
        if text in self._own:
            return Standing.CURRENT
        own = [entry for entry in entries if entry.subject in self._subjects]
        if own:
            current = self._current.get(own[0].subject)
            return Standing.NEWER if current is not None and own[-1].version > current else Standing.OLDER
        return Standing.OLDER if text in self._older else Standing.FOREIGN


def _variants(contract: Contract, references: dict[str, str]) -> tuple[_Variant, ...]:
    message = contract.message
    asserts = message.assert_formats
    if message.payload is not None:
        return (_Variant("", JsonSchema(message.payload.text, references, assert_formats=asserts)),)
    return tuple(
        _Variant(
            variant.name,
            JsonSchema(variant.payload.text, references, assert_formats=asserts),
            JsonSchema(variant.when.text, references) if variant.when is not None else None,
        )
        for variant in message.one_of
    )


def _schema(text: str, references: Mapping[str, str]) -> JsonSchema | None:
    try:
        return JsonSchema(text, references)
    except SchemaError:
        return None


def _moved(problems: tuple[DecodeError, ...], start: int) -> tuple[DecodeError, ...]:
    """What is wrong with a body that begins so far inside its value."""
    if start:
        for problem in problems:
            if problem.offset is not None:
                problem.offset += start
            if problem.code == "empty_value":
                problem.code = "header_only"
    return problems


def _soften(reading: ValueReading) -> None:
    """What a newer writer may write, rows 45 to 47, is open, but for what lacks a required property."""
    for problem in reading.problems:
        problem.soft = problem.soft or base(problem.code) != "missing_required"


def _offset(body: bytes, value: Any, start: int, path: str) -> int | None:
    offset = offset_of(body, path, exists=not path or resolve_pointer(value, path) is not MISSING)
    return None if offset is None else start + offset


def _hard(problems: tuple[DecodeError, ...]) -> int:
    return sum(not problem.soft for problem in problems)


def _canonical(text: str) -> str:
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except (ValueError, RecursionError):
        return text


def _title(text: str) -> str:
    document = json.loads(_canonical(text)) if text.lstrip().startswith("{") else {}
    title = document.get("title")
    return title if isinstance(title, str) else ""
