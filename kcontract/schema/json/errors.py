"""Which kind of MALFORMED.md describes an error of the validator."""

from __future__ import annotations

from typing import Any

_BOUNDS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
    "minProperties", "maxProperties", "multipleOf",
)  # fmt: skip
_UNEXPECTED = ("additionalProperties", "unevaluatedProperties", "propertyNames", "additionalItems", "unevaluatedItems")
_OPEN = ("backtrackLimitExceeded", "regexEngineFailure", "BacktrackLimitExceeded", "RegexEngineFailure")
_MAX_NESTED = 8


def code_of(error: Any) -> tuple[str, bool]:
    """The kind's code, and whether the error is soft (the validator itself gave up)."""
    keyword = error.kind.name
    if type(error.kind).__name__ in _OPEN:
        return "pathological_strings", True
    if keyword == "required":
        return "missing_required", False
    if keyword == "type":
        return ("wrong_type" if error.instance_path else "wrong_root"), False
    if keyword in _BOUNDS:
        return "out_of_bounds", False
    if keyword in _UNEXPECTED or keyword == "falseSchema":
        return "unexpected_property", False
    if keyword == "format":
        return "value_violation:format", False
    return "value_violation", False


def most_telling(error: Any) -> Any:
    """Of an anyOf or oneOf, the first error of the only branch that takes the value's type; else the error itself."""
    for _ in range(_MAX_NESTED):
        context = getattr(error.kind, "context", None)
        if error.kind.name not in ("anyOf", "oneOf") or not context:
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
