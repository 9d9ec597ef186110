"""Which faults a run is asked for."""

from __future__ import annotations

import pytest

from kcontract.errors import UsageError
from kcontract.model.faults import FAULTS, check_words, chosen


def names(*words: str, declared: frozenset[str] = frozenset()) -> list[str]:
    return [kind.name for kind in chosen(words, declared)]


def test_what_the_words_choose() -> None:
    """Declared families without their variants; the service's own ends; all; names; nothing."""
    assert names("declared", declared=frozenset({"brokerDown"})) == ["brokerDown"]
    assert names("declared") == []
    assert names("delivery") == [kind.name for kind in FAULTS if kind.effect == "delivery"]
    assert names("all") == [kind.name for kind in FAULTS]
    assert names("registryDown:500", "killed") == ["registryDown:500", "killed"]
    assert names("none", declared=frozenset({"brokerDown"})) == []


@pytest.mark.parametrize(("word", "hint"), [("registrydown", "registryDown"), ("killd", "killed"), ("al", "all")])
def test_a_wrong_word_is_told(word: str, hint: str) -> None:
    """With the word that it may have been."""
    with pytest.raises(UsageError, match=word) as caught:
        check_words([word])
    assert f"did you mean {hint}?" in caught.value.fix


def test_none_stands_alone() -> None:
    """None beside something else is no answer."""
    with pytest.raises(UsageError) as caught:
        check_words(["none", "all"])
    assert caught.value.code == "FAULT_NONE"
