"""Strategies for JSON strings: lengths, patterns, formats."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn, SearchStrategy
from jsonschema_rs.canonical import StringView

from kcontract.generate.budget import LONGEST as MOST_CHARACTERS
from kcontract.generate.formats import PATTERNS, SAMPLES
from kcontract.generate.languages import Language, language
from kcontract.generate.patterns import Assertion, Part, Pattern, Repeat, UnsupportedPatternError
from kcontract.generate.text import fitted

LONGEST = 2_000
"""Code points up to which a text is drawn character by character; a longer one repeats what was drawn."""
_SELDOM = st.integers(0, 15).map(lambda place: place == 15)
CHARACTERS = st.characters(exclude_categories=["Cs"])


def texts(low: int = 0, high: int | None = None) -> SearchStrategy[str]:
    """Text of at least `low` and at most `high` code points, of any script, without lone surrogates.

    One in sixteen is as long as it may be, which Hypothesis by itself hardly ever makes: what was drawn, repeated.
    """
    if low <= LONGEST:
        drawn = st.text(CHARACTERS, min_size=low, max_size=high)
        if high is None or not low < high <= LONGEST:
            return drawn
        return st.builds(lambda text, whole: fitted(text, high, high) if whole else text, drawn, _SELDOM)
    return st.text(CHARACTERS, max_size=8).map(lambda text: fitted(text, low, high))


def strings(view: StringView, check: Callable[[], Callable[[Any], bool]]) -> SearchStrategy[str]:
    """Strings of a view. `check` makes the validator of the view alone, for facets that must be tried together."""
    low, high = view.min_length or 0, view.max_length
    if low > MOST_CHARACTERS:
        return st.nothing()
    exact = _exactly(view, low, high)
    if exact is not None:
        return exact.filter(check())
    found: list[SearchStrategy[str]] = []
    if view.content_media_types or view.content_encodings:
        found.append(content(json_inside=bool(view.content_media_types), base64=bool(view.content_encodings)))
    found += [matching(pattern) for pattern in view.patterns]
    found += [FORMATS[name] for name in view.formats if name in FORMATS]
    facets = len(found) + len(view.excluded_patterns) + len(view.excluded_formats) + bool(view.excluded)
    if not found:
        drawn = texts(low, high)
        if view.excluded_formats or view.excluded_patterns:
            drawn = drawn | st.sampled_from(["", "a", "A", "0", " ", "é", "~", "\n"])
        return drawn.filter(check()) if facets else drawn
    # the validator has the last word: a pattern's writer knows no anchor in the middle
    sized = [one.map(lambda text: fitted(text, low, high)) | one for one in found] if low or high is not None else found
    return st.one_of(sized).filter(check())


def _exactly(view: StringView, low: int, high: int | None) -> SearchStrategy[str] | None:
    """Texts that meet the patterns and all that is said besides, where they would hardly by chance; None where they do,
    or where it cannot be said."""
    sources = tuple(view.patterns)
    forms = tuple(PATTERNS[name] for name in view.formats if name in PATTERNS)
    alone = len(sources) == 1 and not forms and not view.excluded_patterns
    if not sources or (alone and _fits(sources[0], low, high)):
        return None
    exact = language((*sources, *forms), tuple(view.excluded_patterns), low, high)
    if exact is None or (forms and not exact.lengths):  # the forms are but some of a format
        return None
    return of_language(exact) if exact.lengths else st.nothing()


@lru_cache(1_000)
def _fits(source: str, low: int, high: int | None) -> bool:
    """Whether most texts of a pattern are as long as they must be."""
    try:
        pattern, rng = Pattern(source), Random(0)  # noqa: S311 - test data
    except UnsupportedPatternError:
        return "(?" not in source
    lengths = [len(pattern.draw(rng)) for _ in range(20)]
    return sum(low <= one and (high is None or one <= high) for one in lengths) > len(lengths) // 2


def of_language(exact: Language) -> SearchStrategy[str]:
    """The texts of a language, which must have some; shrinking to the shortest."""
    lengths = st.sampled_from(exact.lengths)

    @st.composite
    def made(draw: DrawFn) -> str:
        return exact.write(draw(lengths), lambda letters: draw(_one_of(letters)))

    return made()


_one_of = lru_cache(4_000)(st.sampled_from)


def content(*, json_inside: bool, base64: bool) -> SearchStrategy[str]:
    """Text of JSON (`contentMediaType: application/json`, the one that is checked), in base64 or not."""
    plain = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=3).map(json.dumps)
    text = plain if json_inside else st.text(CHARACTERS)
    return text.map(lambda one: b64encode(one.encode()).decode()) if base64 else text


def matching(source: str) -> SearchStrategy[str]:
    """Texts that a pattern of ECMA 262 matches, most of them exactly; some may not, which the validator must tell."""
    try:
        exact = _written(Pattern(source, loose=True).tree)
    except UnsupportedPatternError:
        return _by_python(source)
    if any(mark in source for mark in ("^", "$", "(?", "\\b", "\\B")):
        return exact
    around = st.tuples(st.text(CHARACTERS, max_size=3), exact, st.text(CHARACTERS, max_size=3)).map("".join)
    return exact | around


def _by_python(source: str) -> SearchStrategy[str]:
    """By Hypothesis' own writer, which speaks Python's dialect: back references, for one."""
    try:
        re.compile(source)  # what is wrong with it would be raised by the first draw
        return st.from_regex(source, alphabet=CHARACTERS)
    except (InvalidArgument, ValueError, re.error, OverflowError, RecursionError):
        return st.nothing()


def _written(part: Part) -> SearchStrategy[str]:
    if isinstance(part, str):
        return st.just(part) if len(part) == 1 else st.sampled_from(part)
    if isinstance(part, Assertion):
        return st.just("")
    if isinstance(part, Repeat):
        if isinstance(part.part, str):
            return st.text(part.part, min_size=part.low, max_size=part.high)
        return st.lists(_written(part.part), min_size=part.low, max_size=part.high).map("".join)
    return st.one_of([st.tuples(*map(_written, option)).map("".join) for option in part.options])


def _offsets() -> SearchStrategy[str]:
    hours, minutes = st.integers(0, 23), st.integers(0, 59)
    signed = st.tuples(st.sampled_from("+-"), hours, minutes).map(lambda it: f"{it[0]}{it[1]:02}:{it[2]:02}")
    return st.just("Z") | signed


_DATES = st.dates().map(lambda day: day.isoformat())
_TIMES = st.tuples(st.times(), _offsets()).map(lambda it: f"{it[0].isoformat()}{it[1]}")
_LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
_HOSTS = st.lists(_LABELS, min_size=1, max_size=3).map(".".join)
_EMAILS = st.tuples(st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True), _HOSTS).map("@".join)
_MADE: dict[str, SearchStrategy[str]] = {
    "uuid": st.integers(0, 2**128 - 1).map(lambda number: str(UUID(int=number, version=4))),
    "date": _DATES,
    "time": _TIMES,
    "date-time": st.tuples(_DATES, _TIMES).map("T".join),
    "ipv4": st.ip_addresses(v=4).map(str),
    "ipv6": st.ip_addresses(v=6).map(str),
    "hostname": _HOSTS,
    "email": _EMAILS,
    "uri": _HOSTS.map(lambda host: f"https://{host}/"),
}
FORMATS: dict[str, SearchStrategy[str]] = {
    name: _MADE[name] | st.sampled_from(samples) if name in _MADE else st.sampled_from(samples)
    for name, samples in SAMPLES.items()
}
"""Each format's legal spellings; what is made shrinks to the simplest of them."""
