"""JSON bytes to text: UTF-8 and nothing else (RFC 8259 §8.1), and how deep it is nested."""

from __future__ import annotations

import re

from kcontract.model.case import Layer
from kcontract.schema.problem import DecodeError, Problems

BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\0", b"\0")
ALWAYS_FITS = 1_250_000
"""Bytes of a document that stays within the memory budget whatever stands in it."""
_BUDGET = 48 * 2**20
_COSTS = ((b"[", 72), (b"{", 72), (b":", 110), (b",", 40))
"""Bytes of memory, roughly, for each value that such a sign announces."""
_STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]+|\\.)*+"|(NaN|-?Infinity)', re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]+|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(sign for sign in range(256) if sign not in b"[]{}")
_RUNS = re.compile(rb"([\[{]+)([\]}]*)")


def to_text(data: bytes, problems: Problems) -> str:
    """The text of `data`. A BOM is noted; raises DecodeError: json_nonstandard:utf16, json_unicode."""
    if data.startswith(BOM):
        problems.note(DecodeError(Layer.DECODE, "json_nonstandard:bom", "a byte order mark", offset=0, soft=True))
        data = data[len(BOM) :]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise no_utf8(data, error) from None
    if "\0" in text[:4]:
        raise unmarked_utf16()
    return text


def no_utf8(data: bytes, error: UnicodeDecodeError) -> DecodeError:
    """What is wrong with bytes that are not UTF-8."""
    if data.startswith(_OTHER_ENCODINGS) or b"\0" in data[:4]:
        return DecodeError(Layer.DECODE, "json_nonstandard:utf16", "not UTF-8, but UTF-16 or -32", offset=0)
    return DecodeError(Layer.DECODE, "json_unicode", f"not UTF-8: {error.reason}", offset=error.start)


def unmarked_utf16() -> DecodeError:
    """What is wrong with a text that begins with a NUL, or has one behind its first character."""
    return DecodeError(Layer.DECODE, "json_nonstandard:utf16", "UTF-16 or -32 without a mark", offset=0)


def check_budget(data: bytes) -> None:
    """Raise DecodeError where the values of `data` may take too much memory: nothing is said of such a document, for
    that is our limit, not the reader's."""
    if len(data) > ALWAYS_FITS and sum(data.count(sign) * cost for sign, cost in _COSTS) > _BUDGET:
        reason = "more values than are looked at here"
        raise DecodeError(Layer.RESOURCES, "count_bomb:budget", reason, offset=0, soft=True)


def constant_offset(text: str) -> int | None:
    """Where NaN or an infinity first stands outside of strings, in bytes."""
    found = next((match for match in _STRING_OR_CONSTANT.finditer(text) if match[1]), None)
    return None if found is None else len(text[: found.start()].encode("utf-8", "surrogatepass"))


def depth(text: str) -> int:
    """How deep brackets are nested outside of strings, in linear time and without recursion."""
    signs = _STRING.sub("", text).encode("utf-8", "surrogatepass").translate(None, _NO_BRACKETS)
    level = len(signs.lstrip(b"]}")) - len(signs)  # what is closed before anything is opened
    deepest = 0
    for run in _RUNS.finditer(signs):
        level += run.end(1) - run.start(1)
        deepest = max(deepest, level)
        level -= run.end() - run.end(1)
    return deepest
