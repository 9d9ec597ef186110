"""The oracle of one topic and receiver: what must happen to a record, and what its payload says (ORACLE.md §1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kcontract.model.case import Expectation, Expected, Layer
from kcontract.model.contract import Contract, Receive
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.oracle.avro_values import AvroValues
from kcontract.oracle.book import Book, payload_texts
from kcontract.oracle.headers import HeaderRules
from kcontract.oracle.json_values import JsonValues
from kcontract.oracle.keys import Keys
from kcontract.oracle.policy import Policy, base
from kcontract.oracle.reading import MISSING, Unreadable, ValueReading, Values
from kcontract.oracle.shapes import AvroShapes, JsonShapes, Shapes
from kcontract.schema.problem import DecodeError

_FIRST_USUAL_TIME, _LAST_USUAL_TIME = 946_684_800_000, 4_102_444_800_000
"""2000-01-01 and 2100-01-01 in milliseconds: record timestamps before the one and from the other on are weird
(MALFORMED.md 53). A windowed aggregation passes over what is so old."""
_EITHER_BY_KIND = {
    "pathological_strings": (Layer.RESOURCES, "a string or list that only tries the receiver's patience"),
    "compression_bomb": (Layer.RESOURCES, "a record that only tries the receiver's memory"),
    "conflicting_duplicate": (Layer.HANDLER, "its identity comes with two payloads, and either may win"),
    "out_of_order": (Layer.HANDLER, "an older record behind a later one of its key, which may be ignored"),
    "tombstone_sequence": (Layer.HANDLER, "a deletion that may find nothing, or what comes behind one"),
    "missing_predecessor": (Layer.HANDLER, "it may need a record before it that never came"),
}
"""MALFORMED.md 42, 55 to 58, 62: no byte tells these from other records, only the kind does."""


class TopicOracle:
    """Answers for the records of one contract, as one receiver (or, with None, any) must treat them.

    Build it once and ask it often: schemas are compiled, and each schema id is resolved when it is first met.
    """

    def __init__(self, contract: Contract, receive: Receive | None, book: Sequence[RegisteredSchema]) -> None:
        """`book`: what the registry holds. Raises SchemaError for a schema that is none."""
        self._known = known = Book(book)
        self._policy = Policy(contract.malformed_for(receive))
        self._null = ValueReading(() if contract.compacted else (_tombstone(),))
        self._values: Values | None = None
        self.shapes: Shapes = JsonShapes(())
        """What the payload's schema says of each place, for comparing effects."""
        kinds = {text.kind for text in payload_texts(contract)}
        if "avro" in kinds:
            values = AvroValues(contract, receive, known)
            self._values, self.shapes = values, AvroShapes(values.schema)
        elif kinds:
            documents = JsonValues(contract, receive, known)
            self._values = documents
            self.shapes = JsonShapes(tuple(schema.document for schema in documents.schemas))
        self._read_value = self._values.read if self._values is not None else _anything
        self._keys = Keys(contract, known, self.shapes)
        self._headers = HeaderRules(contract.message)

    def learn(self, entries: Sequence[RegisteredSchema]) -> None:
        """The registry holds these as well."""
        self._known.extend(entries)

    def expect(self, record: Record, *, hint: str = "") -> Expected:
        """Valid, invalid or either, and why. `hint`, the kind that made the record, only breaks ties in naming."""
        reading = self._null if record.value is None else self._read_value(record)
        problems = reading.problems + self._of_envelope(record, reading)
        expected = self._policy.expected(problems, hint, reading.locate)
        if base(hint) in _EITHER_BY_KIND:
            return _as_either(expected, hint)
        return expected

    def read(self, record: Record) -> Any:
        """The payload's JSON form, in the contract's schema or the receiver's; None for a tombstone.

        For valid records; raises Unreadable for what the strict decoder refuses.
        """
        if record.value is None:
            return None
        reading = self._read_value(record)
        payload = reading.payload()
        if reading.problems:
            raise Unreadable("PAYLOAD_UNREADABLE", f"the payload cannot be read: {reading.problems[0]}")
        return payload

    def read_leniently(self, record: Record) -> Any:
        """The payload's JSON form as far as the lenient decoder makes one, MISSING else. Raises nothing."""
        if record.value is None or self._values is None:
            return MISSING
        return self._values.payload(record)

    def read_key(self, record: Record) -> Any:
        """The key's JSON form, MISSING if there is none."""
        return self._keys.read(record)

    def _of_envelope(self, record: Record, reading: ValueReading) -> tuple[DecodeError, ...]:
        found: tuple[DecodeError, ...] = ()
        if record.headers or self._headers.judged:
            found += self._headers.problems(record)
        if self._keys.judged:
            found += self._keys.problems(record, reading)
        if record.timestamp is not None and not _FIRST_USUAL_TIME <= record.timestamp < _LAST_USUAL_TIME:
            reason = f"timestamp {record.timestamp}"
            found += (DecodeError(Layer.ENVELOPE, "timestamp_weird", reason, soft=True),)
        return found


def _anything(_: Record) -> ValueReading:
    """Of a value that the contract says nothing of."""
    return ValueReading()


def _tombstone() -> DecodeError:
    return DecodeError(Layer.FRAMING, "null_value", "no value, and the topic is not compacted", soft=True)


def _as_either(expected: Expected, hint: str) -> Expected:
    if expected.expectation is Expectation.VALID:
        layer, reason = _EITHER_BY_KIND[base(hint)]
        problem = DecodeError(layer, hint, reason)
        return Expected(Expectation.EITHER, problem.rejection())
    return Expected(Expectation.EITHER, expected.rejection)
