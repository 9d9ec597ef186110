"""A JSON Schema taken apart for generation: references resolved, `allOf` merged, choices spelt out.

This is a reading good enough to aim with; whether a value is valid is always said by a real validator.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple, cast
from urllib.parse import unquote, urldefrag

import jsonschema_rs

from kcontract.generate.languages import conjunction
from kcontract.schema.json.dialects import Draft, draft_of

Plain = dict[str, Any]
"""A schema object without `$ref`, `allOf`, `anyOf`, `oneOf` or `if` at its top."""

MAX_CHOICES = 24
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_LARGEST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"})
_SMALLEST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"})
_COUNTS = (_LARGEST | _SMALLEST) - {"minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"}
_APPLICATORS = frozenset(
    {"$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "if", "then", "else", "$id", "id", "$schema",
     "$anchor", "$defs", "definitions", "title", "description", "$comment", "examples", "default",
     "dependencies", "dependentSchemas", "dependentRequired"}
)  # fmt: skip
_DEPENDENCIES = 4
"""Properties up to which it is spelt out what comes with them and what without: each doubles the choices."""
_KEYWORDS = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}


class JsonSchemaView:
    """A schema document and the documents it may name (`documents`: URI or name → document)."""

    def __init__(self, document: Any, documents: Mapping[str, Any] | None = None, draft: Draft | None = None) -> None:
        self.document = document
        self._alone = (draft or draft_of(document)) in ("4", "6", "7")
        """Whether what stands beside a `$ref` means nothing."""
        self._named: dict[str, Any] = dict(documents or {})
        self._behind: dict[tuple[int, tuple[str, ...]], list[Plain]] = {}
        """What references lead to, by their target (a part of a document, which stays) and the way to it."""
        for other in (document, *self._named.copy().values()):
            self._collect(other, "")

    def _collect(self, node: Any, base: str) -> None:
        """Remember every `$id` and `$anchor`."""
        if isinstance(node, list):
            for item in node:
                self._collect(item, base)
        if not isinstance(node, dict):
            return
        name = node.get("$id", node.get("id"))
        if isinstance(name, str):
            base = name
            self._named.setdefault(name.rstrip("#"), node)
        for word in ("$anchor", "$dynamicAnchor"):
            if isinstance(node.get(word), str):
                self._named.setdefault(f"#{node[word]}", node)
        for key, value in node.items():
            if key not in ("enum", "const", "default", "examples"):
                self._collect(value, base)

    def resolve(self, reference: str) -> Any:
        """The schema that a `$ref` names; True (anything) for one that cannot be found."""
        if reference in self._named:
            return self._named[reference]
        target, fragment = urldefrag(reference)
        document = self.document if not target else self._named.get(target, self._by_tail(target))
        if not fragment:
            return document
        if f"#{fragment}" in self._named and not fragment.startswith("/"):
            return self._named[f"#{fragment}"]
        return follow(document, unquote(fragment), default=True)

    def _by_tail(self, target: str) -> Any:
        tail = target.rpartition("/")[2]
        return next((doc for name, doc in self._named.items() if name.rpartition("/")[2] == tail), True)

    def choices(self, schema: Any, _seen: tuple[str, ...] = ()) -> list[Plain]:
        """The schema as alternatives without combinators, at most MAX_CHOICES; empty if nothing can match."""
        if schema is True:
            return [{}]
        if not isinstance(schema, dict):
            return []
        if self._alone and isinstance(schema.get("$ref"), str):
            schema = {"$ref": schema["$ref"]}
        found = [{key: _whole(key, value) for key, value in schema.items() if key not in _APPLICATORS}]
        if needed := _needed(schema):
            found[0]["dependentRequired"] = needed
        for group in self._groups(schema, _seen):
            found = [both for left in found for right in group if (both := merged(left, right)) is not None]
            found = found[:MAX_CHOICES]
        return found

    def _groups(self, schema: Plain, seen: tuple[str, ...]) -> Iterator[list[Plain]]:
        """Groups of alternatives, of which one each must hold."""
        for word in ("$ref", "$dynamicRef", "$recursiveRef"):
            reference = schema.get(word)
            if isinstance(reference, str) and reference not in seen:
                yield self._referred(reference, (*seen, reference))
        for part in schema.get("allOf", ()):
            yield self.choices(part, seen)
        for word in ("anyOf", "oneOf"):
            if isinstance(schema.get(word), list):
                yield [choice for part in schema[word] for choice in self.choices(part, seen)]
        if "if" in schema:
            yes, no = schema.get("then", True), schema.get("else", True)
            yield self.choices({"allOf": [schema["if"], yes]}, seen) + self.choices(no, seen)
        for name, part in _dependent(schema)[:_DEPENDENCIES]:
            along = self.choices({"allOf": [{"required": [name]}, part]}, seen)
            yield [{"properties": {name: False}}, *along]

    def _referred(self, reference: str, seen: tuple[str, ...]) -> list[Plain]:
        """Kept, for each of many definitions may name the next one twice."""
        target = self.resolve(reference)
        key = id(target), seen
        if key not in self._behind:
            self._behind[key] = self.choices(target, seen)
        return self._behind[key]


def _needed(schema: Plain) -> dict[str, list[str]]:
    """Properties, and the names of those that must come with them."""
    older = schema.get("dependencies", {}).items()
    lists = {name: names for name, names in older if isinstance(names, list)}
    return {**lists, **schema.get("dependentRequired", {})}


def _dependent(schema: Plain) -> list[tuple[str, Any]]:
    """Properties, and what an object must be that has them."""
    older = schema.get("dependencies", {}).items()
    return [(name, part) for name, part in older if not isinstance(part, list)] + [
        *schema.get("dependentSchemas", {}).items()
    ]


def _whole(key: str, value: Any) -> Any:
    """A count that is written with a fraction of zero, as a whole number."""
    return int(value) if key in _COUNTS and isinstance(value, float) else value


def follow(document: Any, pointer: str, default: Any = None) -> Any:
    """What an RFC 6901 pointer names in a JSON value, or the default."""
    node = document
    for part in parts_of(pointer):
        if isinstance(node, dict) and part in node:
            node = node[part]
        elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
            node = node[int(part)]
        else:
            return default
    return node


def parts_of(pointer: str) -> tuple[str, ...]:
    """The unescaped steps of an RFC 6901 pointer; none for the empty one."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def step(pointer: str, part: str | int) -> str:
    """The pointer one step further down."""
    return f"{pointer}/{str(part).replace('~', '~0').replace('/', '~1')}"


def merged(left: Plain, right: Plain) -> Plain | None:
    """A schema that both describe, or None if they plainly exclude each other."""
    out = dict(left)
    for key, value in right.items():
        if key not in out:
            out[key] = value
            continue
        both = _both(key, out[key], value)
        if both is None:
            return None
        out[key] = both
    declared = out.get("properties", {})
    return None if any(declared.get(name) is False for name in out.get("required", ())) else out


def _both(key: str, left: Any, right: Any) -> Any:
    """One keyword's value for both; None for a plain contradiction."""
    if left == right:
        return left
    join = _JOINS.get(key)
    return right if join is None else join(left, right)


def _conjunction(left: Any, right: Any) -> Any:
    if left is True or right is True:
        return right if left is True else left
    if isinstance(left, list) and isinstance(right, list):
        return [_conjunction(one, other) for one, other in zip_longest(left, right, fillvalue=True)]
    return False if left is False or right is False else {"allOf": [left, right]}


def _by_name(left: Plain, right: Plain) -> Plain:
    return {name: _conjunction(left.get(name, True), right.get(name, True)) for name in {**left, **right}}


_JOINS: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(_LARGEST, max),
    **dict.fromkeys(_SMALLEST, min),
    "const": lambda _left, _right: None,
    "enum": lambda left, right: [item for item in left if item in right] or None,
    "required": lambda left, right: list(dict.fromkeys([*left, *right])),
    "type": lambda left, right: sorted(set(type_names(left)) & set(type_names(right)), key=TYPES.index) or None,
    "properties": _by_name,
    "patternProperties": _by_name,
    "pattern": lambda left, right: conjunction([left, right]),
    "dependentRequired": lambda left, right: {
        name: [*left.get(name, ()), *right.get(name, ())] for name in {**left, **right}
    },
    **dict.fromkeys(
        ("additionalProperties", "items", "prefixItems", "additionalItems", "contains", "propertyNames"), _conjunction
    ),
}
"""How two values of one keyword become the one that both mean; None: nothing can be both."""


def type_names(value: Any) -> list[str]:
    """The types that a `type` keyword allows; `number` includes `integer`."""
    names = [value] if isinstance(value, str) else list(value)
    return [*names, "integer"] if "number" in names and "integer" not in names else names


def types_of(plain: Plain) -> list[str]:
    """The types that a schema object aims at: declared, or guessed from its keywords, or all."""
    if "type" in plain:
        names = [plain["type"]] if isinstance(plain["type"], str) else list(plain["type"])
        return [name for name in names if name in TYPES]
    guessed = [name for name, words in _KEYWORDS.items() if any(word in plain for word in words)]
    return guessed or ["string", "integer", "number", "boolean", "null", "array", "object"]


def property_schemas(plain: Plain) -> dict[str, Any]:
    """Declared properties, and required ones without a declaration of their own."""
    declared = {name: sub for name, sub in plain.get("properties", {}).items() if sub is not False}
    missing = [name for name in plain.get("required", ()) if name not in declared]
    return {**declared, **{name: schema_of_name(plain, name) for name in missing}}


def missing_names(plain: Plain, there: Collection[str]) -> list[str]:
    """Names that must come with those that are there."""
    needed = plain.get("dependentRequired", {}).items()
    return [more for name, names in needed if name in there for more in names if more not in there]


def schema_of_name(plain: Plain, name: str) -> Any:
    """What a property must be that `properties` does not declare: by the first pattern that it matches."""
    for pattern, schema in plain.get("patternProperties", {}).items():
        if _matcher(pattern)(name):
            return schema
    return plain.get("additionalProperties", True)


@lru_cache(1_000)
def _matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches: as the validator reads patterns, for Python does not speak their dialect."""
    try:
        return jsonschema_rs.validator_for({"pattern": pattern}).is_valid
    except ValueError:
        return lambda _: False


def item_schema(plain: Plain, index: int) -> Any:
    """The schema of an array's item (2020-12 `prefixItems`, and the older array form of `items`)."""
    items = plain.get("items", True)
    prefix = plain.get("prefixItems", items if isinstance(items, list) else [])
    if index < len(prefix):
        return prefix[index]
    return cast("Any", plain.get("additionalItems", True) if isinstance(items, list) else items)


def contained(plain: Plain) -> int:
    """How many items must be what `contains` says."""
    least: int = plain.get("minContains", 1) if "contains" in plain else 0
    return least


_AIMED = frozenset(
    {"const", "enum", "multipleOf", "pattern", "format", "not", "contentEncoding", "contentMediaType"}
)  # fmt: skip


class Aim(NamedTuple):
    """What a plain schema aims at; kept together with it, so that its id stays its own."""

    plain: Plain
    kinds: list[str]
    properties: dict[str, Any]
    free: bool
    """Whether numbers and texts are bound by nothing but their size."""


def aim_of(plain: Plain) -> Aim:
    """Types, properties and freedom of a plain schema."""
    free = not plain.keys() & _AIMED
    return Aim(plain, types_of(plain) or ["null"], property_schemas(plain), free)
