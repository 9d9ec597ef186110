"""The JSON parser: RFC 8259 and nothing else, whatever the bytes."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kcontract.schema.json.parse import MAX_DEPTH, _scan, parse_json, scan_json
from kcontract.schema.json.syntax import check_deep_syntax
from kcontract.schema.problem import DecodeError

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner),
    max_leaves=10,
)  # fmt: skip


@settings(deadline=None)
@given(_JSON, st.booleans())
def test_what_json_writes_is_read_exactly(value: Any, ascii_only: bool) -> None:
    """Every document of the standard library comes back, strictly."""
    assert parse_json(json.dumps(value, ensure_ascii=ascii_only).encode(), strict=True) == value


def _within_binary64(text: str) -> float:
    """What is beyond binary64 becomes its largest number; that it was beyond is noted where a schema is asked."""
    return max(-sys.float_info.max, min(sys.float_info.max, float(text)))


@given(st.binary(max_size=40) | st.text('[]{}",:0123456789eE+-.tfn \\u', max_size=40).map(str.encode))
@example(b"1e400")
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_survived(noise: bytes) -> None:
    """No bytes crash it, and what it takes strictly the standard library takes too."""
    parsed = scan_json(noise)
    if not parsed.problems:
        assert parsed.value == json.loads(noise, parse_float=_within_binary64)
    else:
        with pytest.raises(DecodeError):
            parse_json(noise, strict=True)


@settings(deadline=None)
@given(
    _JSON
    | st.text('[]{}",:01.e-tfn \\', max_size=20).map(lambda text: ("raw", text))
    | st.lists(st.sampled_from(("[[[", '{"a":{"b":', "]]", "}}", "]", "}", "0", ",")), max_size=8).map(
        lambda parts: ("raw", "".join(parts))
    )
)
@example(("raw", '[[[{"a":{"b":0}}]]]'))
@example(("raw", "[[[0]]]]"))
@example(("raw", '{"a":[[0}}]]'))
@example(("raw", "[[]][[]]"))
@example(("raw", '[[0,[[0]]],{"a":{"b":[[]]}}]'))
def test_the_checker_for_deep_texts_agrees_with_the_parser(value: Any) -> None:
    """The syntax check without recursion takes exactly what the standard library takes."""
    text = value[1] if isinstance(value, tuple) else json.dumps(value)
    try:
        json.loads(text, parse_constant=lambda name: [][len(name)])
        legal = True
    except (ValueError, IndexError):
        legal = False
    try:
        check_deep_syntax(text)
        taken = True
    except DecodeError:
        taken = False
    assert taken is legal


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'[{"a":' * 50_000,
        b"[" * 100 + b'"' + b"\\" * 1_000_000,
        b'"' + b"a" * 5_000_000 + b'"',
        b"9" * 5_000_000,
        b"1" + b"0" * 2_000_000 + b".5e10",
        b"[" + b"0," * 500_000 + b"0]",
        b"[" + b"1e999," * 200_000 + b"0]",
        b'{"a":1,' * 100_000,
        b'"' + b"\\ud800" * 200_000 + b'"',
        b" " * 5_000_000,
    ],
)
def test_bombs_are_judged_soon(data: bytes) -> None:
    """Deep, long and huge documents take linear time."""
    started = time.process_time()
    scan_json(data)
    assert time.process_time() - started < 10


def test_depth_up_to_the_limit_is_read() -> None:
    """Exactly the limit is legal; one more is open."""
    assert not scan_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).problems
    deeper = scan_json(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    assert [(problem.code, problem.soft) for problem in deeper.problems] == [("depth_bomb_json", True)]
    assert not scan_json(b"[" + b'"[[[{{{",' * 100 + b"1]").problems


@pytest.mark.parametrize(
    ("data", "code", "offset"),
    [
        ("ä [".encode(), "json_syntax", 0),
        ('"ä" x'.encode(), "json_syntax", 5),
        (b'"a\xff"', "json_unicode", 2),
        (b'{"a": "\n"}', "json_unicode:control", 7),
    ],
)
def test_offsets_count_bytes(data: bytes, code: str, offset: int) -> None:
    """Not characters."""
    problem = scan_json(data).problems[-1]
    assert (problem.code, problem.offset) == (code, offset)


def test_numbers_keep_what_matters_of_their_spelling() -> None:
    """Plain numbers are plain; those whose spelling may matter are told."""
    assert not scan_json(b"[1, -1, 1.5, 9223372036854775807]").numbers
    for text in (b"2.0", b"1e2", b"9223372036854775808", b"1e400", b"1e-400", b"1" * 2_000):
        assert scan_json(text).numbers


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, -0, 2.5, "\u00e4", null, true]}',
        '{"a": 1, "a": 2}',
        "[2.0, 1e400]",
        "9" * 19,
        "[NaN]",
        '"\\ud800"',
        "{",
        "",
    ],
)
def test_the_quick_way_says_what_the_thorough_one_says(text: str) -> None:
    """Ordinary documents are read in a quicker way, others are left to the thorough one: no answer differs."""
    data = text.encode()
    quick, thorough = scan_json(data), _scan(data, first_keys=False)
    assert repr(quick.value) == repr(thorough.value)
    assert (quick.fatal, quick.numbers) == (thorough.fatal, thorough.numbers)
    assert [one.code for one in quick.problems] == [one.code for one in thorough.problems]
