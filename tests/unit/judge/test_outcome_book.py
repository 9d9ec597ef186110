"""Outcomes of a million cases take about a byte each, and the last one noted counts."""

from __future__ import annotations

from kcontract.judge.outcome_book import OutcomeBook


def test_the_outcome_before_is_told() -> None:
    """A later verdict replaces the first outcome; the case is counted once."""
    book = OutcomeBook()
    assert book.swap("7", "handled") == ""
    assert book.swap("9", "dead-lettered") == ""
    assert book.swap("7", "CRASHED") == "handled"
    assert book.swap("7", "LOST") == "CRASHED"
    assert book.noted == 2


def test_names_that_are_no_numbers_are_kept_as_well() -> None:
    """Signs, other scripts' digits and numbers beyond the table are names like any other."""
    book = OutcomeBook()
    names = ("c", "-1", "²", "٣", "1" * 30, "")
    for name in names:
        assert book.swap(name, "handled") == ""
    assert [book.swap(name, "late") for name in names] == ["handled"] * len(names)
    assert book.noted == len(names)


def test_a_million_cases_fit_into_two_megabytes() -> None:
    """What is kept of a case is a byte."""
    book = OutcomeBook()
    for number in range(1_000_000, 0, -1000):
        book.swap(str(number), "handled")
    assert book.noted == 1000
    assert len(book._by_number) < 2_000_000
