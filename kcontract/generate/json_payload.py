"""Payloads of a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kcontract.generate.json_schema import (
    MAX_CHOICES,
    JsonSchemaView,
    Plain,
    follow,
    item_schema,
    parts_of,
    property_schemas,
    step,
)
from kcontract.generate.json_values import JsonValues
from kcontract.generate.payload import Check, replaced, validator
from kcontract.generate.tokens import INT_HIGH, INT_LOW, LONG_HIGH, LONG_LOW, Mint
from kcontract.generate.written import body_of

_MISSING = object()
_UUID = 36


class JsonPayload:
    """JSON values of a schema, written as compact UTF-8."""

    def __init__(self, schema: Any, documents: Mapping[str, Any], also: Check = lambda _: True) -> None:
        self.view = JsonSchemaView(schema, documents)
        self._valid = validator(schema, documents)
        self._also = also
        self._has_uuids = '"uuid"' in json.dumps([schema, dict(documents)])
        self._values = JsonValues(self.view, self.fits)
        self.ordinary, self.boundaries, self.random = (
            self._values.ordinary,
            self._values.boundaries,
            self._values.random,
        )

    @property
    def unsupported(self) -> list[str]:
        return self._values.unsupported

    @property
    def too_large(self) -> list[str]:
        return self._values.too_large

    def fits(self, value: Any) -> bool:
        """Whether the schema allows the value, formats included."""
        return self._valid(value) and self._also(value)

    @staticmethod
    def encode(value: Any) -> bytes:
        return body_of(value)

    @staticmethod
    def to_json(value: Any) -> Any:
        return value

    def uuids(self, value: Any) -> list[str]:
        return list(self._uuids(self._values.plains(self.view.document), value, "")) if self._has_uuids else []

    def _uuids(self, plains: list[Plain], value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, str):
            if len(value) != _UUID:
                return
            pinned = any("const" in plain or "enum" in plain for plain in plains)
            if not pinned and any(plain.get("format") == "uuid" for plain in plains):
                yield pointer
        elif isinstance(value, dict):
            known = [(property_schemas(plain), plain.get("additionalProperties", True)) for plain in plains]
            for name, inner in value.items():
                if not isinstance(inner, str | dict | list):
                    continue
                more = [declared.get(name, others) for declared, others in known]
                yield from self._uuids(self._choices(more), inner, step(pointer, name))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from self._uuids(
                    self._choices([item_schema(p, index) for p in plains]), inner, step(pointer, index)
                )

    def _choices(self, schemas: list[Any]) -> list[Plain]:
        return [plain for schema in schemas for plain in self._values.plains(schema)][:MAX_CHOICES]

    @staticmethod
    def get(value: Any, pointer: str) -> Any:
        return follow(value, pointer)

    @staticmethod
    def put(value: Any, pointer: str, new: Any) -> Any:
        return replaced(value, parts_of(pointer), new)

    def stamped(self, value: Any, pointer: str, mint: Mint) -> tuple[Any, bytes] | None:
        old = follow(value, pointer)
        for candidate in _candidates(old, mint):
            new = self.put(value, pointer, candidate)
            if candidate != old and self.fits(new):
                return new, str(candidate).encode()
        return None

    @staticmethod
    def graft(value: Any, pointer: str, donor: Any) -> Any:
        parts = parts_of(pointer)
        for depth in range(1, len(parts) + 1):
            path = "".join(step("", part) for part in parts[:depth])
            if follow(value, path, _MISSING) in (_MISSING, None):
                found = follow(donor, path, _MISSING)
                return value if found is _MISSING else replaced(value, parts[:depth], found)
        return value


def _candidates(old: Any, mint: Mint) -> Iterator[Any]:
    """Fresh tokens in place of a value, the likeliest first: most often nothing else is made."""
    if isinstance(old, str):
        yield mint.uuid()
        yield from (mint.like(old.encode()).decode() for _ in range(3) if old)
    elif isinstance(old, int) and not isinstance(old, bool):
        yield mint.number(LONG_LOW, LONG_HIGH)
        yield mint.number(INT_LOW, INT_HIGH)
