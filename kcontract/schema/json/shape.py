"""What a JSON Schema says of one place in a document: the subschemas that may apply there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_BRANCHES = ("if", "then", "else", "not")
_MAX_VISITS = 2_000


def subschemas(schema: Any, steps: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """The object schemas in the document `schema` that may apply to the value at `steps` (unescaped reference tokens).

    Local `$ref`s are followed. An over-approximation: alternatives are all given, conditions are not evaluated.
    """
    found = list(_in_place(schema, [schema]))
    for step in steps:
        inner = [each for one in found for each in _below(one, step)]
        found = list(_in_place(schema, inner))
    return tuple(found)


def types_at(schema: Any, steps: tuple[str, ...]) -> frozenset[str]:
    """All types that the schema names for the place."""
    return frozenset(name for one in subschemas(schema, steps) for name in _names(one.get("type")))


def formats_at(schema: Any, steps: tuple[str, ...]) -> frozenset[str]:
    """All formats that the schema names for the place."""
    return frozenset(name for one in subschemas(schema, steps) if isinstance(name := one.get("format"), str))


def is_index(step: str) -> bool:
    """Whether a reference token is an array index (RFC 6901 §4): ASCII digits without a leading zero."""
    return step.isascii() and step.isdigit() and len(step) < 12 and (step == "0" or step[0] != "0")


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()


def _in_place(root: Any, schemas: list[Any]) -> Iterator[dict[str, Any]]:
    """The schemas and all that apply to the same value because of them."""
    queue, seen = list(schemas), set[int]()
    while queue and len(seen) < _MAX_VISITS:
        one = queue.pop(0)
        if not isinstance(one, dict) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        for keyword in _IN_PLACE:
            queue += one[keyword] if isinstance(one.get(keyword), list) else []
        queue += [one[keyword] for keyword in _BRANCHES if keyword in one]
        for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
            queue += _target(root, one.get(keyword))
        dependent = one.get("dependentSchemas")
        queue += list(dependent.values()) if isinstance(dependent, dict) else []


def _target(root: Any, reference: Any) -> list[Any]:
    if not isinstance(reference, str) or not reference.startswith("#"):
        return []
    pointer = reference[1:]
    if pointer and not pointer.startswith("/"):
        return _anchored(root, pointer)
    target = root
    for token in pointer.split("/")[1:]:
        step = token.replace("~1", "/").replace("~0", "~")
        if isinstance(target, dict) and step in target:
            target = target[step]
        elif isinstance(target, list) and is_index(step) and int(step) < len(target):
            target = target[int(step)]
        else:
            return []
    return [target]


def _anchored(root: Any, name: str) -> list[Any]:
    for keyword in ("$defs", "definitions"):
        for one in (root.get(keyword) or {}).values() if isinstance(root, dict) else ():
            if isinstance(one, dict) and name in (one.get("$anchor"), one.get("$dynamicAnchor")):
                return [one]
    return []


def _below(schema: dict[str, Any], step: str) -> Iterator[Any]:
    yield from _of_property(schema, step)
    if is_index(step):
        yield from _of_item(schema, int(step))


def _of_property(schema: dict[str, Any], name: str) -> Iterator[Any]:
    properties, patterns = schema.get("properties"), schema.get("patternProperties")
    known = False
    if isinstance(properties, dict) and name in properties:
        known = True
        yield properties[name]
    for pattern, one in patterns.items() if isinstance(patterns, dict) else ():
        if _matches(pattern, name):
            known = True
            yield one
    if not known:
        yield from (schema[key] for key in ("additionalProperties", "unevaluatedProperties") if key in schema)


def _matches(pattern: str, name: str) -> bool:
    try:
        return len(name) < 200 and re.search(pattern, name) is not None
    except re.error:
        return True


def _of_item(schema: dict[str, Any], index: int) -> Iterator[Any]:
    for keyword in ("prefixItems", "items"):
        items = schema.get(keyword)
        if isinstance(items, list):
            if index < len(items):
                yield items[index]
        elif items is not None:
            yield items
    yield from (schema[key] for key in ("additionalItems", "unevaluatedItems", "contains") if key in schema)
