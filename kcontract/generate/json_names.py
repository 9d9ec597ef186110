"""Properties of JSON objects: names that a schema describes without naming them (by patterns, or as any other)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import count, islice
from random import Random
from typing import Any

import jsonschema_rs

from kcontract.generate.json_schema import Plain, schema_of_name
from kcontract.generate.languages import Language, language
from kcontract.generate.patterns import Pattern, UnsupportedPatternError

_OF_A_PATTERN, _OF_ANY = 12, 40
_NOTHING = object()


def more_names(plain: Plain, first: int = 0, least: int = 0, named: Iterable[str] = ()) -> Iterator[str]:
    """Names that are not declared, may stand there and are described: `p0`, `p1`, … from `first` on, then `named`
    (what `propertyNames` describes), then those of the patterns. Not without end; `least` is how many are needed."""
    fits = _name_check(plain.get("propertyNames"))
    written = [f"p{number}" for number in islice(count(first), max(_OF_ANY, least * 2))]
    for name in dict.fromkeys([*written, *named, *_of_patterns(plain)]):
        if name not in plain.get("properties", {}) and fits(name) and schema_of_name(plain, name) is not False:
            yield name


@lru_cache(1_000)
def texts_of(
    source: str, most: int, low: int = 0, high: int | None = None, unlike: tuple[str, ...] = (), form: str = ""
) -> tuple[str, ...]:
    """Texts for a pattern, the leanest first; `unlike`: patterns that they must not match, `form`: one more that they
    must. Of one with look-around inside most may not match. UnsupportedPatternError."""
    written = _written(source, most)
    if written and not unlike and not form and 2 * sum(_fits(one, low, high) for one in written) >= len(written):
        return written
    exact = language((source, form) if form else (source,), unlike, low, high)
    if exact is not None and exact.lengths:
        return _drawn(exact, source, most)
    return written or _drawn(Pattern(source, loose=True), source, most * 5)


def _written(source: str, most: int) -> tuple[str, ...]:
    try:
        return _drawn(Pattern(source), source, most)
    except UnsupportedPatternError:
        return ()


def _drawn(pattern: Pattern | Language, source: str, most: int) -> tuple[str, ...]:
    rng = Random(source)  # noqa: S311 - test data
    return tuple(dict.fromkeys(pattern.draw(rng, lean) for lean in (None, 0, 1, *[None] * most)))


def _fits(text: str, low: int, high: int | None) -> bool:
    return low <= len(text) and (high is None or len(text) <= high)


def _of_patterns(plain: Plain) -> Iterator[str]:
    for source in plain.get("patternProperties", {}):
        try:
            yield from texts_of(source, _OF_A_PATTERN)
        except UnsupportedPatternError:
            continue


def _name_check(schema: Any) -> Callable[[str], bool]:
    if schema is None:
        return lambda _: True
    try:
        return jsonschema_rs.validator_for(schema, validate_formats=True).is_valid
    except ValueError:  # it points elsewhere: the validator of the whole decides
        return lambda _: True


def with_each(base: Plain, name: str, values: Iterator[Any]) -> Iterator[Plain]:
    """The object with each of the values as its property of that name; not itself, which comes first anyway."""
    there = base.get(name, _NOTHING)
    return ({**base, name: value} for value in values if value is not there)
