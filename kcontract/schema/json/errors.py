"""Which kind of MALFORMED.md describes an error of the validator."""

from __future__ import annotations

from typing import Any

_BOUNDS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
    "minProperties", "maxProperties", "multipleOf",
)  # fmt: skip
_UNEXPECTED = (
    "additionalProperties", "unevaluatedProperties", "propertyNames", "additionalItems", "unevaluatedItems",
    "falseSchema",
)  # fmt: skip
_CODES = {
    "required": "missing_required",
    "type": "wrong_type",
    "format": "value_violation:format",
    **dict.fromkeys(_BOUNDS, "out_of_bounds"),
    **dict.fromkeys(_UNEXPECTED, "unexpected_property"),
}
_OPEN = ("BacktrackLimitExceeded", "RegexEngineFailure")
_MAX_NESTED = 8


def code_of(error: Any) -> tuple[str, bool]:
    """The kind's code, and whether the error is soft (the validator itself gave up)."""
    kind = error.kind
    keyword = kind.name
    if keyword == "type" and not error.instance_path:
        return "wrong_root", False
    if keyword in _CODES:
        return _CODES[keyword], False
    if type(kind).__name__ in _OPEN:
        return "pathological_strings", True
    return "value_violation", False


def most_telling(error: Any) -> Any:
    """Of an anyOf or oneOf, the first error of the only branch that takes the value's type; else the error itself."""
    for _ in range(_MAX_NESTED):
        kind = error.kind
        if kind.name not in ("anyOf", "oneOf") or not (context := getattr(kind, "context", None)):
            return error
        here = error.instance_path
        mine = [branch for branch in context if branch and not _wrong_type(branch, here)]
        if not mine:
            return next((each for branch in context for each in branch if each.kind.name == "type"), error)
        if len(mine) != 1:
            return error
        error = mine[0][0]
    return error


def _wrong_type(branch: list[Any], path: Any) -> bool:
    return any(each.kind.name == "type" and each.instance_path == path for each in branch)
