"""The difference of two records in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.model.record import Record
from kcontract.report.diff import diff_bytes, diff_envelopes, diff_records, quoted


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"abc", b"abc", []),
        (b"abc", b"abX", ['byte 2: 63 "c" → 58 "X"']),
        (b"abcdefgh", b"Xbcdefgh", ['byte 0: 61 "a" → 58 "X"']),
        (b"abcdefgh", b"XbYdefgh", ['from byte 0: 61 62 63 "abc" (3 bytes) → 58 62 59 "XbY" (3 bytes)']),
        (b"abcdefgh", b"XbcdefgZ", ['byte 0: 61 "a" → 58 "X"', 'byte 7: 68 "h" → 5a "Z"']),
        (b"abc", b"ab", ['at byte 2: 1 byte removed: 63 "c"']),
        (b"abc", b"abcd\x00", ["at byte 3: 2 bytes added: 64 00"]),
        (b"", b"x", ['at byte 0: 1 byte added: 78 "x"']),
        (b'{"a": 1}', b'{"a": "1"}', ['from byte 6: 31 "1" (1 byte) → 22 31 22 \'"1"\' (3 bytes)']),
    ],
)
def test_changes_are_told_with_their_offsets(old: bytes, new: bytes, told: list[str]) -> None:
    """Offset, old → new; near changes are one, far ones are several."""
    assert [str(change) for change in diff_bytes(old, new)] == told


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_the_changes_make_the_new_from_the_old(old: bytes, new: bytes) -> None:
    """Applied from behind, they turn one value into the other."""
    made = old
    for change in reversed(diff_bytes(old, new)):
        assert made[change.offset : change.offset + len(change.old)] == change.old
        made = made[: change.offset] + change.new + made[change.offset + len(change.old) :]
    assert made == new


def test_only_a_few_bytes_are_quoted() -> None:
    """A megabyte that was replaced is eight bytes and an ellipsis."""
    assert quoted(b"x" * 1_000_000) == '78 78 78 78 78 78 78 78 … "xxxxxxxx"'


def test_equal_records_do_not_differ() -> None:
    """Added headers are allowed, and a null header is an empty one."""
    sent = Record(key=b"k", value=b"v", headers=(("a", None), ("b", b"1")))
    found = Record(key=b"k", value=b"v", headers=(("b", b"1"), ("a", b""), ("kafka_dlt-exception", b"x")))
    assert diff_records(sent, found) == ()


def test_null_and_empty_are_two_things() -> None:
    """A tombstone that became an empty value is altered."""
    assert diff_records(Record(value=None), Record(value=b"")) == ("value: null was sent, empty came",)
    assert diff_records(Record(key=b"", value=b"v"), Record(value=b"v")) == ("key: empty was sent, null came",)


def test_headers_are_compared_by_name_and_in_order() -> None:
    """Missing, changed and swapped ones are told."""
    sent = Record(headers=(("a", b"1"), ("a", b"2"), ("b", b"x")))
    assert diff_records(sent, Record(headers=(("a", b"2"), ("a", b"1")))) == (
        'header a: 31 "1", 32 "2" was sent, 32 "2", 31 "1" came',
        "header b: missing",
    )


def test_many_changes_are_counted() -> None:
    """Three are told, the rest is a number."""
    old, new = b"a" * 100, b"".join(b"X" + b"a" * 9 for _ in range(10))
    told = diff_records(Record(value=old), Record(value=new))
    assert len(told) == 4
    assert told[-1] == "value: and 7 more places"


def test_what_became_of_key_headers_and_time_is_told() -> None:
    """Each by itself, null and empty told apart; the marker of a run is nobody's change."""
    parent = Record(b"k", None, (("a", b"1"), ("b", b"2"), ("c", b"")), None)
    mark = ("kcontract-case", b"run/1")
    new = Record(None, b"v", (("a", b"1"), ("a", b"9"), ("c", None), ("new", b"x"), mark), -1)
    assert diff_envelopes(parent, new) == (
        'key: 6b "k" → null',
        'header a: 31 "1" → 31 "1", 39 "9"',
        'header b: 32 "2" → none',
        "header c: empty → null",
        'header new: none → 78 "x"',
        "time: that of sending → -1 ms since 1970",
    )
    turned = Record(b"k", b"v", (("b", b"2"), ("a", b"1"), ("c", b""), mark))
    assert diff_envelopes(parent, turned) == ("headers: in another order",)
    assert diff_envelopes(parent, Record(b"k", b"v", (*parent.headers, mark))) == ()
