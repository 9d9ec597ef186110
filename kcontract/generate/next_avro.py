"""Next versions of an Avro record: fields more, moved, renamed and of other types; symbols and branches more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kcontract.schema.avro.nodes import Branch

Document = dict[str, Any]
Derived = tuple[str, Document, str, Callable[[Any], Any]]
"""Kind, schema, what is new in words, and how a datum is reshaped (None: it gives no occasion)."""

ADDED = "kcontract_added"
"""Name of whatever is new: a field, a symbol, a record."""
_TEXT = "added by the next version"
_BRANCH = {"type": "record", "name": ADDED, "fields": [{"name": "text", "type": "string"}]}


def avro_versions(document: Document, kept: frozenset[str]) -> Iterator[Derived]:
    """All next versions of a record's schema. Fields in `kept` say which record it is, and stay as they are."""
    fields = document.get("fields")
    if document.get("type") != "record" or not isinstance(fields, list):
        return
    yield from _more(document, fields)
    yield from _wider(document, fields)
    yield from _incompatible(document, [field for field in fields if field["name"] not in kept])
    yield from _renamed(document, [field for field in fields if field["name"] not in kept])
    if len(fields) > 1:
        turned = {**document, "fields": fields[::-1]}
        yield "reordered_fields:reversed", turned, "all fields in reverse order", lambda datum: datum


def _more(document: Document, fields: list[Document]) -> Iterator[Derived]:
    plain = {"name": ADDED, "type": "string", "default": ""}
    optional = {"name": ADDED, "type": ["null", "string"], "default": None}
    note = f"a next version with the field {ADDED}"
    first = {**document, "fields": [plain, *fields]}
    yield "reordered_fields:inserted", first, f"{note} before all others", lambda datum: {**datum, ADDED: _TEXT}
    last = {**document, "fields": [*fields, plain]}
    yield "newer_writer:field", last, note, lambda datum: {**datum, ADDED: _TEXT}
    more = {**document, "fields": [*fields, optional]}
    yield "newer_writer:optional", more, f"{note}, optional", lambda datum: {**datum, ADDED: Branch(1, _TEXT)}


def _wider(document: Document, fields: list[Document]) -> Iterator[Derived]:
    """One enum with a symbol more, and one union with a branch more."""
    for field in fields:
        found = _with_symbol(field["type"])
        if found is not None:
            wider, wrap = found
            note = f"{field['name']} is {ADDED}, a symbol of the next version"
            yield "new_symbol_or_branch:symbol", _typed(document, field, wider), note, _setting(field, wrap(ADDED))
            break
    for field in fields:
        if isinstance(field["type"], list):
            branch = Branch(len(field["type"]), {"text": _TEXT})
            note = f"{field['name']} has a branch {ADDED} of the next version"
            wider = [*field["type"], _BRANCH]
            yield "new_symbol_or_branch:branch", _typed(document, field, wider), note, _setting(field, branch)
            break


def _with_symbol(schema: Any) -> tuple[Any, Callable[[str], Any]] | None:
    """The enum, or union with an enum, with a symbol more, and how its datum is made of the symbol."""
    if isinstance(schema, dict) and schema.get("type") == "enum":
        return {**schema, "symbols": [*schema["symbols"], ADDED]}, lambda symbol: symbol
    if isinstance(schema, list):
        for index, branch in enumerate(schema):
            if isinstance(branch, dict) and branch.get("type") == "enum":
                wider = [*schema[:index], {**branch, "symbols": [*branch["symbols"], ADDED]}, *schema[index + 1 :]]
                return wider, lambda symbol, index=index: Branch(index, symbol)
    return None


def _incompatible(document: Document, fields: list[Document]) -> Iterator[Derived]:
    """A field of a type that no reader takes for the old one, and a field without which no reader can do."""
    for field in fields:
        if isinstance(field["type"], str | dict) and not _defines_names(field["type"]):
            other, value = ("boolean", True) if _base(field["type"]) != "boolean" else ("string", _TEXT)
            note = f"{field['name']} is {other} in a version registered under NONE"
            without = {"name": field["name"], "type": other}
            yield "incompatible_writer:type", _swapped(document, field, without), note, _setting(field, value)
            break
    for field in fields:
        if "default" not in field and not _defines_names(field["type"]) and len(document["fields"]) > 1:
            rest = [each for each in document["fields"] if each is not field]
            note = f"{field['name']} is left out in a version registered under NONE"
            yield "incompatible_writer:missing_field", {**document, "fields": rest}, note, _without(field)
            break


def _renamed(document: Document, fields: list[Document]) -> Iterator[Derived]:
    for field in fields[-1:]:
        new = f"{field['name']}_{ADDED}"
        note = f"{field['name']} is called {new}, without an alias"
        yield "renamed:field", _swapped(document, field, {**field, "name": new}), note, _moving(field["name"], new)
    name = f"{document['name']}_{ADDED}"
    inner = [{**field, "type": _referring(field["type"], document["name"], name)} for field in document["fields"]]
    renamed = {**document, "name": name, "fields": inner}
    yield "renamed:record", renamed, f"the record is called {name}", lambda datum: datum
    if "." not in document["name"]:
        moved = {**document, "namespace": ADDED}
        yield "renamed:namespace", moved, f"the record's namespace is {ADDED}", lambda datum: datum


def _referring(schema: Any, old: str, new: str) -> Any:
    """The schema with references to another name."""
    if isinstance(schema, list):
        return [_referring(branch, old, new) for branch in schema]
    if isinstance(schema, dict):
        inner = {part: _referring(schema[part], old, new) for part in ("type", "items", "values") if part in schema}
        fields = [{**field, "type": _referring(field["type"], old, new)} for field in schema.get("fields", ())]
        return {**schema, **inner, **({"fields": fields} if "fields" in schema else {})}
    return new if schema == old else schema


def _typed(document: Document, field: Document, schema: Any) -> Document:
    return _swapped(document, field, {**field, "type": schema})


def _swapped(document: Document, field: Document, new: Document) -> Document:
    return {**document, "fields": [new if each is field else each for each in document["fields"]]}


def _setting(field: Document, value: Any) -> Callable[[Any], Any]:
    return lambda datum: {**datum, field["name"]: value}


def _moving(old: str, new: str) -> Callable[[Any], Any]:
    return lambda datum: {new if name == old else name: value for name, value in datum.items()}


def _without(field: Document) -> Callable[[Any], Any]:
    return lambda datum: {name: value for name, value in datum.items() if name != field["name"]}


def _base(schema: Any) -> Any:
    return schema.get("type") if isinstance(schema, dict) else schema


def _defines_names(schema: Any) -> bool:
    """Whether a type is named in it, which other fields may refer to."""
    if isinstance(schema, list):
        return any(map(_defines_names, schema))
    if not isinstance(schema, dict):
        return False
    return "name" in schema or any(_defines_names(schema.get(part)) for part in ("items", "values", "type"))
