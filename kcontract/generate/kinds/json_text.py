"""Mutants of JSON text (30–35): what is no JSON, or JSON that parsers differ about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from kcontract.generate.json_schema import types_of
from kcontract.generate.kind import MAX_BYTES, Ground, Mutant, Parent
from kcontract.generate.kinds.json_sites import Site, is_token, sites, with_raw
from kcontract.generate.numbers import limits

DEPTHS = (100, 300, 500, 900, 1_000, 5_000, 100_000)
NUMBERS = {
    "2_53": b"9007199254740993",
    "2_63": b"9223372036854775808",
    "2_64": b"18446744073709551616",
    "400_digits": b"9" * 400,
    "5000_digits": b"9" * 5_000,
    "integral_float": b"1.0",
    "minus_zero": b"-0",
    "tiny": b"1e-400",
}
NONSTANDARD = {"nan": b"NaN", "infinity": b"-Infinity", "overflow": b"1e400", "hex": b"0x1F", "leading_zero": b"007"}
_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "enum", "const"})
TEXTS = {
    "invalid_utf8": b'"a\xffb"',
    "overlong": b'"\xc0\xaf"',
    "encoded_surrogate": b'"\xed\xa0\x80"',
    "lone_surrogate": b'"\\ud800"',
    "nul": b'"a\\u0000b"',
    "control": b'"a\x01b"',
}


def syntax(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    """Text that is no JSON."""
    body = parent.body
    yield Mutant(parent.with_body(body[: len(body) // 2]), "truncated", "cut in the middle")
    yield Mutant(parent.with_body(body[:-1]), "unclosed", "without its last character")
    yield Mutant(parent.with_body(body.replace(b'"', b"'")), "single_quotes", "single quotes")
    yield Mutant(parent.with_body(b"/* comment */" + body), "comment", "a comment in front")
    yield Mutant(parent.with_body(body + b"\n" + body), "two_documents", "two documents")
    yield Mutant(parent.with_body(b" \n\t "), "whitespace", "white space alone")
    if body[-1:] in b"}]" and len(body) > 2:
        yield Mutant(parent.with_body(body[:-1] + b"," + body[-1:]), "trailing_comma", "a comma before the end")
    if body[:2] == b'{"':
        name, quote, rest = body[2:].partition(b'"')
        yield Mutant(
            parent.with_body(b"{" + name + rest if quote else b"{a:1}"), "unquoted_key", "a key without quotes"
        )


def nonstandard(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """What some parsers take as JSON."""
    text = parent.body.decode("utf-8", "replace")
    yield Mutant(parent.with_body(b"\xef\xbb\xbf" + parent.body), "bom", "a byte order mark in front")
    yield Mutant(parent.with_body(text.encode("utf-16")), "utf16", "in UTF-16")
    for site in _numbers(ground, parent):
        for variant, usual in NONSTANDARD.items():
            raw = _upward(usual, site)
            note = f"{raw.decode()} at {site.pointer or 'the root'}"
            tells = _may_be_any_number(site) if variant in ("nan", "infinity") else 0
            yield Mutant(with_raw(parent, site.pointer, raw), variant, note, site.pointer, tells)


def _upward(raw: bytes, site: Site) -> bytes:
    """The other infinity where a lower bound refuses the one below it, whether it can be read or not."""
    bounded = raw == b"-Infinity" and any(limits(plain)[0] is not None for plain in site.plains)
    return b"Infinity" if bounded else raw


def _may_be_any_number(site: Site) -> int:
    """2 if nothing but its spelling is wrong with NaN in this place, 1 if a bound may be, 0 if the type is."""
    if not any("number" in types_of(plain) for plain in site.plains):
        return 0
    return 1 if any(plain.keys() & _BOUNDS for plain in site.plains) else 2


def _numbers(ground: Ground, parent: Parent) -> list[Site]:
    found = [site for site in sites(ground, parent) if site.is_number and not is_token(parent, site)]
    return found or [site for site in sites(ground, parent) if site.is_leaf][:1]


def unicode(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """Strings that are not UTF-8, or not text."""
    texts = [s for s in sites(ground, parent) if isinstance(s.value, str) and not is_token(parent, s)]
    free = [s for s in texts if not any(p.keys() & {"enum", "const", "format", "pattern"} for p in s.plains)]
    for site in (free or texts)[:6]:
        for variant, raw in TEXTS.items():
            note = f"{raw!r} at {site.pointer}"
            yield Mutant(with_raw(parent, site.pointer, raw), variant, note, site.pointer)


def numbers(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """Numbers beyond what binary64 or int64 hold, or in another spelling."""
    for site in sites(ground, parent):
        if site.is_number and not is_token(parent, site):
            for variant, raw in NUMBERS.items():
                note = f"{raw[:40].decode()} at {site.pointer}"
                yield Mutant(with_raw(parent, site.pointer, raw), variant, note, site.pointer)


def duplicates(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    """The same key twice with different values."""
    if not isinstance(parent.json, dict):
        return
    body = parent.body
    for name, value in parent.json.items():
        pair = f"{json.dumps(name)}:{json.dumps(_other(value))}".encode()
        yield Mutant(parent.with_body(b"{" + pair + b"," + body[1:]), "first", f"{name} twice, the first wrong", name)
        yield Mutant(parent.with_body(body[:-1] + b"," + pair + b"}"), "last", f"{name} twice, the last wrong", name)


def _other(value: Any) -> Any:
    return None if isinstance(value, dict | list) else 0 if isinstance(value, str) else "other"


def depth(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    """Arrays and objects inside each other."""
    for levels in DEPTHS:
        arrays = b"[" * levels + b"]" * levels
        objects = b'{"a":' * levels + b"1" + b"}" * levels
        for name, body in (("arrays", arrays), ("objects", objects)):
            if len(body) <= MAX_BYTES:
                yield Mutant(parent.with_body(body), f"{name}_{levels}", f"{levels} {name} in each other")
