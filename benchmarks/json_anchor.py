"""What schemathesis generates for a schema; imported in its own environment only (`benchmarks.json_suite`)."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
from hypothesis.strategies import SearchStrategy
from schemathesis.generation.jsonschema import builder  # internal: hence the pinned version
from schemathesis.specs.openapi.formats import get_default_format_strategies

FORMATS = get_default_format_strategies()


def build(schema: Any, draft: int, known: dict[str, Any]) -> SearchStrategy[Any] | None:
    """Its strategy, None for a schema that it calls unsatisfiable. What a schema refers to is bundled into it first, as
    schemathesis does for the documents that it reads itself."""
    if isinstance(schema, dict) and "localhost:1234" in repr(schema):
        schema = jsonschema_rs.bundle(schema, retriever=lambda uri: known[uri.partition("#")[0]])
    made: SearchStrategy[Any] = builder.build(schema, draft=draft, formats=FORMATS)
    return None if made is builder.EMPTY_STRATEGY else made
