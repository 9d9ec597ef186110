"""Small contracts and books for tests of the oracle."""

from __future__ import annotations

import json
from typing import Any

from kcontract.model.contract import (
    Contract,
    Expression,
    Malformed,
    Message,
    OnInvalid,
    Receive,
    RegistryRules,
    Run,
    SchemaText,
)  # fmt: skip
from kcontract.model.location import Location
from kcontract.model.registry import RegisteredSchema

AT = Location("contracts/t.yaml")
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def avro(raw: Any) -> SchemaText:
    return SchemaText(kind="avro", text=json.dumps(raw), at=AT)


def json_schema(raw: Any) -> SchemaText:
    return SchemaText(kind="json", text=json.dumps(raw), at=AT)


def payload(pointer: str = "") -> Expression:
    return Expression(root="message.payload", pointer=pointer)


def record(name: str = "E", **fields: Any) -> dict[str, Any]:
    """An Avro record; a field given as a tuple has its second item as default."""
    return {
        "type": "record",
        "name": name,
        "fields": [
            {"name": key, "type": kind[0], "default": kind[1]}
            if isinstance(kind, tuple)
            else {"name": key, "type": kind}
            for key, kind in fields.items()
        ],
    }


def contract(
    schema: SchemaText | None,
    *,
    malformed: Malformed | None = None,
    registry: dict[str, Any] | None = None,
    compacted: bool = False,
    **message: Any,
) -> Contract:
    """A contract of topic `t`; Avro payloads are on the Confluent wire unless `wire` says otherwise."""
    kinds = {schema.kind} if schema else {variant.payload.kind for variant in message.get("one_of", ())}
    message.setdefault("wire", "confluent" if "avro" in kinds else "plain")
    return Contract(
        at=AT,
        topic="t",
        message=Message(at=AT, payload=schema, **message),
        registry=RegistryRules(at=AT, **(registry or {})),
        malformed=malformed or Malformed(),
        compacted=compacted,
    )


def receiver(reader: SchemaText | None = None, malformed: Malformed | None = None) -> Receive:
    return Receive(
        at=AT, name="r", run=Run(at=AT), on_invalid=OnInvalid(at=AT, policy="skip"), reader=reader, malformed=malformed
    )


def entry(schema_id: int, raw: Any, subject: str = "t-value", version: int = 1, kind: Any = "avro") -> RegisteredSchema:
    return RegisteredSchema(
        schema_id, subject, version, kind, json.dumps(raw), guid=f"00000000-0000-4000-8000-{schema_id:012d}"
    )
