"""The drafts of JSON Schema, and what jsonschema_rs makes of a schema in one of them: a validator, a canonical form.

The one module that speaks to the library's canonical views' entry point; they are young, and pinned narrowly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import prod
from typing import Any, Literal

import jsonschema_rs
from jsonschema_rs.canonical import CanonicalizationError, Satisfiability

from kcontract.errors import SchemaError
from kcontract.schema.json.formats import STRICT

Draft = Literal["4", "6", "7", "2019-09", "2020-12"]
DRAFTS: tuple[Draft, ...] = ("4", "6", "7", "2019-09", "2020-12")
_NUMBERS: dict[Draft, int] = {
    "4": jsonschema_rs.Draft4, "6": jsonschema_rs.Draft6, "7": jsonschema_rs.Draft7,
    "2019-09": jsonschema_rs.Draft201909, "2020-12": jsonschema_rs.Draft202012,
}  # fmt: skip
_VALIDATORS: dict[Draft, Any] = {
    "4": jsonschema_rs.Draft4Validator, "6": jsonschema_rs.Draft6Validator, "7": jsonschema_rs.Draft7Validator,
    "2019-09": jsonschema_rs.Draft201909Validator, "2020-12": jsonschema_rs.Draft202012Validator,
}  # fmt: skip
_URIS = tuple((f"draft-0{draft}" if len(draft) == 1 else draft, draft) for draft in DRAFTS)
_MOST_ALTERNATIVES = 500
_ERRORS = (ValueError, jsonschema_rs.ReferencingError, CanonicalizationError)


def draft_of(schema: Any) -> Draft:
    """The draft that `$schema` names; 2020-12 if it names none that is known."""
    named = schema.get("$schema", "") if isinstance(schema, dict) else ""
    return next((draft for part, draft in _URIS if isinstance(named, str) and part in named), "2020-12")


class Dialect:
    """One draft, with the documents that `$ref` may name: URI or name → document. Nothing is ever fetched."""

    def __init__(self, draft: Draft, references: Mapping[str, Any]) -> None:
        """SchemaError for a reference that is no schema."""
        self.draft = draft
        self._documents = dict(references)
        for name in references:
            self._documents.setdefault(f"json-schema:///{name}", references[name])

    def _found(self, uri: str) -> Any:
        """Called by the library, which takes any exception for a document that is not there."""
        return self._documents[uri.partition("#")[0]]

    def validator(self, schema: Any) -> Callable[[Any], bool]:
        """Whether a value is valid, formats strictly included. SchemaError if the schema is none."""
        options = {"formats": STRICT, "validate_formats": True, "retriever": self._found}
        try:
            made = _VALIDATORS[self.draft](schema, **options)
        except _ERRORS as error:
            raise _refused(error) from error
        check: Callable[[Any], bool] = made.is_valid
        return check

    def canonical(self, schema: Any) -> jsonschema_rs.CanonicalSchema:
        """The schema with references kept by name, `allOf` merged, choices spelt out. SchemaError if it is none."""
        try:
            return jsonschema_rs.canonicalize(
                schema, draft=_NUMBERS[self.draft], validate_formats=True, retriever=self._found
            )
        except _ERRORS as error:
            raise _refused(error) from error


def _refused(error: Exception) -> SchemaError:
    message = str(error).partition("\n")[0][:300]
    return SchemaError("JSON_SCHEMA_INVALID", f"not a JSON Schema: {message}", "correct the schema")


def is_unsatisfiable(schema: Any, references: Mapping[str, Any]) -> bool:
    """Whether it is certain that no value satisfies a legal schema; what cannot be told (soon) may have one."""
    if is_manifold(schema):
        return False
    try:
        return Dialect(draft_of(schema), references).canonical(schema).satisfiability() == Satisfiability.NO
    except SchemaError:
        return False


def is_manifold(schema: Any) -> bool:
    """Whether there is so much to choose from that a canonical form takes minutes and gigabytes."""
    return _alternatives(schema) > _MOST_ALTERNATIVES


def _alternatives(schema: Any) -> int:
    """How many ways there are at most to choose at one place of a schema: the canonical form writes them out."""
    if isinstance(schema, list):
        return max(map(_alternatives, schema), default=1)
    if not isinstance(schema, dict):
        return 1
    here = prod(sum(map(_alternatives, schema[word])) for word in ("anyOf", "oneOf") if _is_list(schema.get(word)))
    if _is_list(schema.get("allOf")):
        here *= prod(map(_alternatives, schema["allOf"]))
    others = (value for word, value in schema.items() if word not in ("anyOf", "oneOf", "allOf"))
    return max(here * (2 if "if" in schema else 1), *map(_alternatives, others), 1)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def json_equal_key(value: Any) -> Any:
    """Something hashable that is equal for values that JSON Schema calls equal: 1 and 1.0 are, 1 and true are not."""
    match value:
        case bool() | None:
            return json.dumps(value)
        case dict():
            return frozenset((name, json_equal_key(inner)) for name, inner in value.items())
        case list():
            return tuple(map(json_equal_key, value))
        case str():
            return "s", value
    return value
