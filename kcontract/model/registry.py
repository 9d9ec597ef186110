"""What a schema registry holds."""

from __future__ import annotations

from typing import Literal

from kcontract.model.value import Value


class RegisteredReference(Value, frozen=True):
    """A schema reference as the registry stores it (name used in the schema, subject, version)."""

    name: str
    subject: str
    version: int


class RegisteredSchema(Value, frozen=True):
    """One version of a subject. `id` is the number on the Confluent wire, `guid` the one in a header (0x01 + GUID)."""

    id: int
    subject: str
    version: int
    kind: Literal["avro", "json", "protobuf"]
    text: str
    references: tuple[RegisteredReference, ...] = ()
    guid: str | None = None
