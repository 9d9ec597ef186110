"""Which schema texts the embedded registry takes, and what makes two of them the same schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from kcontract.errors import SchemaError
from kcontract.model.registry import RegisteredReference
from kcontract.registry.server.refusals import invalid_schema
from kcontract.registry.server.store import Content
from kcontract.schema.avro.parse import parse

_MAX_CHARACTERS = 1_000_000
_DIALECTS = (
    "http://json-schema.org/draft-04/schema",
    "http://json-schema.org/draft-06/schema",
    "http://json-schema.org/draft-07/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
)


def content(
    kind: str, text: str, references: tuple[RegisteredReference, ...], referenced: Mapping[str, str]
) -> Content:
    """A schema as it will be stored. `kind` is the API's AVRO or JSON, `referenced` the texts that it refers to, by
    the names that references give them.

    Raises RefusalError (42201) for a text that is not a schema of its kind.
    """
    if not text.strip():
        raise invalid_schema("Empty schema")
    if len(text) > _MAX_CHARACTERS:
        raise invalid_schema(f"Schema longer than {_MAX_CHARACTERS} characters")
    parsed = _parsed(text)
    if kind == "AVRO":
        _check_avro(text, referenced)
        return Content("avro", text, _compact(parsed, sort=True), references)
    if kind == "JSON":
        _check_json(parsed)
        return Content("json", text, _compact(parsed, sort=False), references)
    raise invalid_schema(f"Invalid schema type {kind}")


def _parsed(text: str) -> Any:
    try:
        text.encode()
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise invalid_schema(f"Invalid schema: not JSON ({_brief(error)})") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _compact(parsed: Any, *, sort: bool) -> str:
    return json.dumps(parsed, separators=(",", ":"), sort_keys=sort)


def _check_avro(text: str, referenced: Mapping[str, str]) -> None:
    try:
        parse(text, referenced)
    except SchemaError as error:
        raise invalid_schema(f"Invalid schema: {error.message}") from error


def _check_json(parsed: Any) -> None:
    dialect = parsed.get("$schema") if isinstance(parsed, dict) else None
    if dialect is not None and str(dialect).removesuffix("#") not in _DIALECTS:
        # the validator would ask the network for it
        raise invalid_schema(f"Invalid schema: $schema {_brief(ValueError(dialect))} is none of drafts 4 to 2020-12")
    try:
        jsonschema_rs.meta.validate(parsed)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        raise invalid_schema(f"Invalid schema: {_brief(error)}") from error


def _brief(error: BaseException) -> str:
    first = str(error).splitlines()[:1] or [type(error).__name__]
    return first[0][:200]
