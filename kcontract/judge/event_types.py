"""Events of a type that no contract of the unit names, on a topic that one does (ORACLE.md §6, UNDECLARED_EVENT)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kcontract.judge.book import Book, Grounds
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.promises import Output, OutputRole, Promises
from kcontract.judge.verdict import undeclared_type
from kcontract.model.case import Expectation
from kcontract.model.contract import SchemaText
from kcontract.model.finding import CaseVerdict
from kcontract.model.record import LogRecord
from kcontract.oracle.effects import EffectOracle
from kcontract.schema.avro.nodes import RecordType
from kcontract.schema.avro.parse import parse

_TYPE_NAMES = frozenset({"type", "event", "eventtype", "eventname", "kind", "messagetype", "schema", "action"})
Marks = Mapping[str, frozenset[str]]
"""Property → its values in all events that are declared."""


@dataclass(frozen=True, slots=True)
class DeclaredTypes:
    """How the declared events of one topic are told apart."""

    oracle: EffectOracle
    marks: Marks
    records: frozenset[str]
    """Names of Avro records; empty for JSON."""

    def foreign(self, record: LogRecord) -> str:
        """What says that the record is an event of another type; empty if nothing does."""
        if self.records:
            name = self.oracle.written_name(record.record)
            known = ", ".join(sorted(self.records))
            return f"its record is {name}, declared is {known}" if name and name not in self.records else ""
        payload: Any = self.oracle.read(record.record) if self.marks else None
        if not isinstance(payload, dict):
            return ""
        for name, declared in self.marks.items():
            value = payload.get(name)
            if isinstance(value, str) and value not in declared:
                return f"its {name} is {json.dumps(value)[:80]}, declared is {', '.join(sorted(declared))}"
        return ""


class TypeBook(Book):
    """An event of another type is none of those that a case must have, and no sign that it was accepted. Where it
    takes the place of the only one, it stays INVALID_EVENT."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._types = declared_types(grounds.promises)
        self._told: set[tuple[str, str]] = set()
        self._instead: dict[tuple[str, int], tuple[LogRecord, str]] = {}
        """Events of another type that came first, by case and the effect that they were taken for."""
        self._waiting: list[CaseVerdict] = []

    def hears(self, topic: str) -> bool:
        return topic in self._types

    def tied(self, _at: float, delivery: Delivery, record: LogRecord, output: Output) -> Iterable[CaseVerdict]:
        types = self._types.get(record.topic)
        if types is None:
            return ()
        place, foreign = (delivery.case.id, id(output)), types.foreign(record)
        if foreign and delivery.expectation is Expectation.VALID and _count(delivery, output) == 1:
            self._instead[place] = record, foreign
            return ()
        if not foreign:
            record, foreign = self._instead.pop(place, (record, ""))
        if not foreign:
            return ()
        delivery.effects = tuple(effect for effect in delivery.effects if effect.record is not record)
        return self._reached(record, delivery, foreign)

    def untied(self, _at: float, record: LogRecord, _outputs: tuple[Output, ...]) -> bool:
        types = self._types.get(record.topic)
        foreign = types.foreign(record) if types is not None else ""
        self._waiting += self._reached(record, None, foreign) if foreign else ()
        return bool(foreign)

    def closed(self, _window: Window) -> Iterable[CaseVerdict]:
        self._instead.clear()
        return self.ended()

    def ended(self) -> Iterable[CaseVerdict]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _reached(self, record: LogRecord, delivery: Delivery | None, foreign: str) -> Iterable[CaseVerdict]:
        if (record.topic, foreign) in self._told:
            return ()
        self._told.add((record.topic, foreign))
        return (undeclared_type(self.grounds.promises, record, delivery, foreign),)


def declared_types(promises: Promises) -> dict[str, DeclaredTypes]:
    """By topic; without those where contracts say nothing of a type, or where other records may come as well."""
    found = {}
    for topic, outputs in promises.outputs.items():
        others = topic in promises.inputs or topic in promises.products
        schemas = [one.emits.payload if one.emits is not None else None for one in outputs]
        texts = [text for text in schemas if text is not None]
        if not others and len(texts) == len(outputs) and outputs[0].oracle is not None:
            marks, records = _marks(texts), _records(texts)
            if marks or records:
                found[topic] = DeclaredTypes(outputs[0].oracle, marks, records)
    return found


def _count(delivery: Delivery, output: Output) -> int:
    return sum(effect.output is output for effect in delivery.effects if output.role is OutputRole.EFFECT)


def _records(texts: list[SchemaText]) -> frozenset[str]:
    roots = [parse(text.text).root if text.kind == "avro" else None for text in texts]
    names = [root.name for root in roots if isinstance(root, RecordType)]
    return frozenset(names) if len(names) == len(texts) else frozenset()


def _marks(texts: list[SchemaText]) -> Marks:
    """Properties with a constant, or with an enumeration and a name that says that they are the type."""
    if any(text.kind != "json" for text in texts):
        return {}
    branches = [branch for text in texts for branch in _branches(json.loads(text.text))]
    marks: dict[str, frozenset[str]] = {}
    for name in _properties(branches[0]) if branches else ():
        values = [_values(name, _properties(branch).get(name)) for branch in branches]
        if all(values):
            marks[name] = frozenset().union(*values)
    return marks


def _branches(schema: Any) -> Iterator[Any]:
    found = schema.get("oneOf") or schema.get("anyOf") if isinstance(schema, dict) else None
    yield from found if isinstance(found, list) and found else (schema,)


def _properties(schema: Any) -> Mapping[str, Any]:
    found = schema.get("properties") if isinstance(schema, dict) else None
    return found if isinstance(found, dict) else {}


def _values(name: str, schema: Any) -> frozenset[str]:
    """The texts that a property may be, if it tells the event's type."""
    if not isinstance(schema, dict):
        return frozenset()
    if isinstance(schema.get("const"), str):
        return frozenset({schema["const"]})
    listed = schema.get("enum")
    is_type = "".join(filter(str.isalnum, name)).lower() in _TYPE_NAMES
    if not is_type or not isinstance(listed, list) or not all(isinstance(value, str) for value in listed):
        return frozenset()
    return frozenset(listed)
