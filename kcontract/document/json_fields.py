"""Looks a pointer up in a JSON Schema, through `properties`, `items`, `allOf` and its kin, and local `$ref`s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kcontract.document.field_answer import THERE, UNDECIDED, Answer, best
from kcontract.document.pointers import split_pointer

_LISTS = ("allOf", "anyOf", "oneOf")
_SINGLES = ("if", "then", "else")
_MOST_PARTS = 500


def look_up_json(schema: Any, tokens: tuple[str, ...]) -> Answer:
    """What a JSON Schema (parsed; an illegal one says little) says about the pointer made of `tokens`."""
    here, answers = [schema], list[Answer]()
    for token in tokens:
        below: dict[int, Any] = {}
        for place in here:
            deeper = _step(place, token, schema)
            if isinstance(deeper, Answer):
                answers.append(deeper)
            else:
                below.update((id(child), child) for child in deeper)
        here = list(below.values())
    return THERE if here else best(answers)


def _step(schema: Any, token: str, root: Any) -> Answer | list[Any]:
    """The schemas of the member `token`, or what is to be said if there are none."""
    if not isinstance(schema, dict):
        return UNDECIDED
    parts = list(_parts(schema, root))
    if len(parts) >= _MOST_PARTS or any("$dynamicRef" in part or "$recursiveRef" in part for part in parts):
        return UNDECIDED
    return [child for part in parts for child in _children(part, token)] or _undeclared(parts, token)


def _parts(schema: dict[str, Any], root: Any) -> Iterator[dict[str, Any]]:
    """The schema and all that apply to the same value, each once."""
    pending, seen = [schema], set[int]()
    while pending and len(seen) < _MOST_PARTS:
        part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        beside = [part.get(name) for name in _SINGLES]
        for name in _LISTS:
            beside.extend(_as_list(part.get(name)))
        if isinstance(part.get("dependentSchemas"), dict):
            beside.extend(part["dependentSchemas"].values())
        beside.append(_target(part.get("$ref"), root))
        pending.extend(other for other in beside if isinstance(other, dict))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _target(reference: Any, root: Any) -> Any:
    """What a local `$ref` names; a schema that says `$dynamicRef`, thus undecided, for any other."""
    if not isinstance(reference, str):
        return None
    if reference != "#" and not reference.startswith("#/"):
        return {"$dynamicRef": reference}
    here = root
    for token in split_pointer(reference[1:]):
        here = here.get(token) if isinstance(here, dict) else None
    return here


def _children(part: dict[str, Any], token: str) -> Iterator[Any]:
    properties = _properties(part)
    if token in properties:
        yield properties[token]
        return
    matching = [value for pattern, value in _patterns(part) if _matches(pattern, token)]
    yield from matching
    if token.isdecimal():
        yield from _items(part, int(token) if len(token) < 10 else 0)
    extra = part.get("additionalProperties")
    if not matching and isinstance(extra, dict):
        yield extra


def _properties(part: dict[str, Any]) -> dict[str, Any]:
    properties = part.get("properties")
    return properties if isinstance(properties, dict) else {}


def _items(part: dict[str, Any], index: int) -> Iterator[Any]:
    prefix = _as_list(part.get("prefixItems")) or _as_list(part.get("items"))
    if index < len(prefix):
        yield prefix[index]
    elif isinstance(part.get("items"), dict):
        yield part["items"]


def _patterns(part: dict[str, Any]) -> list[tuple[str, Any]]:
    patterns = part.get("patternProperties")
    return list(patterns.items()) if isinstance(patterns, dict) else []


def _matches(pattern: str, token: str) -> bool:
    try:
        return re.search(pattern, token[:200]) is not None
    except (re.error, OverflowError, RecursionError):
        return True  # an ECMA 262 pattern that Python lacks: it may well match


def _undeclared(parts: list[dict[str, Any]], token: str) -> Answer:
    names = tuple(dict.fromkeys(name for part in parts for name in _properties(part)))
    if any(part.get("additionalProperties") is False for part in parts) or not _may_hold(parts[0], token):
        return Answer("missing", token, names)
    return Answer("open", token, names) if names else UNDECIDED


def _may_hold(schema: dict[str, Any], token: str) -> bool:
    """Whether the declared type can have a member of that name."""
    declared = schema.get("type")
    if declared is None:
        return True
    types = declared if isinstance(declared, list) else [declared]
    return "object" in types or ("array" in types and token.isdecimal())
