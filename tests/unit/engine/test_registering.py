"""Under which subjects schemas are registered."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
import pytest

from kcontract.engine.registering import register_schemas, value_subject
from kcontract.model.contract import Contract, LookupStrategy, RegistryRules, SchemaText
from kcontract.model.registry import RegisteredReference, RegisteredSchema

from ..judge.story import AT, contract

AVRO = SchemaText(
    kind="avro", text=json.dumps({"type": "record", "name": "Order", "namespace": "shop", "fields": []}), at=AT
)
JSON = SchemaText(kind="json", text=json.dumps({"title": "Order", "type": "object"}), at=AT)


class FakeRegistry:
    """Remembers what it was told; a fake, for nothing here depends on a registry's answers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    url = container_url = label = "fake"

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
