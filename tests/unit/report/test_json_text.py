"""JSON laid out for people."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.report.json_text import json_lines, one_line, value_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


def test_an_object_has_a_line_a_property() -> None:
    """Small inner arrays and objects stay on one line."""
    assert json_lines('{"a":[1,2],"b":{"c":null},"d":[]}') == (
        "{",
        '  "a": [1, 2],',
        '  "b": {"c": null},',
        '  "d": []',
        "}",
    )


@given(JSON)
def test_small_values_are_shown_whole(value: object) -> None:
    """What is laid out still means the same."""
    assert json.loads("\n".join(json_lines(json.dumps(value)) or ())) == value
    assert json.loads("\n".join(value_lines(value))) == value


def test_oddities_stay_to_be_seen() -> None:
    """Spelling of numbers, constants and repeated keys are what a malformed record is about."""
    shown = json_lines('{"a": 1.0, "a": 1e400, "n": NaN, "big": ' + "9" * 30 + "}")
    assert shown == ("{", '  "a": 1.0,', '  "a": 1e400,', '  "n": NaN,', f'  "big": {"9" * 30}', "}")


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": 1} x', "\ufeff{}", "[" * 100_000, "1" * 300_000])
def test_what_is_not_json_or_too_much_has_no_lines(text: str) -> None:
    """Bombs included: it is shown as text then."""
    assert json_lines(text) is None


def test_long_strings_lists_and_depths_are_shortened() -> None:
    """A value of many kilobytes stays on the screen."""
    deep = "[" * 50 + "]" * 50
    shown = json_lines(f'{{"s": "{"x" * 9000}", "l": [{",".join("1" * 500)}], "d": {deep}}}')
    assert shown is not None
    joined = "\n".join(shown)
    assert len(joined) < 1000
    assert "(8,840 more)" in joined
    assert "… 488 more" in joined
    assert "[ … ]" in joined


def test_five_thousand_digits_are_no_error() -> None:
    """Python refuses to convert them, and we do not."""
    assert json_lines("9" * 5000) == ("9" * 107 + " …(4,840 more)… " + "9" * 53,)


def test_hostile_strings_are_spelled_out() -> None:
    """In values and in names."""
    assert json_lines('{"\\u001b[2J": "\u202e"}') == ("{", '  "\\u001b[2J": "\\u202e"', "}")


def test_one_line() -> None:
    """For tables."""
    assert one_line({"a": [1, "x"], "b": None}) == '{ "a": [1, "x"], "b": null }'
