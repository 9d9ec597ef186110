"""Expressions such as `$message.payload#/id` (FORMAT.md)."""

from __future__ import annotations

import re
from typing import get_args

from kcontract.document import codes
from kcontract.document.mistakes import Refused, did_you_mean
from kcontract.document.pointers import check_pointer
from kcontract.model.contract import Expression, Root

ROOTS: tuple[str, ...] = get_args(Root)
MESSAGE_ROOTS = tuple(root for root in ROOTS if root.startswith("message."))
_NAMED = ("message.header", "request.path")
_WHOLE = ("response.status",)
_EXPRESSION = re.compile(r"\$(?P<root>[a-zA-Z.]+)(?:#(?P<pointer>.*))?", re.DOTALL)
_EXAMPLE = "write, for example, $message.payload#/id"


def parse_expression(text: str, roots: tuple[str, ...] = ROOTS) -> Expression:
    """The expression that `text` is. Raises Refused for another text, and for a root that is not in `roots`."""
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        raise Refused(codes.EXPRESSION_INVALID, f"`{text[:80]}` is not an expression", _EXAMPLE)
    root, pointer = match["root"], match["pointer"]
    if root not in ROOTS:
        fix = did_you_mean(f"${root}", tuple(f"${known}" for known in ROOTS))
        raise Refused(codes.EXPRESSION_INVALID, f"`${root[:80]}` is unknown", fix)
    if root not in roots:
        raise Refused(codes.EXPRESSION_PLACE, f"`${root}` does not exist here", f"use {', '.join(roots)}")
    return Expression(root, _pointer_of(root, pointer))  # type: ignore[arg-type]  # one of ROOTS


def _pointer_of(root: str, pointer: str | None) -> str:
    if root in _WHOLE and pointer:
        raise Refused(codes.EXPRESSION_INVALID, f"`${root}` takes no pointer", f"write ${root}")
    if root in _NAMED:
        if pointer is None or not pointer.startswith("/") or len(pointer) < 2:
            raise Refused(codes.EXPRESSION_INVALID, f"`${root}` needs a name", f"write ${root}#/name")
        return pointer[1:]
    return check_pointer(pointer or "")
