"""Next versions of a JSON Schema: properties more, renamed, left out and of other types; values of an enum more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
Derived = tuple[str, Document, str, Callable[[Any], Any]]

ADDED = "kcontract_added"
_TEXT = "added by the next version"
_OTHERS: tuple[tuple[str, Any], ...] = (("string", _TEXT), ("boolean", True))


def json_versions(document: Document, kept: frozenset[str]) -> Iterator[Derived]:
    """All next versions of an object's schema. Properties in `kept` say which record it is, and stay as they are."""
    properties = document.get("properties")
    if not isinstance(properties, dict):
        return
    if document.get("additionalProperties") in (None, True) and document.get("unevaluatedProperties") in (None, True):
        wider = {**document, "properties": {**properties, ADDED: {"type": "string"}}}
        note = f"a next version with the property {ADDED}"
        yield "newer_writer:optional", wider, note, lambda value: _with(value, ADDED, _TEXT)
    others = {name: schema for name, schema in properties.items() if name not in kept and isinstance(schema, dict)}
    yield from _wider(document, others)
    yield from _incompatible(document, others)


def _wider(document: Document, properties: Document) -> Iterator[Derived]:
    for name, schema in properties.items():
        if isinstance(schema.get("enum"), list):
            wider = _changed(document, name, {**schema, "enum": [*schema["enum"], ADDED]})
            note = f"{name} is {ADDED}, a value of the next version"
            yield "new_symbol_or_branch:symbol", wider, note, _setting(name, ADDED)
            return


def _incompatible(document: Document, properties: Document) -> Iterator[Derived]:
    required = [name for name in document.get("required", ()) if name in properties]
    for name, schema in properties.items():
        if isinstance(schema.get("type"), str) and not {"enum", "const"} & schema.keys():
            other, value = next(pair for pair in _OTHERS if pair[0] != schema["type"])
            note = f"{name} is {other} in a version registered under NONE"
            yield "incompatible_writer:type", _changed(document, name, {"type": other}), note, _setting(name, value)
            break
    for name in required[-1:]:
        rest = {key: each for key, each in document["properties"].items() if key != name}
        needed = [each for each in document["required"] if each != name]
        less = {**document, "properties": rest, "required": needed}
        note = f"{name} is left out in a version registered under NONE"
        yield "incompatible_writer:missing_field", less, note, _without(name)
        new = f"{name}_{ADDED}"
        moved = {**less, "properties": {**rest, new: document["properties"][name]}, "required": [*needed, new]}
        note = f"{name} is called {new}"
        yield "renamed:field", moved, note, _moving(name, new)


def _changed(document: Document, name: str, schema: Any) -> Document:
    return {**document, "properties": {**document["properties"], name: schema}}


def _setting(name: str, new: Any) -> Callable[[Any], Any]:
    return lambda value: _with(value, name, new)


def _with(value: Any, name: str, new: Any) -> Any:
    return {**value, name: new} if isinstance(value, dict) else None


def _without(name: str) -> Callable[[Any], Any]:
    return lambda value: _less(value, name)


def _less(value: Any, name: str) -> Any:
    return {key: each for key, each in value.items() if key != name} if isinstance(value, dict) else None


def _moving(name: str, new: str) -> Callable[[Any], Any]:
    return lambda value: _with(_less(value, name), new, value[name]) if name in value else None
