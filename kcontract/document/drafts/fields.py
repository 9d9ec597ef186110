"""Pointers to the fields of a schema that may tie records together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from kcontract.schema.avro.nodes import AvroSchema, Node, Primitive, RecordType
from kcontract.schema.avro.parse import parse
from kcontract.schema.json.shape import subschemas
from kcontract.schema.problem import escape

_MAX_DEPTH = 4
_KEYS = ("id", "key", "uuid")
_NONE: Mapping[str, str] = MappingProxyType({})


def text_fields(kind: str, text: str, references: Mapping[str, str] = _NONE) -> tuple[str, ...]:
    """Pointers of the fields that always hold a text or a whole number, outer ones first. Raises SchemaError."""
    if kind == "avro":
        schema = parse(text, references)
        found = _avro(schema, schema.root, "")
    else:
        found = _json(json.loads(text), (), "")
    return tuple(sorted(found, key=lambda path: path.count("/")))


def key_guess(paths: tuple[str, ...], but: str) -> str:
    """The first field, but for the expression `but`, that is called like an id; "" if there is none."""
    others = [path for path in paths if not but.endswith(f"#{path}")]
    return next((path for path in others if path.lower().endswith(_KEYS)), "")


def _avro(schema: AvroSchema, node: Node, path: str) -> Iterator[str]:
    match schema.follow(node):
        case RecordType(fields=fields) if path.count("/") < _MAX_DEPTH:
            for field in fields:
                yield from _avro(schema, field.type, f"{path}/{escape(field.name)}")
        case Primitive(type="string" | "int" | "long") if path:
            yield path


def _json(document: Any, steps: tuple[str, ...], path: str) -> Iterator[str]:
    found = subschemas(document, steps)
    if path and any(one.get("type") in ("string", "integer") for one in found):
        yield path
    if len(steps) < _MAX_DEPTH:
        for name in dict.fromkeys(_required(found)):
            yield from _json(document, (*steps, name), f"{path}/{escape(name)}")


def _required(found: tuple[dict[str, Any], ...]) -> Iterator[str]:
    names = {name for one in found if isinstance(one.get("required"), list) for name in one["required"]}
    for one in found:
        properties = one.get("properties")
        yield from (name for name in properties if name in names) if isinstance(properties, dict) else ()
