"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

import re

from kcontract.document import codes
from kcontract.document.mistakes import Refused

_BAD_ESCAPE = re.compile(r"~(?![01])")


def check_pointer(text: str) -> str:
    """`text`, if it is a pointer; raises Refused else."""
    if text and not text.startswith("/"):
        raise Refused(codes.POINTER_INVALID, f"`{text[:80]}` does not start with `/`", f"write /{text[:80]}")
    if _BAD_ESCAPE.search(text):
        raise Refused(codes.POINTER_INVALID, f"`{text[:80]}` has a stray `~`", "write `~0` for a `~` in a name")
    return text


def split_pointer(pointer: str) -> tuple[str, ...]:
    """The reference tokens of a pointer, unescaped: `/a~1b/0` is `a/b`, `0`."""
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def join_pointer(*tokens: str) -> str:
    """The pointer made of these tokens."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)
