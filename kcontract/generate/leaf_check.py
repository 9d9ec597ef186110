"""Whether a scalar is what its own keywords in a JSON Schema allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from kcontract.generate.json_schema import Plain

_LEAF_WORDS = ("type", "minLength", "maxLength", "pattern", "format", "enum", "const", "not", "minimum", "maximum",
               "exclusiveMinimum", "exclusiveMaximum", "multipleOf")  # fmt: skip


def leaf_check(plain: Plain) -> Callable[[Any], bool]:
    """A validator of a scalar's own keywords."""
    words = {key: plain[key] for key in _LEAF_WORDS if key in plain}
    try:
        return jsonschema_rs.validator_for(words, validate_formats=True).is_valid
    except ValueError:  # a pattern that this engine cannot compile, or a part that points elsewhere
        return lambda _: True
