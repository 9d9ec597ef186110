"""Reading Avro values: frame, writer's schema, body, resolution to the contract's schema, constraints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kcontract.model.case import Layer
from kcontract.model.contract import Contract, Receive
from kcontract.model.record import Record
from kcontract.oracle.avro_sources import Source, Sources
from kcontract.oracle.book import Book
from kcontract.oracle.framing import Frames, Named
from kcontract.oracle.parts import part_of
from kcontract.oracle.policy import base
from kcontract.oracle.projection import left_out
from kcontract.oracle.reading import MISSING, ValueReading
from kcontract.oracle.standing import evolution_problem
from kcontract.schema.avro.decode import accepts, scan
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.nodes import AvroSchema, Datum
from kcontract.schema.avro.resolve import Resolver
from kcontract.schema.avro.sizes import Sizes
from kcontract.schema.json.parse import Parsed
from kcontract.schema.json.validate import JsonSchema
from kcontract.schema.problem import DecodeError, Problems
from kcontract.schema.wire import HEADER_SIZE

_UNFAITHFUL = ("logical_out_of_range", "decimal_abuse", "non_finite", "invalid_utf8", "enum_index_bad")
"""After these the JSON form does not say what the bytes say: a constraint broken there proves nothing."""
_OPEN_RESOLUTION = ("incompatible_writer", "renamed")
_PROMISE_FORWARD = ("FORWARD", "FULL")
"""Levels under which a writer ahead keeps to what its readers can read: what they cannot is plainly wrong."""


@dataclass(slots=True)
class _Resolved:
    """A datum in the contract's schema, and in the receiver's where it declares one."""

    contract: Datum = MISSING
    reader: Datum = MISSING
    problems: tuple[DecodeError, ...] = ()


class AvroValues:
    """Reads the Avro values of one topic as one receiver must (ORACLE.md §1)."""

    def __init__(self, contract: Contract, receive: Receive | None, book: Book) -> None:
        self._level = contract.registry.compatibility
        self._sources = Sources(contract, receive, book)
        self._reader = self._sources.reader
        message = contract.message
        self._plain = message.wire == "plain"
        in_header = message.wire == "confluent-header"
        self._frames = Frames(book, "avro", self._sources.any_decodes, in_header=in_header)
        constraints = message.constraints
        self._constraints = (
            JsonSchema(constraints.text, assert_formats=message.assert_formats) if constraints is not None else None
        )

        self._by_header: dict[bytes, Source] = {}
        """By the five bytes before a body; of schemas that the book holds, so as few."""
        self._takes_as_it_is = self._reader is None and self._constraints is None
        """Whether a datum in the contract's own schema needs nothing more to be valid."""
        self._is_empty = not Sizes(self.schema).least(self.schema.root)
        """Whether the contract's own records have no bytes: then a header alone is what it promises."""

    @property
    def schema(self) -> AvroSchema:
        """The schema that payloads are read with: the receiver's, else the contract's (of oneOf the first)."""
        return self._reader or self._sources.targets[0].schema

    def payload(self, record: Record) -> Any:
        """The payload alone, MISSING where the lenient decoder makes none."""
        return self.read(record).payload()

    def read(self, record: Record) -> ValueReading:
        """Problems and payload of a record whose value is not null."""
        value = record.value or b""
        if self._plain:
            return self._read_plain(value)
        source = self._by_header.get(value[:HEADER_SIZE])
        if source is not None:
            return self._read_framed(source, value[HEADER_SIZE:], HEADER_SIZE)
        try:
            named = self._frames.open(record)
        except DecodeError as error:
            return ValueReading((error.settled(),))
        return self._read_named(named, value)

    def _read_plain(self, body: bytes) -> ValueReading:
        """Without a schema's name: the first of the contract's schemas that has the fewest complaints."""
        best: ValueReading | None = None
        for source in self._sources.plain:
            reading = self._read_body(source, body, 0)
            if not reading.problems:
                return reading
            if best is None or _severity(reading) < _severity(best):
                best = reading
        return best or ValueReading()

    def _read_named(self, named: Named, value: bytes) -> ValueReading:
        source = self._sources.of(named.entries)
        if isinstance(source, DecodeError):
            return ValueReading((source,))
        if named.start == HEADER_SIZE:
            self._by_header[value[:HEADER_SIZE]] = source
        return self._read_framed(source, named.body, named.start)

    def _read_framed(self, source: Source, body: bytes, start: int) -> ValueReading:
        reading = self._read_body(source, body, start)
        if reading.problems and self._frames.is_doubled(body, self._decodes):
            first = reading.problems[0]
            reason = "a framed message in a frame"
            doubled = DecodeError(first.layer, "double_header", reason, offset=start, soft=True)
            return ValueReading((doubled,), reading.make, make_part=reading.make_part)
        if not body and (source.is_foreign or not self._is_empty):
            return _without_body(reading)
        return reading

    def _decodes(self, named: Named) -> bool:
        source = self._sources.of(named.entries)
        return isinstance(source, Source) and accepts(source.schema, named.body)

    def _read_body(self, source: Source, body: bytes, start: int) -> ValueReading:
        reading = scan(source.schema, body)
        if not reading.problems and source.is_own and self._takes_as_it_is:
            return _of_datum((), source.target, reading.datum)
        problems = list(reading.problems)
        for problem in problems:
            self._see(source, problem, start)
        if source.is_foreign:
            _name_foreign(problems)
        if reading.fatal:
            return ValueReading(tuple(problems))
        resolved = self._resolve(source, reading.datum)
        problems += resolved.problems
        decisive = resolved.contract if self._reader is None else resolved.reader
        if decisive is MISSING:
            return ValueReading(tuple(problems))
        evolution = evolution_problem(source.standing, self._level)
        if evolution is not None:
            problems.append(evolution)
        contract_form = MISSING
        if resolved.contract is not MISSING and (self._constraints is not None or source.when is not None):
            contract_form = json_form(source.target, resolved.contract)
            problems += self._constrain(source, contract_form, problems, len(body))
        schema = self._reader or source.target
        datum = resolved.contract if self._reader is None else resolved.reader
        return _of_datum(tuple(problems), schema, datum, contract_form if self._reader is None else MISSING)

    def _see(self, source: Source, problem: DecodeError, start: int) -> None:
        """Count its offset from the value's start, and soften it where the receiver's reader never looks."""
        if problem.offset is not None:
            problem.offset += start
        if self._reader is not None and not problem.soft and problem.path:
            problem.soft = left_out(source.schema, self._reader, problem.path)

    def _resolve(self, source: Source, datum: Datum) -> _Resolved:
        """The reader's schema decides where the receiver declares one, else the contract's."""
        contract, problems = self._through(source, source.to_contract, datum)
        if self._reader is None:
            return _Resolved(contract=contract, problems=problems)
        reader, problems = self._through(source, source.to_reader, datum)
        return _Resolved(contract, reader, problems)

    def _through(
        self, source: Source, resolver: Resolver | None, datum: Datum
    ) -> tuple[Datum, tuple[DecodeError, ...]]:
        if resolver is None:
            return datum, ()
        notes = Problems()
        try:
            return resolver(datum, notes), tuple(notes.seen.values())
        except DecodeError as error:
            error.soft = self._is_open(source, error)
            return MISSING, (error.settled(),)

    def _is_open(self, source: Source, error: DecodeError) -> bool:
        """Rows 9, 46, 47, and 45 where no level speaks of it, are *either* unless the receiver has a reader or a
        required field is missing."""
        if self._reader is not None or source.lacks_required:
            return False
        if base(error.code) == "new_symbol_or_branch" and not (self._level or "").startswith(_PROMISE_FORWARD):
            return True
        return source.is_foreign or base(error.code) in _OPEN_RESOLUTION

    def _constrain(self, source: Source, form: Any, before: list[DecodeError], size: int) -> list[DecodeError]:
        parsed = Parsed(form, size=2 * size)  # roughly: an int of one byte is two in JSON
        found: list[DecodeError] = []
        for schema in (source.when, self._constraints):
            found += schema.problems(parsed) if schema is not None else ()
        doubtful = [problem.path for problem in before if base(problem.code) in _UNFAITHFUL]
        for problem in found:
            below = f"{problem.path}/"
            doubt = any(path == problem.path or path.startswith(below) for path in doubtful)
            unseen = self._reader is not None and left_out(source.target, self._reader, problem.path)
            problem.soft = problem.soft or doubt or unseen
        return found


def _without_body(reading: ValueReading) -> ValueReading:
    """Five bytes: wrong, but for another writer's record without fields, which Confluent's own deserializers refuse."""
    for problem in reading.problems:
        if problem.code == "truncated":
            problem.code = "header_only"
    if reading.problems:
        return reading
    empty = DecodeError(Layer.FRAMING, "header_only", "a header, and a record without bytes", offset=5, soft=True)
    return ValueReading((empty,), reading.make, make_part=reading.make_part)


def _severity(reading: ValueReading) -> tuple[bool, int]:
    return any(not problem.soft for problem in reading.problems), len(reading.problems)


def _name_foreign(problems: list[DecodeError]) -> None:
    """Bytes that are wrong for another subject's schema: what is wrong is the id."""
    for problem in problems:
        if not problem.soft:
            problem.reason = f"not what the foreign schema describes: {problem.reason}"
            problem.code = "foreign_schema_id"


def _of_datum(problems: tuple[DecodeError, ...], schema: AvroSchema, datum: Datum, form: Any = MISSING) -> ValueReading:
    """The reading of a datum, its JSON form where that is known already."""
    return ValueReading(
        problems,
        lambda: json_form(schema, datum),
        form,
        make_part=lambda pointer: part_of(schema, pointer)(datum),
    )
