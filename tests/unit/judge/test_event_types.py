"""Events of a type that no contract names, on a topic that one does."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from kcontract.judge.event_types import declared_types
from kcontract.judge.promises import compile_promises
from kcontract.model.contract import Contract, SchemaText
from kcontract.model.record import LogRecord, Record
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.wire import join
from tests.unit.judge.story import AT, OUT, TOPIC, Story, changed, contract, schema


def typed(*types: dict[str, Any], name: str = "type") -> Contract:
    """Bills with a type; several of them are several effects."""
    usual = contract().receive[0]
    base: dict[str, Any] = {"type": "object", "required": ["order"], "properties": {"order": {"type": "string"}}}
    effects = [
        msgspec.structs.replace(
            usual.emits[0], payload=schema({**base, "properties": {**base["properties"], name: one}})
        )
        for one in types
    ]
    return msgspec.structs.replace(contract(), receive=(msgspec.structs.replace(usual, emits=tuple(effects)),))


BILLED = {"const": "billed"}


@pytest.mark.parametrize("first", [True, False])
def test_an_event_of_another_type_beside_the_declared_one(first: bool) -> None:
    """In whatever order: it is undeclared, and the case has what it must have."""
    story = Story(promised=typed(BILLED))
    story.window()
    story.send("1")
    if first:
        story.effect("1", type="audited")
    story.effect("1", type="billed")
    if not first:
        story.effect("1", type="audited")
    story.close()
    story.state.close()
    assert story.verdict.code == "UNDECLARED_EVENT"
    assert story.verdict.cause == 'bills: its type is "audited", declared is billed'
    assert (story.verdict.topic, story.verdict.evidence[0].topic) == (TOPIC, OUT)
    assert story.verdict.at == AT


def test_it_is_told_once() -> None:
    """However many records have it."""
    story = Story(promised=typed(BILLED))
    story.window()
    for case in "12":
        story.send(case)
        story.effect(case, type="billed")
        story.effect(case, type="audited")
    story.close()
    story.state.close()
    assert story.codes == ["UNDECLARED_EVENT"]


def test_the_only_event_with_another_type() -> None:
    """It is the declared one gone wrong, as far as anybody can tell."""
    story = Story(promised=typed(BILLED))
    story.window()
    story.send("1")
    story.effect("1", type="audited")
    story.close()
    assert story.codes == ["INVALID_EVENT"]


def test_an_event_that_says_that_a_record_was_refused() -> None:
    """No effect of an invalid record, but nothing that a contract names either."""
    story = Story(promised=typed(BILLED))
    story.window()
    story.invalid("1")
    story.dead_letter("1")
    story.effect("1", type="refused")
    story.close()
    assert story.codes == ["UNDECLARED_EVENT"]


def test_an_event_that_ties_to_no_case() -> None:
    """A heartbeat among the bills."""
    story = Story(promised=typed(BILLED))
    story.window()
    story.seen(OUT, Record(None, b'{"type": "alive"}'))
    story.close()
    assert story.codes == ["UNDECLARED_EVENT"]


@pytest.mark.parametrize(
    ("types", "name", "value", "foreign"),
    [
        ((BILLED, {"const": "paid"}), "type", "paid", False),
        ((BILLED, {"const": "paid"}), "type", "lost", True),
        (({"enum": ["billed", "paid"]},), "event_type", "lost", True),
        (({"enum": ["billed", "paid"]},), "status", "lost", False),
        ((BILLED, {"type": "string"}), "type", "lost", False),
        (({"const": 1},), "version", 2, False),
    ],
)
def test_what_tells_a_type(types: tuple[dict[str, Any], ...], name: str, value: Any, foreign: bool) -> None:
    """A constant in all of them, or an enumeration whose name says so; a state is none."""
    promises = compile_promises("billing", [typed(*types, name=name)], ())
    told = declared_types(promises).get(OUT)
    record = LogRecord(OUT, 0, 0, Record(None, json.dumps({"order": "1", name: value}).encode()))
    assert bool(told and told.foreign(record)) is foreign


def test_alternatives_of_one_schema() -> None:
    """`oneOf` names several types."""
    text = schema({"oneOf": [{"properties": {"type": {"const": one}}} for one in ("billed", "paid")]})
    told = declared_types(compile_promises("billing", [changed(payload=text)], ()))[OUT]
    assert told.marks == {"type": {"billed", "paid"}}


def test_avro_records_have_names() -> None:
    """The registry knows which one an id stands for."""
    texts = [json.dumps({"type": "record", "name": name, "fields": []}) for name in ("Billed", "Audited")]
    book = tuple(
        RegisteredSchema(subject=f"s{number}", version=1, id=number, guid="", kind="avro", text=text)
        for number, text in enumerate(texts, 1)
    )
    declared = changed(payload=SchemaText(kind="avro", text=texts[0], at=AT))
    told = declared_types(compile_promises("billing", [declared], book))[OUT]
    said = [told.foreign(LogRecord(OUT, 0, 0, Record(None, join(number, b"")))) for number in (1, 2, 3)]
    assert said == ["", "its record is Audited, declared is Billed", ""]


def test_topics_where_others_write_as_well() -> None:
    """What a service also reads may hold events of anybody's."""
    both = [typed(BILLED), msgspec.structs.replace(typed(BILLED), topic=OUT)]
    assert OUT not in declared_types(compile_promises("billing", both, ()))
