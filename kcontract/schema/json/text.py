"""JSON bytes to text: UTF-8 and nothing else (RFC 8259 §8.1), and how deep it is nested."""

from __future__ import annotations

import re

from kcontract.model.case import Layer
from kcontract.schema.problem import DecodeError, Problems

_BOM = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\0", b"\0")
_STRING_OR_BRACKETS = re.compile(r'"(?:[^"\\]+|\\.)*+"?|[\[{]+|[\]}]+', re.DOTALL)


def to_text(data: bytes, problems: Problems) -> str:
    """The text of `data`. A BOM is noted; raises DecodeError: json_nonstandard:utf16, json_unicode."""
    if data.startswith(_BOM):
        problems.note(DecodeError(Layer.DECODE, "json_nonstandard:bom", "a byte order mark", offset=0, soft=True))
        data = data[len(_BOM) :]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        if data.startswith(_OTHER_ENCODINGS) or b"\0" in data[:4]:
            raise DecodeError(
                Layer.DECODE, "json_nonstandard:utf16", "not UTF-8, but UTF-16 or -32", offset=0
            ) from None
        raise DecodeError(Layer.DECODE, "json_unicode", f"not UTF-8: {error.reason}", offset=error.start) from None
    if "\0" in text[:4]:
        raise DecodeError(Layer.DECODE, "json_nonstandard:utf16", "UTF-16 or -32 without a mark", offset=0)
    return text


def depth(text: str) -> int:
    """How deep brackets are nested outside of strings, in linear time and without recursion."""
    level = deepest = 0
    for match in _STRING_OR_BRACKETS.finditer(text):
        first = text[match.start()]
        if first in "[{":
            level += match.end() - match.start()
            deepest = max(deepest, level)
        elif first in "]}":
            level -= match.end() - match.start()
    return deepest
