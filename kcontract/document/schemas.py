"""Schema files and inline schemas: read once, checked, never fetched from anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Literal

import jsonschema_rs

from kcontract.document import codes
from kcontract.document.json_legal import mistakes_in
from kcontract.document.json_text import read_json
from kcontract.document.mistakes import Mistake, Notebook, Refused
from kcontract.document.tree import Tree
from kcontract.model.contract import Reference, SchemaText
from kcontract.model.location import Location
from kcontract.schema.avro.errors import AvroSchemaError
from kcontract.schema.avro.nodes import AvroSchema
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.sizes import ENDLESS, Sizes
from kcontract.schema.json.dialects import is_unsatisfiable
from kcontract.schema.json.places import offset_of

MAX_BYTES = 8 * 1024 * 1024
SchemaKind = Literal["avro", "json"]


class Library:
    """The schema files of a tree. A file used by many contracts is read and checked once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, tuple[SchemaText | None, tuple[Mistake, ...]]] = {}
        self._checked: dict[tuple[SchemaText, tuple[Reference, ...]], tuple[Mistake, ...]] = {}
        self._parsed: dict[SchemaText, Any] = {}
        self._avro: dict[tuple[SchemaText, tuple[Reference, ...]], AvroSchema] = {}

    def file(self, path: str, notebook: Notebook) -> SchemaText | None:
        """The schema in the file at `path` (from the root), not yet checked for being legal."""
        if path not in self._files:
            own = Notebook()
            self._files[path] = self._read(path, own), own.mistakes
        schema, mistakes = self._files[path]
        notebook.extend(mistakes)
        return schema

    def inline(self, value: dict[str, Any], at: Location) -> SchemaText:
        """A JSON Schema that stands in the contract itself."""
        schema = SchemaText("json", json.dumps(value, ensure_ascii=False), at)
        self._parsed[schema] = value
        return schema

    def parsed(self, schema: SchemaText) -> Any:
        """The schema as JSON data."""
        if schema not in self._parsed:
            self._parsed[schema] = json.loads(schema.text)
        return self._parsed[schema]

    def avro(self, schema: SchemaText, references: tuple[Reference, ...]) -> AvroSchema | None:
        """The Avro schema, or None for one that is not legal."""
        self.check(schema, references, Notebook())
        return self._avro.get((schema, references))

    def validator(self, schema: SchemaText, references: tuple[Reference, ...]) -> jsonschema_rs.Validator:
        """The validator of a JSON Schema that `check` found legal."""
        resources = self._resources(references)
        return jsonschema_rs.validator_for(
            self.parsed(schema), retriever=lambda uri: resources[uri.removeprefix("json-schema:///")]
        )

    def check(self, schema: SchemaText, references: tuple[Reference, ...], notebook: Notebook) -> None:
        """Note what makes the schema illegal."""
        key = schema, references
        if key not in self._checked:
            own = Notebook()
            if schema.kind == "avro":
                self._check_avro(schema, references, own)
            else:
                self._check_json(schema, references, own)
            self._checked[key] = own.mistakes
        notebook.extend(self._checked[key])

    def _read(self, path: str, notebook: Notebook) -> SchemaText | None:
        if path.endswith(".proto"):
            fix = "describe the payload by Avro (.avsc) or JSON Schema"
            notebook.add(codes.SCHEMA_INVALID, Location(path), "Protobuf is not read", fix)
            return None
        value, text = read_json(self._tree, path, codes.SCHEMA_INVALID, MAX_BYTES, notebook)
        if text is None:
            return None
        kind: SchemaKind = "avro" if path.endswith(".avsc") else "json"
        schema = SchemaText(kind, text, Location(path), path)
        self._parsed[schema] = value
        return schema

    def _check_avro(self, schema: SchemaText, references: tuple[Reference, ...], notebook: Notebook) -> None:
        try:
            parsed = parse(schema.text, {ref.name: ref.schema.text for ref in references})
        except AvroSchemaError as error:
            fix = error.fix or "correct the schema"
            notebook.add(codes.SCHEMA_INVALID, schema.at, f"not a legal Avro schema: {error.message}", fix)
            return
        self._avro[schema, references] = parsed
        if Sizes(parsed).least(parsed.root) >= ENDLESS:
            fix = "let the field that leads back to it be a union with null, or an array"
            notebook.add(codes.SCHEMA_UNSATISFIABLE, schema.at, "a record contains itself without a way out", fix)

    def _check_json(self, schema: SchemaText, references: tuple[Reference, ...], notebook: Notebook) -> None:
        value = self.parsed(schema)
        try:
            _check_json_schema(value, self._resources(references))
        except Refused as refused:
            places = (
                list(mistakes_in(value)) if refused.code is codes.SCHEMA_INVALID and isinstance(value, dict) else []
            )
            for pointer, words in places:
                message = f"not a legal JSON Schema: {words} at {pointer[:200] or 'the root'}"
                notebook.add(refused.code, _place(schema, pointer), message, refused.fix)
            if not places:
                notebook.add(refused.code, schema.at, refused.message, refused.fix)
            return
        if is_unsatisfiable(value, self._resources(references)):
            fix = "look for keywords that exclude each other"
            notebook.add(codes.SCHEMA_UNSATISFIABLE, schema.at, "no value satisfies the schema", fix)

    def _resources(self, references: Sequence[Reference]) -> dict[str, Any]:
        return {ref.name: self.parsed(ref.schema) for ref in references if ref.schema.kind == "json"}


def _place(schema: SchemaText, pointer: str) -> Location:
    """Where the value at `pointer` stands in the schema's file; of one in a contract that is where it begins."""
    if not schema.file:
        return schema.at
    data = schema.text.encode()
    before = data[: offset_of(data, pointer) or 0].decode(errors="replace")
    return Location(schema.at.file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _check_json_schema(value: Any, resources: dict[str, Any]) -> None:
    if not isinstance(value, dict | bool):
        raise Refused(codes.SCHEMA_INVALID, "a JSON Schema is an object or a boolean", "write {…}")
    if isinstance(value, dict) and value.get("type") in ("record", "enum", "fixed", "map"):
        raise Refused(codes.SCHEMA_INVALID, f"type `{value['type']}` is Avro's", "put Avro schemas into .avsc files")
    fetched: list[str] = []

    def retrieve(uri: str) -> Any:
        name = uri.removeprefix("json-schema:///")
        if name in resources:
            return resources[name]
        fetched.append(name)
        raise ValueError(name)

    reason = _why_illegal_json(value, retrieve)
    if fetched:
        fix = "put it under $defs, or name the file in message.references"
        raise Refused(codes.SCHEMA_REMOTE, f"{fetched[0][:120]} is never fetched", fix)
    if reason is not None:
        raise Refused(codes.SCHEMA_INVALID, f"not a legal JSON Schema: {reason}", "correct the schema")


def _why_illegal_json(value: Any, retrieve: Callable[[str], Any]) -> str | None:
    # never jsonschema_rs.meta.validate: it fetches an unknown `$schema` by itself
    try:
        jsonschema_rs.validator_for(value, retriever=retrieve)
    except jsonschema_rs.ValidationError as error:
        path = "".join(f"/{part}" for part in error.instance_path)
        return _first_line(error.message) + (f" at {path[:200]}" if path else "")
    except (jsonschema_rs.ReferencingError, ValueError, TypeError, RecursionError) as error:
        return _first_line(str(error))
    return None


def _first_line(text: str) -> str:
    return text.splitlines()[0][:300] if text.strip() else "not a schema"
