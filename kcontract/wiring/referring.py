"""What the schemas of a first contract refer to: schema files that were named, or what the registry says."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from kcontract.document.drafts.draft import Referred
from kcontract.document.paths import find_root
from kcontract.errors import SchemaError, UsageError
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.registry.client import RegistryClient
from kcontract.schema.avro.names import Names

_MOST = 200


def read_schema(file: Path) -> tuple[str, str]:
    """A schema file's path from the root of its project, and its text. Raises UsageError SCHEMA_MISSING,
    SCHEMA_OUTSIDE."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise UsageError("SCHEMA_MISSING", f"{file} cannot be read: {error}", "name a file in UTF-8") from error
    root = find_root(Path.cwd())
    path = Path(os.path.relpath(file.absolute(), root)).as_posix()
    if path.startswith("../"):
        fix = "copy it there: contracts name files"
        raise UsageError("SCHEMA_OUTSIDE", f"{file} is not in the project {root}", fix)
    return path, text


def referred_of(files: Iterable[Path]) -> tuple[Referred, ...]:
    """The schemas in files, by the names that others use: an Avro type's own, a JSON Schema's `$id`, else that of its
    file. The subject is taken to be the same. Raises UsageError as `read_schema` does, and SchemaError."""
    found = []
    for file in files:
        path, text = read_schema(file)
        name = _name_in(path, text)
        found.append(Referred(name, name, path, text))
    return tuple(found)


def _name_in(path: str, text: str) -> str:
    try:
        schema = json.loads(text)
        if path.endswith(".avsc"):
            return Names.of(schema if isinstance(schema, dict) else {}, "", "").full
    except (ValueError, RecursionError) as error:
        raise SchemaError("SCHEMA_NOT_JSON", f"{path} is not JSON: {error}", "write it as JSON") from error
    except SchemaError as error:
        raise SchemaError(error.code, f"{path}: {error.message}", error.fix) from error
    name = schema.get("$id") if isinstance(schema, dict) else None
    return name if isinstance(name, str) else Path(path).name


def reached(text: str, given: Sequence[Referred]) -> tuple[Referred, ...]:
    """Those of `given` that a JSON Schema names, or one that it names."""
    texts, found = [text], dict.fromkeys(given, False)
    while texts:
        current = texts.pop()
        for one in given:
            if not found[one] and one.name in current:
                found[one] = True
                texts.append(one.text)
    return tuple(one for one in given if found[one])


class References:
    """What entries of a registry refer to, asked for once each."""

    def __init__(self, client: RegistryClient) -> None:
        self._client = client
        self._known: dict[tuple[str, int], RegisteredSchema] = {}

    @property
    def entries(self) -> tuple[RegisteredSchema, ...]:
        """All that were asked for."""
        return tuple(self._known.values())

    def of(self, entry: RegisteredSchema) -> tuple[Referred, ...]:
        """What an entry refers to, directly or not, with the files they are to be written to. Raises RegistryError, and
        UsageError INIT_SCHEMA for more than 200."""
        found: dict[str, Referred] = {}
        queue = list(entry.references)
        while queue:
            reference = queue.pop(0)
            if reference.name not in found:
                target = self._entry(reference)
                path = f"schemas/{file_part(reference.name, target.kind)}"
                found[reference.name] = Referred(reference.name, reference.subject, path, target.text)
                queue += target.references
        return tuple(found.values())

    def _entry(self, reference: RegisteredReference) -> RegisteredSchema:
        place = (reference.subject, reference.version)
        if place not in self._known:
            if len(self._known) == _MOST:
                fix = "write the contract by hand"
                raise UsageError("INIT_SCHEMA", f"the schemas refer to more than {_MOST} others", fix)
            self._known[place] = self._client.version(*place)
        return self._known[place]


def file_part(name: str, kind: str) -> str:
    """The name of a schema's file, with the ending of its kind."""
    ending = ".avsc" if kind == "avro" else ".json"
    return f"{legal_part(name.rpartition('/')[2] or name).removesuffix(ending)}{ending}"


def legal_part(name: str) -> str:
    """A name without what a file's name should not have."""
    return "".join(char if char.isalnum() or char in "._-" else "_" for char in name)
