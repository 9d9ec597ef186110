"""Texts for regular expressions."""

from __future__ import annotations

import jsonschema_rs
import pytest

from kcontract.generate.patterns import Pattern, UnsupportedPatternError
from tests.unit.generate.contracts import seeded


@pytest.mark.parametrize(
    "source",
    [
        r"^P-[0-9]{8}$", r"^[A-Z]{2}-\d{4,6}(a|bc)?$", r"^(?:\+?\d[\d -]{5,})$", r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$",
        r"abc",
        r"^\u00e4\x41+$", r"^[\u{1F600}-\u{1F64F}\u{e4}]{2}$", r"^\cA[\cB-\cC]$", r"^\p{Script=Cyrillic}\p{sc=Han}+$",
        r"^\p{gc=Lu}\p{General_Category=Lowercase_Letter}$", r"^[\w.-]+$", r"^$", r"^a*?b{2}$", r"^(foo|bar|b[a-c]z)+$",
    ],
)  # fmt: skip
def test_texts_match_their_pattern(source: str) -> None:
    """The validator's own engine accepts the shortest, long and random texts."""
    accepts = jsonschema_rs.validator_for({"pattern": source}).is_valid
    pattern, rng = Pattern(source), seeded(1)
    texts = [pattern.draw(rng, lean) for lean in (0, 1, *[None] * 40)]
    assert all(map(accepts, texts))


@pytest.mark.parametrize(
    "source",
    [
        r"(?=a)b",
        r"(a)\1",
        r"\p{Script=Klingon}",
        r"\u{110000}",
        r"\p{gc=Q}",
        r"a**",
        r"(a",
        r"[a",
        r"a{99999}",
        r"*a",
        "a)",
        r"\bx",
    ],
)
def test_what_is_not_understood_is_said(source: str) -> None:
    """Outside the subset nothing is guessed."""
    with pytest.raises(UnsupportedPatternError):
        Pattern(source)


@pytest.mark.parametrize("source", [r"^(?=a)[ab]{2}$", r"^(?!b)[ab]{3}$", r"\bab\b", r"^x(?<=x)y$"])
def test_loosely_read_assertions_are_tried(source: str) -> None:
    """Look-around and word boundaries are passed over: some of the texts match, as the validator's own engine says."""
    accepts = jsonschema_rs.validator_for({"pattern": source}).is_valid
    pattern, rng = Pattern(source, loose=True), seeded(1)
    assert any(accepts(pattern.draw(rng)) for _ in range(20))
