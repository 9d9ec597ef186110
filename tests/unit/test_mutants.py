"""The list of mutants fits the code: a mutant that changes nothing would prove nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kcontract.judge.books import BOOKS
from kcontract.judge.rules import RULES
from tests.mutation.mutants import MUTANTS

REPO = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted({one.path for one in MUTANTS}))
def test_what_a_mutant_replaces_stands_once(path: str) -> None:
    """And what comes in its place is Python all the same."""
    text = (REPO / path).read_text()
    for mutant in (one for one in MUTANTS if one.path == path):
        assert text.count(mutant.old) == 1, mutant.name
        ast.parse(text.replace(mutant.old, mutant.new))


def test_every_rule_and_book_has_a_mutant() -> None:
    """A new one needs its place in the list."""
    names = [one.name for one in MUTANTS]
    assert not [rule.code for rule in RULES if f"rules: {rule.code} never holds" not in names]
    assert not [book.__name__ for book in BOOKS if f"books: without {book.__name__}" not in names]


def test_mutants_have_names_of_their_own() -> None:
    """So that one can be asked for, and does not hide another."""
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)
