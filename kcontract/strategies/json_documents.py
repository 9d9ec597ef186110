"""`json_schema`: the values of a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, find, reject, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument, NoSuchExample, Unsatisfiable
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema_rs.canonical import Satisfiability

from kcontract.errors import SchemaError, UsageError
from kcontract.generate.json_schema import JsonSchemaView
from kcontract.generate.json_values import JsonValues
from kcontract.schema.json.dialects import Dialect, Draft, draft_of, is_manifold
from kcontract.strategies.json_nodes import Nodes
from kcontract.strategies.large import DRAWN, TooLargeError, made_whole

Json = Any
"""A JSON value as Python's json module reads it."""
_TRIES = 5
_PROBE = settings(
    max_examples=200, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def json_schema(
    schema: Mapping[str, Any] | bool | str | PathLike[str],
    *,
    draft: Draft | None = None,
    references: Mapping[str, Any] | None = None,
) -> SearchStrategy[Json]:
    """Valid values of a JSON Schema, drafts 4 to 2020-12. Formats are always obeyed.

    `schema`: the schema, its text, or the path of its file. `draft`: by default what `$schema` says, else 2020-12.
    `references`: what `$ref` may name besides, URI or name → schema; nothing is ever fetched.

    No value is ever invalid: a validator sees each. Values shrink to `null`, 0, the empty string, objects without what
    is optional. Integers stay within int64, and properties that nothing declares are left out, unless the schema says
    otherwise. Values of hundreds of parts and more are made whole, and hardly shrink.

    Raises SchemaError for what is no schema, UsageError GENERATE_UNSATISFIABLE for one that nothing satisfies,
    GENERATE_TOO_LARGE for one of which no value is small enough, and GENERATE_NO_VALUE for one of which none was found.
    """
    document = document_of(schema)
    dialect = Dialect(draft or draft_of(document), references or {})
    valid = dialect.validator(document)
    canonical = None if is_manifold(document) else dialect.canonical(document)
    if canonical is not None and canonical.satisfiability() == Satisfiability.NO:
        raise _unsatisfiable()
    view = JsonSchemaView(document, references, dialect.draft)
    values = JsonValues(view, valid)
    large: TooLargeError | None = None
    try:
        whole = made_whole(values, DRAWN if canonical else 0)
    except TooLargeError as error:
        if error.exceeded:
            raise
        whole, large = None, error  # but Hypothesis may repeat what it has drawn
    if whole is not None:
        return whole
    if canonical is None:
        raise large or _none_found()
    nodes = Nodes(canonical, dialect, view)
    inner = nodes.root()
    if inner.is_empty:
        raise large or (_none_found() if nodes.gave_up else _unsatisfiable())
    return _some(_checked(inner, valid), values, large)


def document_of(schema: Any) -> Any:
    """The document of a schema given as such, as its text, or by the path of its file."""
    if isinstance(schema, Mapping | bool | list):
        return schema
    try:
        return json.loads(schema if isinstance(schema, str) else Path(schema).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise SchemaError("JSON_SCHEMA_NOT_JSON", f"the schema is not JSON: {reason}", "write it as JSON") from error


def _checked(inner: SearchStrategy[Json], valid: Callable[[Any], bool]) -> SearchStrategy[Json]:
    @st.composite
    def made(draw: DrawFn) -> Json:
        for _ in range(_TRIES):
            value = draw(inner)
            if valid(value):
                return value
        return reject()

    return made()


def _some(strategy: SearchStrategy[Json], values: JsonValues, large: TooLargeError | None) -> SearchStrategy[Json]:
    """The strategy, if any value comes out of it: told here, not by a test that seems to assume too much. Else
    kcontract's own generator, which goes deeper. `large`: why none is to be expected of that."""
    try:
        find(strategy, lambda _: True, settings=settings(_PROBE, max_examples=5) if large else _PROBE)
    except (NoSuchExample, Unsatisfiable, InvalidArgument) as error:
        whole = None if large else made_whole(values, 0)
        if whole is not None:
            return whole
        raise large or _none_found() from error
    return strategy


def _unsatisfiable() -> UsageError:
    return UsageError("GENERATE_UNSATISFIABLE", "no value satisfies the schema", "look for keywords that conflict")


def _none_found() -> UsageError:
    return UsageError(
        "GENERATE_NO_VALUE",
        "no value was found that satisfies the schema",
        "write it more directly: patterns with look-around and `not` over many keywords are hard to aim at",
    )
