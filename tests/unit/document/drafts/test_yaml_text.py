"""Texts in drafts are read back as what they are."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kcontract.document.drafts.yaml_text import comment, scalar, sequence

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(TEXT, max_size=4), TEXT)
def test_whatever_the_text_yaml_reads_it_back(items: list[str], note: str) -> None:
    """As list items in flow style, as keys, and behind a comment with anything in it."""
    assert yaml.safe_load(f"{comment(note)}list: {sequence(items)}\n") == {"list": items}
    assert yaml.safe_load("".join(f"{scalar(item)}: 1\n" for item in set(items))) == (dict.fromkeys(items, 1) or None)


@pytest.mark.parametrize("text", ["no", "On", "null", "1", "1.0", "0x10", "-", "", " a", "a: b", "a #b", "12:30", "~"])
def test_what_yaml_would_read_as_something_else_is_quoted(text: str) -> None:
    """Booleans of YAML 1.1 as well."""
    assert scalar(text) == f'"{text}"'


@pytest.mark.parametrize("text", ["a.b-c", "$message.payload#/a~1b", "schemas/a.avsc", "-m", "__value"])
def test_what_is_plain_stays_plain(text: str) -> None:
    """So that drafts read like what people write."""
    assert scalar(text) == text
    assert yaml.safe_load(f"[{text}]") == [text]
