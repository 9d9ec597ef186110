"""Text made harmless for a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.report.visible import as_text, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [red]text[/red] {x} \\n", "plain [red]text[/red] {x} \\n"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("\x9b31m", "\\u009b31m"),
        ("a\rb\nc\td\x00", "a\\u000db\\u000ac\\u0009d\\u0000"),
        ("abc\u202edef", "abc\\u202edef"),
        ("a\u200bb\ufeff\u2028", "a\\u200bb\\ufeff\\u2028"),
        ("\ud800", "\\ud800"),
        ("tag \U000e0041", "tag \\udb40\\udc41"),
        ("José 😀 漢字", "José 😀 漢字"),
        ("no\u00a0break", "no\\u00a0break"),
    ],
)
def test_what_is_not_printable_is_spelled_out(text: str, shown: str) -> None:
    """Control characters, bidi overrides, zero-width characters and surrogates are seen, not obeyed."""
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_the_result_is_printable(text: str) -> None:
    """Whatever comes in, nothing that steers a terminal comes out."""
    assert visible(text).isprintable()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_keeps_its_meaning(text: str) -> None:
    """The escapes are JSON's own, so that a shown value can be copied."""
    assert json.loads(visible(json.dumps(text, ensure_ascii=False))) == text


def test_lines_are_split_at_line_feeds_only() -> None:
    """A carriage return inside a line could overwrite it, one at its end is Windows."""
    assert visible_lines("a\r\nb\rc\n\td\u2028e") == ("a", "b\\u000dc", "    d\\u2028e")


def test_bytes_that_are_not_utf8_are_no_text() -> None:
    """No replacement characters: the reader must see hex instead."""
    assert as_text(b"caf\xe9") is None
    assert as_text("café".encode()) == "café"
