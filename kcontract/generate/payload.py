"""Payloads as the generator sees them: values, the places of tokens in them, and their bytes. JSON and Avro alike."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, Protocol

from kcontract.generate.json_schema import JsonSchemaView
from kcontract.generate.tokens import Mint
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.json.validate import JsonSchema

Check = Callable[[Any], bool]


class Payload(Protocol):
    """One event type's payload. Values are JSON values or Avro data, opaque to the caller."""

    @property
    def view(self) -> JsonSchemaView | None:
        """The payload's JSON Schema; for Avro the constraints, if there are any."""

    @property
    def unsupported(self) -> list[str]:
        """What could not be generated, in words."""

    @property
    def too_large(self) -> list[str]:
        """What of that is too large."""

    def ordinary(self, rng: Random, *, full: bool = False) -> Any: ...

    def boundaries(self, rng: Random) -> Iterator[Any]: ...

    def random(self, rng: Random) -> Iterator[Any]: ...

    def fits(self, value: Any) -> bool: ...

    def encode(self, value: Any) -> bytes: ...

    def to_json(self, value: Any) -> Any:
        """The JSON form of a value."""

    def uuids(self, value: Any) -> list[str]:
        """Pointers of all places that are declared to be UUIDs."""

    def stamped(self, value: Any, pointer: str, mint: Mint) -> tuple[Any, bytes] | None:
        """The value with a fresh token at the pointer, and the token; None if none fits there."""

    def get(self, value: Any, pointer: str) -> Any:
        """The JSON form of what stands at the pointer; None if nothing does."""

    def put(self, value: Any, pointer: str, new: Any) -> Any:
        """The value with the JSON value `new` at the pointer; unchanged if that is impossible."""

    def graft(self, value: Any, pointer: str, donor: Any) -> Any:
        """The value with whatever is missing on the way to the pointer taken from the donor."""


def replaced(value: Any, parts: tuple[str, ...], new: Any) -> Any:
    """A copy of a JSON value or datum with another value at a place; unchanged if there is no such place."""
    if isinstance(value, Branch):
        return Branch(value.index, replaced(value.value, parts, new))
    if not parts:
        return new
    head, rest = parts[0], parts[1:]
    if isinstance(value, dict):
        return {**value, head: replaced(value.get(head), rest, new)} if head in value or not rest else value
    if isinstance(value, list) and head.isdigit() and int(head) < len(value):
        index = int(head)
        return [*value[:index], replaced(value[index], rest, new), *value[index + 1 :]]
    return value


def validator(schema: Any, documents: Mapping[str, Any]) -> Check:
    """The real validator of a JSON Schema, formats included; documents are what it may refer to, by name or URI."""
    texts = {name: json.dumps(document) for name, document in documents.items()}
    return JsonSchema(json.dumps(schema), texts).accepts
