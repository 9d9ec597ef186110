"""The JSON Schemas (2020-12) of the contract format and the project file, made from the shapes that also read them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from kcontract.document.format import CONTRACT, PROJECT
from kcontract.document.shape import Either, Form, Items, Json, Leaf, Shape, Table

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def contract_schema() -> dict[str, Any]:
    """The JSON Schema of a contract file."""
    schema = _document(CONTRACT, "kcontract contract, version 1")
    taken_or_own = [{"required": ["from"]}, {"required": ["topic", "message"]}]
    return {**schema, "anyOf": taken_or_own}


def project_schema() -> dict[str, Any]:
    """The JSON Schema of kcontract.yaml."""
    return _document(PROJECT, "kcontract project file, version 1")


def rendered(schema: dict[str, Any]) -> str:
    """The text that is shipped: indented, ending in a newline."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _document(form: Form, title: str) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    root = _form(form, definitions)
    return {"$schema": _DRAFT, "title": title, **root, "$defs": dict(sorted(definitions.items()))}


def _schema(shape: Shape, definitions: dict[str, Any]) -> dict[str, Any]:
    if isinstance(shape, Leaf):
        return dict(shape.schema)
    if isinstance(shape, Json):
        return {"any": {}, "list": {"type": "array"}, "mapping": {"type": "object"}}[shape.accepts]
    if isinstance(shape, Items):
        return {"type": "array", "minItems": 1, "items": _schema(shape.item, definitions)}
    if isinstance(shape, Table):
        return _table(shape, definitions)
    if isinstance(shape, Either):
        options = [option for option in (shape.scalar, shape.items, shape.mapping) if option is not None]
        return {"anyOf": [_schema(option, definitions) for option in options]}
    return _reference(shape, definitions)


def _table(shape: Table, definitions: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "additionalProperties": _schema(shape.item, definitions)}
    if not shape.may_be_empty:
        schema["minProperties"] = 1
    if shape.key is not None:
        schema["propertyNames"] = dict(shape.key.schema)
    return schema


def _reference(form: Form, definitions: dict[str, Any]) -> dict[str, Any]:
    name = re.sub(r"\W+", "-", form.name).strip("-")
    if name not in definitions:
        definitions[name] = {}  # reserves the place, should a form ever hold itself
        definitions[name] = _form(form, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _form(form: Form, definitions: dict[str, Any]) -> dict[str, Any]:
    properties = {}
    for key in form.keys:
        properties[key.name] = {"description": key.description, **_schema(key.shape, definitions)}
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    required = [key.name for key in form.keys if key.required]
    if required:
        schema["required"] = required
    if form.one_of:
        schema["oneOf"] = [{"required": [name]} for name in form.one_of]
    return schema


if __name__ == "__main__":
    for name, schema in (("contract", contract_schema()), ("project", project_schema())):
        Path(__file__).with_name(f"{name}.schema.json").write_text(rendered(schema), encoding="utf-8")
