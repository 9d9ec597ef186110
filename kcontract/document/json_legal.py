"""What is not legal in a JSON Schema: every mistake, each with the pointer to its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from kcontract.schema.json.dialects import draft_of

_META = {
    "4": "http://json-schema.org/draft-04/schema", "6": "http://json-schema.org/draft-06/schema",
    "7": "http://json-schema.org/draft-07/schema", "2019-09": "https://json-schema.org/draft/2019-09/schema",
    "2020-12": "https://json-schema.org/draft/2020-12/schema",
}  # fmt: skip
_TYPES = "array, boolean, integer, null, number, object or string"
_MOST = 20


def mistakes_in(schema: Any) -> Iterator[tuple[str, str]]:
    """Pointer and words for each place that the draft's own schema refuses, at most 20; nothing for others, such as a
    reference that leads nowhere. Nothing is fetched: the library knows the schemas of the drafts."""
    validator = jsonschema_rs.validator_for({"$ref": _META[draft_of(schema)]}, validate_formats=True)
    seen = set()
    for error in validator.iter_errors(schema):
        pointer = "".join(f"/{_escaped(str(part))}" for part in error.instance_path)
        if pointer not in seen:
            seen.add(pointer)
            yield pointer, _words(error, pointer)
        if len(seen) == _MOST:
            return


def _words(error: Any, pointer: str) -> str:
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        what = f"a type ({_TYPES}), or a list of them" if pointer.endswith("/type") else "what may stand here"
        return f"{str(error.instance)[:60]!r} is not {what}"
    return error.message.splitlines()[0][:300] if error.message.strip() else "not a schema"


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
