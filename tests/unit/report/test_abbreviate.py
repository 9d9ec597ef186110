"""Big values shortened in the middle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kcontract.report.abbreviate import ends, middle, plural, size


def test_the_middle_goes_and_its_size_is_told() -> None:
    """Beginning and end identify a value; the number says what is missing."""
    assert middle("a" * 1_000_000 + "z", 30) == "a" * 20 + " …(999,971 more)… " + "a" * 9 + "z"


@given(st.text(), st.integers(min_value=2, max_value=50))
def test_nothing_is_left_out_silently(text: str, limit: int) -> None:
    """Either the text is whole, or what was left out adds up."""
    short = middle(text, limit)
    assert short == text if len(text) <= limit else f"({len(text) - limit:,} more)" in short


def test_ends_keeps_first_and_last_lines() -> None:
    """Ten of a hundred lines, and one that counts the rest."""
    shown = ends([str(number) for number in range(100)], 9)
    assert shown == ("0", "1", "2", "3", "4", "5", "… 91 lines …", "97", "98", "99")


def test_few_lines_stay() -> None:
    """What fits is not touched."""
    assert ends(["a", "b"], 2) == ("a", "b")


def test_sizes_and_counts_are_words() -> None:
    """Null is not empty, and one is not many."""
    assert (size(None), size(b""), size(b"x"), size(b"x" * 1048576)) == (
        "null",
        "0 bytes",
        "1 byte",
        "1,048,576 bytes",
    )
    assert (plural(1, "case"), plural(2000, "case"), plural(2, "entry", "entries")) == (
        "1 case",
        "2,000 cases",
        "2 entries",
    )
