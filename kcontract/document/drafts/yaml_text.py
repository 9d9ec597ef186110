"""Texts in YAML: plain where every version of YAML reads them as what they are, else in double quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

_PLAIN = re.compile(r"-?[A-Za-z_$/][A-Za-z0-9_./$#~-]*", re.ASCII)
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"})


def scalar(text: str) -> str:
    """`text` as a YAML scalar, for block and flow style."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return flow(text)


def flow(value: Any) -> str:
    """A JSON value in flow style, on one line."""
    return "".join(map(_visible, json.dumps(value, ensure_ascii=False)))


def sequence(texts: Iterable[str]) -> str:
    """A list of texts in flow style."""
    return f"[{', '.join(map(scalar, texts))}]"


def _visible(char: str) -> str:
    """A character as it may stand in double quotes."""
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def comment(text: str, indent: int = 0) -> str:
    """A line of comment: whatever is in `text`, it stays one line."""
    return f"{' ' * indent}# {''.join(map(_visible, text))}\n"
