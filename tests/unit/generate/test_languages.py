"""Texts for several patterns at once."""

from __future__ import annotations

import jsonschema_rs
import pytest

from kcontract.generate.formats import PATTERNS
from kcontract.generate.languages import Language, conjunction, language
from kcontract.generate.patterns import UnsupportedPatternError
from tests.unit.generate.contracts import seeded


@pytest.mark.parametrize(
    ("wanted", "unwanted", "low", "high"),
    [
        (["^[a-z]{3}-.*$", "^.*-[0-9]+$"], [], 0, None),
        (["^[A-Z].*$", "^.*[0-9]$", "^[A-Z0-9]{4,8}$"], [], 0, None),
        (["^(aa)+$", "^(aaa)+$"], [], 0, None),
        ([r"^(foo|bar)-\d+$|^x$", r"^\w+-1\d*$|^yy$"], [], 0, None),
        (["a", "b|c", "[0-9]{3}"], [], 0, None),
        (["x$", "^a", "m"], [], 0, None),
        (["^a$|b", "c"], [], 2, 9),
        (["^[A-Z]+(-[A-Z]+)*$"], [], 20, 22),
        (["^(ab|cde)*$"], [], 7, 7),
        (["^[a-z]{2,6}$"], ["^a", "z$"], 0, None),
        ([r"^(?=.*[A-Z])(?=.*\d)(?!.*\s)(?!^x).{8,64}$"], [], 0, None),
        ([r"^(?:(?!.*--)[a-z0-9-]{3,20})$"], [], 0, None),
        (["^[^\\u0000-\\u007f]+$", "^[\\u4e00-\\u9fff]{2,3}$"], [], 0, None),
        ([r"^\D\S[\s\S]\p{Lu}\p{Script=Greek}.$", r"^[^a][^\d]"], [r"^\w"], 0, None),
        ([r"^[\u0000-\uffff]+$"], ["^[\\u0000-\\u007f]*$"], 0, 4),
    ],
)
def test_texts_are_what_all_ask_for(wanted: list[str], unwanted: list[str], low: int, high: int | None) -> None:
    """The validator's own engine takes every one."""
    found = Language(wanted, unwanted, low, high)
    length = {"maxLength": high} if high is not None else {}
    schema = {
        "allOf": [*({"pattern": one} for one in wanted), *({"not": {"pattern": one}} for one in unwanted)],
        "minLength": low,
        **length,
    }
    accepts, rng = jsonschema_rs.validator_for(schema).is_valid, seeded(1)
    texts = [found.draw(rng, lean) for lean in (0, 1, *[None] * 50)]
    assert [text for text in texts if not accepts(text)] == []
    assert all(len(texts[0]) <= len(text) <= len(texts[1]) for text in texts)


@pytest.mark.parametrize(
    ("wanted", "low", "high"), [(["^a+$", "^b+$"], 0, None), (["a"], 0, 0), (["^(aa)*$"], 3, 3), (["^$"], 1, None)]
)
def test_that_there_is_none_is_known(wanted: list[str], low: int, high: int | None) -> None:
    """Nothing is tried then."""
    assert Language(wanted, (), low, high).lengths == ()


@pytest.mark.parametrize("source", [r"(a)\1", r"a(?=b)b", r"\bx", "^a{9999}$", "^(?!(?=a)b)c", "a(?<=a)b", "(?=a)b"])
def test_what_is_beyond_automata_is_said(source: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnsupportedPatternError):
        Language([source, "^.*$"])
    assert language((source,)) is None


@pytest.mark.parametrize("sources", [["^a", "b$", "^(?=.*c)x?"], ["^[a-z]+$|^1", "^.{3}$|^12"], ["a|b", "^c"]])
def test_one_pattern_says_what_several_do(sources: list[str]) -> None:
    """As the validator reads it, and as texts are made for it."""
    together = conjunction([conjunction(sources[:2]), *sources[2:]])
    accepts = jsonschema_rs.validator_for({"pattern": together}).is_valid
    each = [jsonschema_rs.validator_for({"pattern": source}).is_valid for source in sources]
    found, rng = Language([together]), seeded(1)
    for text in [found.draw(rng) for _ in range(30)] + ["abc", "acb", "123", "ca", "", "xyz", "a\nb"]:
        assert accepts(text) == all(one(text) for one in each)


@pytest.mark.parametrize("name", PATTERNS)
def test_what_is_known_of_a_format_is_of_it(name: str) -> None:
    """Every text of its pattern."""
    accepts = jsonschema_rs.validator_for({"format": name}, validate_formats=True).is_valid
    found, rng = Language([PATTERNS[name]]), seeded(1)
    assert [text for text in (found.draw(rng) for _ in range(300)) if not accepts(text)] == []
