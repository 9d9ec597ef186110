"""Under which subjects schemas are registered."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
import pytest

from kcontract.engine.plan import plan_units
from kcontract.engine.topics.registering import (
    next_versions_registered,
    register_schemas,
    unregistered,
    value_subject,
)  # fmt: skip
from kcontract.model.contract import Contract, LookupStrategy, RegistryRules, SchemaText
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from tests.unit.judge.story import AT, contract

ORDER = {
    "type": "record", "name": "Order", "namespace": "shop",
    "fields": [{"name": "id", "type": "string"}, {"name": "n", "type": "int"}],
}  # fmt: skip
AVRO = SchemaText(
    kind="avro", text=json.dumps({"type": "record", "name": "Order", "namespace": "shop", "fields": []}), at=AT
)
JSON = SchemaText(kind="json", text=json.dumps({"title": "Order", "type": "object"}), at=AT)


class FakeRegistry:
    """Remembers what it was told; a fake, for nothing here depends on a registry's answers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.forgotten: list[int] = []

    url = container_url = label = "fake"
    ours = True

    def register(
        self, subject: str, text: str, kind: str, references: Sequence[RegisteredReference] = ()
    ) -> RegisteredSchema:
        del references
        self.told.append((subject, kind))
        return RegisteredSchema(len(self.told), subject, 1, "avro", text)

    def set_compatibility(self, subject: str, level: str) -> None:
        self.told.append((subject, level))

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        return ()

    def forget(self, entries: Sequence[RegisteredSchema]) -> None:
        self.forgotten = [entry.version for entry in entries]


def on_the_wire(**rules: object) -> Contract:
    one = contract()
    message = msgspec.structs.replace(one.message, payload=AVRO, wire="confluent")
    registry = msgspec.structs.replace(RegistryRules(at=AT), **rules)
    return msgspec.structs.replace(one, message=message, registry=registry)


@pytest.mark.parametrize(
    ("strategy", "schema", "subject"),
    [
        ("TopicNameStrategy", AVRO, "orders-value"),
        ("RecordNameStrategy", AVRO, "shop.Order"),
        ("TopicRecordNameStrategy", AVRO, "orders-shop.Order"),
        ("RecordNameStrategy", JSON, "Order"),
    ],
)
def test_the_subject_of_a_strategy(strategy: LookupStrategy, schema: SchemaText, subject: str) -> None:
    """As Confluent's serializers name it."""
    assert value_subject(on_the_wire(strategy=strategy), schema) == subject


def test_a_subject_of_the_contract_s_own_beats_every_strategy() -> None:
    """`registry.subject` overrides."""
    assert value_subject(on_the_wire(subject="mine", strategy="RecordNameStrategy"), AVRO) == "mine"


def test_versions_are_registered_oldest_first_and_then_the_level_is_set() -> None:
    """A registry would refuse old versions once the level holds."""
    registry = FakeRegistry()
    register_schemas([on_the_wire(versions=(JSON, AVRO), compatibility="BACKWARD"), contract()], registry)
    assert registry.told == [("orders-value", "json"), ("orders-value", "avro"), ("orders-value", "BACKWARD")]


def test_next_versions_are_there_for_one_unit_only() -> None:
    """They are in the book while the unit runs, and forgotten behind it, also if it breaks off."""
    one = on_the_wire()
    payload = SchemaText(kind="avro", text=json.dumps(ORDER), at=AT)
    one = msgspec.structs.replace(one, message=msgspec.structs.replace(one.message, payload=payload))
    (unit,) = plan_units([one], "run")
    book = (RegisteredSchema(1, "orders-value", 0, "avro", payload.text),)
    registry = FakeRegistry()
    with pytest.raises(KeyError), next_versions_registered(unit, registry, book) as known:
        assert [entry.text for entry in known[1:]] and known[0] == book[0]
        raise KeyError
    assert len(registry.forgotten) == len(registry.told) >= 8


def test_next_versions_are_nobody_s_where_the_registry_is_another_s_or_nobody_wants_them() -> None:
    """A foreign registry keeps what it is given; `--kinds` may leave them out."""
    one = on_the_wire()
    (unit,) = plan_units([one], "run")
    book = (RegisteredSchema(1, "orders-value", 0, "avro", AVRO.text),)
    foreign, ours = FakeRegistry(), FakeRegistry()
    foreign.ours = False
    with next_versions_registered(unit, foreign, book) as known:
        assert known == book
    with next_versions_registered(unit, ours, book, frozenset({"bit_flip:flip"})) as known:
        assert known == book
    assert foreign.told == ours.told == []


def test_that_no_next_version_is_registered_elsewhere_is_a_blind_spot() -> None:
    """With the way to have them; not in our own registry, not for plain wires, not where nobody wants them."""
    framed, plain = (plan_units([one], "run")[0] for one in (on_the_wire(), contract()))
    foreign, ours = FakeRegistry(), FakeRegistry()
    foreign.ours = False
    ((what, remedy),) = unregistered(framed, foreign)
    assert "no record of a next schema version" in what
    assert "--registry" in remedy
    for unit, registry, kinds in ((framed, ours, None), (plain, foreign, None), (framed, foreign, {"bit_flip"})):
        assert list(unregistered(unit, registry, frozenset(kinds) if kinds else None)) == []
