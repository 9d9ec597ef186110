"""Mutants of JSON values (36–42): well-formed, and against the schema. 39 and 40 also for Avro with constraints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import ceil, floor
from random import Random
from typing import Any

from kcontract.generate.formats import VIOLATIONS
from kcontract.generate.json_schema import Plain, types_of
from kcontract.generate.kind import MAX_BYTES, Ground, Mutant, Parent
from kcontract.generate.kinds.json_sites import Site, is_token, sites, with_raw, with_value
from kcontract.generate.numbers import limits
from kcontract.generate.text import fitted
from kcontract.generate.written import body_of

_OF_TYPE = {
    "null": b"null", "boolean": b"true", "integer": b"7", "number": b"1.5", "string": b'"text"', "array": b"[]",
    "object": b"{}",
}  # fmt: skip
_BAITS = ("a" * 40 + "!", "0" * 40 + "x", "a.a." * 12 + "@", "((((((((((((((((((((", " " * 60 + "x", "aA1-" * 15 + "\n")


def wrong_root(_: Ground, parent: Parent, __: Random) -> Iterator[Mutant]:
    """Another JSON value in place of the payload."""
    roots: dict[str, Any] = {"null": None, "array": [], "object": {}, "string": "text", "number": 42, "boolean": True,
             "double_encoded": json.dumps(parent.json), "wrapped": [parent.json]}  # fmt: skip
    for variant, root in roots.items():
        yield Mutant(parent.with_json(root), variant, f"the payload is {variant.replace('_', ' ')}")


def missing(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """Each required property left out in turn."""
    for site in sites(ground, parent):
        if isinstance(site.value, dict):
            for name in dict.fromkeys(name for plain in site.plains for name in plain.get("required", ())):
                if name in site.value:
                    text = body_of({key: inner for key, inner in site.value.items() if key != name})
                    where = f"{site.pointer}/{name}"
                    yield Mutant(with_raw(parent, site.pointer, text), note=f"dropped required {where}", place=where)


def wrong_type(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """Each place with a value of each other type."""
    for site in sites(ground, parent):
        allowed = {name for plain in site.plains for name in types_of(plain)}
        free = any(not plain for plain in site.plains) or not site.pointer
        if free:
            continue
        belongs = " or ".join(sorted(allowed))
        for name, text in _OF_TYPE.items():
            if name not in allowed and not (name == "integer" and "number" in allowed):
                raw = b"1" if name == "integer" and "boolean" in allowed else text
                note = f"{name} at {site.pointer}, where {belongs} belongs"
                tells = int(_is_lax(name, allowed))
                yield Mutant(with_raw(parent, site.pointer, raw), name, note, site.pointer, tells)
        if isinstance(site.value, int | float) and "string" not in allowed:
            quoted = json.dumps(json.dumps(site.value)).encode()
            note = f"the value at {site.pointer} in quotes, where {belongs} belongs"
            yield Mutant(with_raw(parent, site.pointer, quoted), "quoted", note, site.pointer, 2)


def _is_lax(name: str, allowed: set[str]) -> bool:
    """Whether a value of this type is one that lax readers turn into an allowed number or truth value: 1 for true, true
    for 1, 1.5 for 1."""
    if name == "boolean":
        return bool(allowed & {"integer", "number"})
    return (name == "integer" and "boolean" in allowed) or (name == "number" and "integer" in allowed)


def out_of_bounds(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """Values one beyond each bound."""
    for site in sites(ground, parent):
        for plain in site.plains:
            for variant, value in _beyond(site, plain):
                record = with_value(ground, parent, site.pointer, value)
                if record is not None and len(record.value or b"") <= MAX_BYTES:
                    note = f"{variant.replace('_', ' ')} at {site.pointer}: {json.dumps(value, default=str):.60}"
                    yield Mutant(record, variant, note, site.pointer)


def _beyond(site: Site, plain: Plain) -> Iterator[tuple[str, Any]]:
    if site.is_number:
        yield from _beyond_number(site.value, plain)
    elif isinstance(site.value, str):
        low, high = plain.get("minLength", 0), plain.get("maxLength")
        if low > 0:
            yield "too_short", fitted(site.value, low - 1, low - 1)
        if high is not None and high < MAX_BYTES:
            yield "too_long", fitted(site.value, high + 1, high + 1)
    elif isinstance(site.value, list):
        yield from _beyond_items(site.value, plain)


def _beyond_number(value: float, plain: Plain) -> Iterator[tuple[str, Any]]:
    low, high, low_open, high_open = limits(plain)
    whole = isinstance(value, int)
    if low is not None:
        yield "below_minimum", (ceil(low) - 1 if whole else low - 0.5)
        if low_open:
            yield "at_excluded_minimum", low
    if high is not None:
        yield "above_maximum", (floor(high) + 1 if whole else high + 0.5)
        if high_open:
            yield "at_excluded_maximum", high
    step = plain.get("multipleOf")
    if step:
        yield "not_a_multiple", (value + 1 if whole and step > 1 else value + step / 2)


def _beyond_items(value: list[Any], plain: Plain) -> Iterator[tuple[str, Any]]:
    low, high = plain.get("minItems", 0), plain.get("maxItems")
    if 0 < low <= len(value):
        yield "too_few_items", value[: low - 1]
    if high is not None and value and high < 100_000:
        yield "too_many_items", (value * (high // len(value) + 1))[: high + 1]
    if plain.get("uniqueItems") and value:
        yield "repeated_item", [value[0], *value]


def violations(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """Near misses of an enum, const, pattern or format."""
    for site in sites(ground, parent):
        if site.is_leaf:
            for plain in site.plains:
                for variant, value in _near(site, plain):
                    record = with_value(ground, parent, site.pointer, value)
                    if record is not None:
                        note = f"{json.dumps(value):.60} against the {variant} at {site.pointer}"
                        yield Mutant(record, variant, note, site.pointer)


def _near(site: Site, plain: Plain) -> Iterator[tuple[str, Any]]:
    for word in ("const", "enum"):
        if word in plain:
            yield word, _miss(site.value)
            if isinstance(site.value, str) and site.value.swapcase() != site.value:
                yield word, site.value.swapcase()
    if isinstance(site.value, str):
        if "pattern" in plain:
            yield from (("pattern", text) for text in (f"{site.value}*", f" {site.value}", ""))
        yield from (("format", text) for text in VIOLATIONS.get(plain.get("format", ""), ()))


def _miss(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + 1_000_003 if isinstance(value, int | float) else f"{value}_"


def unexpected(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """One property more than the schema names."""
    for site in sites(ground, parent):
        if isinstance(site.value, dict):
            text = body_of({**site.value, "kcontract_extra": "x"})
            where = site.pointer or "the root"
            variant = "nested" if site.pointer else "root"
            record = with_raw(parent, site.pointer, text)
            yield Mutant(record, variant, f"property kcontract_extra at {where}", site.pointer)


def pathological(ground: Ground, parent: Parent, _: Random) -> Iterator[Mutant]:
    """Strings and lists that are slow to look at."""
    long = ""
    for site in sites(ground, parent):
        if isinstance(site.value, str) and not is_token(parent, site):
            patterned = any("pattern" in plain or "format" in plain for plain in site.plains)
            for bait in _BAITS if patterned else ():
                record = with_raw(parent, site.pointer, body_of(bait))
                yield Mutant(record, "regex_bait", f"{bait[:20]!r}… at {site.pointer}", site.pointer)
            if not long and not any(plain.keys() & {"enum", "const"} for plain in site.plains):
                long = site.pointer
                record = with_raw(parent, site.pointer, b'"%b"' % (b"x" * 800_000))
                yield Mutant(record, "long", f"a string of 800,000 characters at {site.pointer}", site.pointer)
        elif isinstance(site.value, list):
            items = _many(site.value)
            record = with_raw(parent, site.pointer, body_of(items))
            if len(record.value or b"") <= MAX_BYTES:
                yield Mutant(record, "many_items", f"{len(items)} different items at {site.pointer}", site.pointer)


def _many(value: list[Any]) -> list[Any]:
    if value and isinstance(value[0], int | float) and not isinstance(value[0], bool):
        return list(range(20_000))
    if value and isinstance(value[0], dict):
        return value * 2_000
    return [f"item {number}" for number in range(20_000)]
