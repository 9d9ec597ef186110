"""Where in the bytes of a document the value stands that a pointer names."""

from __future__ import annotations

import json
import re
from json.scanner import make_scanner
from typing import Any

_BOM = b"\xef\xbb\xbf"
_BLANK = re.compile(r"[ \t\n\r]*")
_NUMBERS_AS_TEXT: Any = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
_value = make_scanner(_NUMBERS_AS_TEXT)
"""Reads a value, without converting numbers: what is read is thrown away."""
_NO_BLANK = frozenset('{["-0123456789tfn]},:')


def offset_of(data: bytes, path: str, *, exists: bool = False) -> int | None:
    """The byte offset of the value at `path` in a JSON document; of what is around it, where the document has no such
    value. Of a key that stands twice the last counts. None where the document cannot be read. `exists`: it is known to
    have one, which makes it easier to find."""
    marked = len(_BOM) if data.startswith(_BOM) else 0
    try:
        text = (data[marked:] if marked else data).decode()
        pos = _plainly(text, path, exists=exists) if path else _blank(text, 0)
        if pos is None:
            pos = _find(text, [_unescaped(token) for token in path.split("/")[1:]])
    except (ValueError, IndexError, StopIteration, RecursionError):
        return None
    return marked + (pos if text.isascii() else len(text[:pos].encode()))


def _plainly(text: str, path: str, *, exists: bool) -> int | None:
    """The place of a member whose name no other string in the document says, where it exists, or is one of the
    outermost object with none but scalars before it; None where that has to be looked at more closely."""
    name = path[path.rfind("/") + 1 :]
    if not name.isidentifier() or "\\" in text or text.count(quoted := f'"{name}"') != 1:
        return None
    at = text.find(quoted)
    if not exists and (path[1:] != name or text[:1] != "{" or text.find("{", 1, at) >= 0 or text.find("[", 1, at) >= 0):
        return None
    colon = _blank(text, at + len(quoted))
    return _blank(text, colon + 1) if text[colon] == ":" else None


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _find(text: str, steps: list[str]) -> int:
    pos = _blank(text, 0)
    for step in steps:
        opened = text[pos]
        inner = _member(text, pos, step) if opened == "{" else _item(text, pos, step) if opened == "[" else None
        if inner is None:
            break
        pos = inner
    return pos


def _member(text: str, pos: int, wanted: str) -> int | None:
    """Where the last value of that name in the object at `pos` starts."""
    found = None
    pos = _blank(text, pos + 1)
    while text[pos] != "}":
        name, pos = _value(text, pos)
        pos = _blank(text, _blank(text, pos) + 1)  # over the colon
        if name == wanted:
            found = pos
        pos = _next(text, pos)
    return found


def _item(text: str, pos: int, wanted: str) -> int | None:
    """Where the item of that index in the array at `pos` starts."""
    pos, index = _blank(text, pos + 1), 0
    while text[pos] != "]":
        if str(index) == wanted:
            return pos
        pos, index = _next(text, pos), index + 1
    return None


def _next(text: str, pos: int) -> int:
    """Over a value, and the comma behind it."""
    _, pos = _value(text, pos)
    pos = _blank(text, pos)
    return _blank(text, pos + 1) if text[pos] == "," else pos


def _blank(text: str, pos: int) -> int:
    if text[pos : pos + 1] in _NO_BLANK:
        return pos
    found = _BLANK.match(text, pos)
    return found.end() if found else pos
