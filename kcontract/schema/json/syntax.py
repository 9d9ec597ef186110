"""Whether a deeply nested text is JSON at all: without recursion, so at any depth."""

from __future__ import annotations

import re
from functools import lru_cache

from kcontract.model.case import Layer
from kcontract.schema.problem import DecodeError

_TOKEN = re.compile(
    r"""[ \t\n\r]*+(?:
        (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<comma>,) | (?P<colon>:)
      | (?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")
      | (?P<scalar>true|false|null|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)
    )""",
    re.VERBOSE,
)
_BLANK = re.compile(r"[ \t\n\r]*")
_RUN = re.compile(
    r"""(?P<lists>\[{2,}+) | (?P<objects>(?:\{"[A-Za-z0-9_]*+":){2,}+) | (?P<ends>\]{2,}+|\}{2,}+)""", re.VERBOSE
)
"""What deep texts are mostly made of, a thousand levels at a time."""
_OPENED_BY = {"]": b"[", "}": b"{"}
# What may follow, by the state that the last token left: v = value due, V = value or end of an empty list,
# k = key due, K = key or end of an empty object, c = colon due, e = after a value inside, d = document is complete
_VALUES = ("v", "V")


_REMEMBERED, _LONGEST = 16, 1 << 20
"""The same deep texts are sent to every receiver: so many of them, up to that length, are not checked again."""


def check_deep_syntax(text: str) -> None:
    """Raise DecodeError (`json_syntax`) if `text` is not one JSON value. Linear in its length."""
    (_check_once if len(text) <= _LONGEST else _check)(text)


def _check(text: str) -> None:
    state, stack, pos, single = "v", bytearray(), 0, 0
    while True:
        run = _RUN.match(text, pos) if pos >= single else None
        if run is not None:
            single = run.end()  # what is refused as a whole is looked at token by token
            if (after := _leap(state, run, stack)) is not None:
                state, pos = after, single
        match = _TOKEN.match(text, pos)
        if match is None:
            break
        kind = match.lastgroup or ""
        following = _step(state, kind, match[kind], stack)
        if following is None:
            break
        state, pos = following, match.end()
    end = _BLANK.match(text, pos)
    if state != "d" or end is None or end.end() != len(text):
        at = len(text[:pos].encode("utf-8", "surrogatepass"))
        raise DecodeError(Layer.DECODE, "json_syntax", "not JSON from here on", offset=at)


_check_once = lru_cache(_REMEMBERED)(_check)


def _leap(state: str, run: re.Match[str], stack: bytearray) -> str | None:
    """The state behind a run of openings or ends; None where it must be taken token by token."""
    signs = run[0]
    if run.lastgroup == "ends":
        ends = len(signs)
        if state != "e" or stack[-ends:] != _OPENED_BY[signs[0]] * ends:
            return None
        del stack[-ends:]
        return "e" if stack else "d"
    if state not in _VALUES:
        return None
    if run.lastgroup == "lists":
        stack += b"[" * len(signs)
        return "V"
    stack += b"{" * signs.count("{")
    return "v"


def _step(state: str, kind: str, sign: str, stack: bytearray) -> str | None:  # noqa: PLR0911  # one a kind of token
    match kind:
        case "open" if state in _VALUES:
            stack.append(ord(sign))
            return "V" if sign == "[" else "K"
        case "close" if stack and _may_close(state, sign, stack):
            stack.pop()
            return "e" if stack else "d"
        case "comma" if state == "e":
            return "v" if stack[-1] == ord("[") else "k"
        case "colon" if state == "c":
            return "v"
        case "string" if state in ("k", "K"):
            return "c"
        case "string" | "scalar" if state in _VALUES:
            return "e" if stack else "d"
    return None


def _may_close(state: str, sign: str, stack: bytearray) -> bool:
    if sign == "]":
        return stack[-1] == ord("[") and state in ("V", "e")
    return stack[-1] == ord("{") and state in ("K", "e")
