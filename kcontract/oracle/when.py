"""`when`: which inputs have an effect."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kcontract.model.contract import SchemaText
from kcontract.oracle.reading import MISSING
from kcontract.schema.json.validate import JsonSchema


def applies(when: SchemaText, payload: Any) -> bool:
    """Whether a payload, in its JSON form, meets the condition; a tombstone's counts as null. Raises SchemaError if
    the condition is no JSON Schema."""
    return _compiled(when.text).accepts(None if payload is MISSING else payload)


@lru_cache(maxsize=256)
def _compiled(text: str) -> JsonSchema:
    return JsonSchema(text)
