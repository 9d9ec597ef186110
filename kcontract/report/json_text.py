"""JSON for people: laid out, shortened, and faithful to what stands in the bytes.

Numbers keep their spelling, repeated keys stay repeated, so that the oddity of a malformed record is still to be seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from kcontract.report.abbreviate import middle
from kcontract.report.visible import visible

_STRING = 160
"""Characters of a string."""
_ITEMS = 12
"""Entries of one array."""
_PROPERTIES = 40
"""Properties of one object: any of them may be the one that matters."""
_DEPTH = 8
_ONE_LINE = 56
"""Characters up to which an inner array or object of scalars stays on one line."""
_LARGEST = 1 << 18
"""Bytes of text that are parsed for display; longer ones are shown as they are."""


class _Literal(str):
    """A number or constant as it is spelled."""

    __slots__ = ()


class _Object(list[tuple[str, Any]]):
    """Properties in their order, repetitions included."""


def json_lines(text: str) -> tuple[str, ...] | None:
    """A JSON text laid out in lines, harmless for terminals; None if it is not JSON (or too big or deep to be read)."""
    if len(text) > _LARGEST:
        return None
    try:
        value = json.loads(
            text, object_pairs_hook=_Object, parse_int=_Literal, parse_float=_Literal, parse_constant=_Literal
        )
    except (ValueError, RecursionError):
        return None
    return tuple(_lines(value, 0))


def value_lines(value: Any) -> tuple[str, ...]:
    """A parsed JSON value laid out in lines, in the same way."""
    return tuple(_lines(value, 0))


def one_line(value: Any, limit: int = 60) -> str:
    """A parsed JSON value on one line, shortened in the middle."""
    return middle(" ".join(line.strip() for line in _lines(value, 0)), limit)


def _lines(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, _Object | dict):
        pairs = list(value.items()) if isinstance(value, dict) else value
        named = [(f"{_string(str(key))}: ", inner) for key, inner in pairs[:_PROPERTIES]]
        yield from _block("{", "}", named, len(pairs), depth)
    elif isinstance(value, list | tuple):
        yield from _block("[", "]", [("", inner) for inner in value[:_ITEMS]], len(value), depth)
    else:
        yield _scalar(value)


def _block(opened: str, closed: str, entries: Sequence[tuple[str, Any]], count: int, depth: int) -> Iterator[str]:
    """`entries` are the ones to show, of `count`."""
    if not count:
        yield opened + closed
        return
    if depth >= _DEPTH:
        yield f"{opened} … {closed}"
        return
    shown = [(label, list(_lines(inner, depth + 1))) for label, inner in entries]
    more = f"… {count - len(entries):,} more" if count > len(entries) else ""
    if all(len(lines) == 1 for _, lines in shown):
        joined = ", ".join([*(label + lines[0] for label, lines in shown), *([more] if more else [])])
        if depth and len(joined) <= _ONE_LINE:
            yield f"{opened}{joined}{closed}"
            return
    yield opened
    for place, (label, lines) in enumerate(shown):
        lines[-1] += "," if place + 1 < count else ""
        yield f"  {label}{lines[0]}"
        yield from (f"  {line}" for line in lines[1:])
    if more:
        yield f"  {more}"
    yield closed


def _scalar(value: Any) -> str:
    if isinstance(value, _Literal):
        return middle(visible(value), _STRING)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return middle(visible(str(value)), _STRING)


def _string(text: str) -> str:
    return '"' + visible(middle(json.dumps(text, ensure_ascii=False)[1:-1], _STRING)) + '"'
