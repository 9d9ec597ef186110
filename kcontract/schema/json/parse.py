"""JSON bytes → values, as RFC 8259 has it: nothing more is taken, and nothing crashes or hangs whatever the bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, cast

from kcontract.model.case import Layer
from kcontract.model.value import Value
from kcontract.schema.json.numbers import Literal, beyond_int64, parse_float, parse_int
from kcontract.schema.json.syntax import check_deep_syntax
from kcontract.schema.json.text import (
    ALWAYS_FITS,
    BOM,
    check_budget,
    constant_offset,
    depth,
    no_utf8,
    to_text,
    unmarked_utf16,
)
from kcontract.schema.problem import DecodeError, Problems

MAX_DEPTH = 64
"""Levels of nesting up to which a legal document must be read; deeper ones are `depth_bomb_json`, which is *either*.
Parsers that limit themselves do so at 64 (.NET) to 1,000 levels (Jackson)."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")
_BLANK = re.compile(r"[ \t\n\r]*")
_NO_VALUE = "Expecting value"


class Parsed(Value, frozen=True, gc=True):
    """What the lenient parser made of some bytes. `fatal`: there is no value, for the last problem's reason.

    `numbers` says whether a literal stands in it whose way of writing may matter (`2.0`, 2^64, `1e400`), `size` is how
    many bytes the document has, as far as it is known.
    """

    value: Any
    problems: tuple[DecodeError, ...] = ()
    fatal: bool = False
    numbers: bool = False
    size: int = 0


def parse_json(data: bytes, *, strict: bool) -> Any:
    """The value in `data`. Raises DecodeError with the kind that describes what is wrong."""
    parsed = scan_json(data)
    refused = parsed.problems if strict else parsed.problems[-1:] if parsed.fatal else ()
    if refused:
        raise refused[0]
    return parsed.value


def scan_json(data: bytes, *, first_keys: bool = False) -> Parsed:
    """Everything that is wrong with `data` as JSON text. Raises nothing. Of a key that stands twice the last counts,
    with `first_keys` the first."""
    return (None if first_keys else _ordinary(data)) or _scan(data, first_keys=first_keys)


def _ordinary(data: bytes) -> Parsed | None:
    """A document with nothing remarkable about it, as most are, or with nothing else than one mistake of syntax."""
    if len(data) > ALWAYS_FITS or data.startswith(BOM):
        return None
    try:
        text = data.decode()
        if text.count("[") + text.count("{") > MAX_DEPTH or ("\\" in text and _SURROGATE.search(text)):
            return None
        return Parsed(_whole(_scan_once, text), size=len(data))
    except UnicodeDecodeError as error:
        wrong = no_utf8(data, error)
    except json.JSONDecodeError as error:
        wrong = _misspelt(text, error.msg, error.pos)
    except StopIteration as stopped:
        wrong = _misspelt(text, _NO_VALUE, stopped.value)
    except ValueError:  # something that one of the hooks below knows
        return None
    return Parsed(None, (wrong,), fatal=True)


def _misspelt(text: str, words: str, place: int) -> DecodeError:
    return unmarked_utf16() if "\0" in text[:4] else _syntax_error(text, words, place)


def _whole(scan_once: Any, text: str) -> Any:
    """The one value in a text, as `json.loads` reads it; StopIteration says where a value should have begun."""
    value, end = scan_once(text, 0 if text[:1] > " " else _blank(text, 0))
    if end != len(text) and (end := _blank(text, end)) != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value


def _blank(text: str, pos: int) -> int:
    """Over blanks."""
    found = _BLANK.match(text, pos)
    return found.end() if found else pos


def _scan(data: bytes, *, first_keys: bool) -> Parsed:
    problems = Problems()
    try:
        check_budget(data)
        text = to_text(data, problems)
        hooks = _Hooks(problems, text, first_keys=first_keys)
        value = _parse(text, hooks)
        if _SURROGATE.search(text):
            value = _mend_surrogates(value, problems)
    except DecodeError as error:
        return Parsed(None, (*problems.seen.values(), error.settled()), fatal=True)
    return Parsed(value, tuple(problems.seen.values()), numbers=hooks.numbers, size=len(data))


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError
    return result


def _int64(text: str) -> int:
    if len(text) < _MAY_BE_BEYOND:
        return int(text)
    if len(text) > _LONGEST_INT64 or beyond_int64(value := int(text)):
        raise ValueError
    return value


def _fraction(text: str) -> float:
    value = parse_float(text)
    if isinstance(value, Literal):
        raise ValueError
    return value


def _refuse(_text: str) -> Any:
    raise ValueError


_LONGEST_INT64, _MAY_BE_BEYOND = len(str(-(2**63))), len(str(2**63))
_QUICK = json.JSONDecoder(object_pairs_hook=_single, parse_int=_int64, parse_float=_fraction, parse_constant=_refuse)
_scan_once: Any = cast("Any", _QUICK).scan_once


def _parse(text: str, hooks: _Hooks) -> Any:
    if (text.count("[") + text.count("{")) > MAX_DEPTH and (levels := depth(text)) > MAX_DEPTH:
        check_deep_syntax(text)
        reason = f"nested {levels} levels deep"
        raise DecodeError(Layer.RESOURCES, "depth_bomb_json", reason, soft=True)
    if text.startswith("\ufeff"):
        raise _syntax_error(text, "Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
    reader: Any = json.JSONDecoder(
        object_pairs_hook=hooks.pairs,
        parse_constant=hooks.constant,
        parse_int=hooks.integer,
        parse_float=hooks.floating,
    )
    try:
        return _whole(reader.scan_once, text)
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error.msg, error.pos) from None
    except StopIteration as stopped:
        raise _syntax_error(text, _NO_VALUE, stopped.value) from None


def _syntax_error(text: str, words: str, place: int) -> DecodeError:
    at = place if text.isascii() else len(text[:place].encode("utf-8", "surrogatepass"))
    if not text:
        return DecodeError(Layer.DECODE, "empty_value", "no bytes", offset=0)
    code = "json_unicode:control" if words.startswith("Invalid control character") else "json_syntax"
    words = words.removesuffix(" at").removesuffix(" starting")  # the place is told beside them
    return DecodeError(Layer.DECODE, code, words, offset=at)


def _most_frequent(pairs: list[tuple[str, Any]]) -> str:
    """The key that stands there most often, of several the first."""
    times: dict[str, int] = {}
    for key, _ in pairs:
        times[key] = times.get(key, 0) + 1
    return max(times, key=times.__getitem__)


class _Hooks:
    def __init__(self, problems: Problems, text: str, *, first_keys: bool) -> None:
        self.problems = problems
        self.text = text
        self.first_keys = first_keys
        self.numbers = False

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            reason = f"key {_most_frequent(pairs)[:60]!r} stands twice"
            self.problems.note(DecodeError(Layer.CONSTRAINTS, "duplicate_keys", reason, soft=True))
            return dict(reversed(pairs)) if self.first_keys else result
        return result

    def constant(self, text: str) -> Any:
        at = constant_offset(self.text)
        raise DecodeError(Layer.DECODE, "json_nonstandard:non_finite", f"{text} is not JSON", offset=at)

    def integer(self, text: str) -> int:
        value = parse_int(text)
        self.numbers = self.numbers or beyond_int64(value)
        return value

    def floating(self, text: str) -> float:
        value = parse_float(text)
        self.numbers = self.numbers or isinstance(value, Literal)
        return value


def _mend_surrogates(value: Any, problems: Problems) -> Any:
    """Lone surrogate escapes are legal JSON that no UTF-8 text can hold: noted, and replaced by U+FFFD."""

    def mend(text: str) -> str:
        mended = _LONE.sub("\ufffd", text)
        if mended != text:
            reason = "an escaped surrogate without its other half"
            problems.note(DecodeError(Layer.CONSTRAINTS, "json_unicode:lone_surrogate", reason, soft=True))
        return mended

    return map_texts(value, mend)


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of a parsed document with all its strings and keys changed."""
    match value:
        case str():
            return change(value)
        case list():
            return [map_texts(item, change) for item in value]
        case dict():
            return {change(key): map_texts(item, change) for key, item in value.items()}
    return value
