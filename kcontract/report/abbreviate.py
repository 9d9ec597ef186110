"""Big values shortened in the middle, with what was left out."""

from __future__ import annotations

from collections.abc import Sequence

_TAIL_SHARE = 3
"""The end gets one third: what identifies a value mostly stands at its beginning."""


def middle(text: str, limit: int) -> str:
    """`aaa …(1,048,000 more)… aaa`: at most about `limit` characters of the text, unchanged if it fits."""
    if len(text) <= limit:
        return text
    tail = max(limit // _TAIL_SHARE, 1)
    head = max(limit - tail, 1)
    return f"{text[:head]} …({len(text) - head - tail:,} more)… {text[-tail:]}"


def ends(lines: Sequence[str], limit: int) -> tuple[str, ...]:
    """The first and last lines, at most `limit` and one in between that says how many are missing."""
    if len(lines) <= limit:
        return tuple(lines)
    tail = limit // _TAIL_SHARE
    head = limit - tail
    return (*lines[:head], f"… {len(lines) - head - tail:,} lines …", *lines[len(lines) - tail :])


def size(data: bytes | None) -> str:
    """`null`, `1 byte`, `1,048,576 bytes`."""
    if data is None:
        return "null"
    return "1 byte" if len(data) == 1 else f"{len(data):,} bytes"


def plural(count: int, word: str, words: str = "") -> str:
    """`1 case`, `2,000 cases`."""
    return f"{count:,} {word if count == 1 else words or word + 's'}"
