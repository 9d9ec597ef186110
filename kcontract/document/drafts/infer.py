"""A JSON Schema for documents that were seen: open, without bounds, with what all of them have as required."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kcontract.schema.json.formats import STRICT

_MAX_DEPTH = 24
_MANY = 30
"""Different names from which on objects may be maps: names that are data."""
_TYPES = {bool: "boolean", int: "integer", str: "string", type(None): "null", list: "array"}
_FORMATS = ("uuid", "date-time", "date")


def infer(values: Sequence[Any], depth: int = 0) -> dict[str, Any]:
    """A schema that all `values`, parsed JSON, are valid against. Names that look like data become a map."""
    types = sorted({_type(value) for value in values})
    if "number" in types and "integer" in types:
        types.remove("integer")
    if not types or depth > _MAX_DEPTH:
        return {}
    schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
    texts = [value for value in values if isinstance(value, str)]
    found = next((name for name in _FORMATS if texts and all(map(STRICT[name], texts))), None)
    if found:
        schema["format"] = found
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        schema |= _members(objects, depth)
    items = [item for value in values if isinstance(value, list) for item in value]
    if items:
        schema["items"] = infer(items, depth + 1)
    return schema


def _members(objects: list[dict[str, Any]], depth: int) -> dict[str, Any]:
    names = list(dict.fromkeys(name for one in objects for name in one))
    if _is_map(objects, names):
        return {"additionalProperties": infer([value for one in objects for value in one.values()], depth + 1)}
    properties = {name: infer([one[name] for one in objects if name in one], depth + 1) for name in names}
    required = [name for name in names if all(name in one for one in objects)]
    return {"properties": properties, **({"required": required} if required else {})}


def _is_map(objects: list[dict[str, Any]], names: list[str]) -> bool:
    if not names:
        return False
    if all(map(STRICT["uuid"], names)):
        return True
    return len(names) > _MANY and all(2 * sum(name in one for one in objects) < len(objects) for name in names)


def _type(value: Any) -> str:
    return "object" if isinstance(value, dict) else _TYPES.get(type(value), "number")
