"""Tokens: constant length, fresh, and found again in every form."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.generate.tokens import (
    INT_HIGH,
    INT_LOW,
    LONG_HIGH,
    LONG_LOW,
    Mint,
    forms,
    is_uuid,
    restamp,
    restamp_value,
    stands_in,
)
from kcontract.model.case import CASE_HEADER, Case, Expectation
from kcontract.model.record import Record
from kcontract.schema.avro.encode import long_bytes
from tests.unit.generate.contracts import seeded

tokens = st.one_of(
    st.uuids().map(lambda value: str(value).encode()),
    st.integers(LONG_LOW, LONG_HIGH - 1).map(lambda value: str(value).encode()),
    st.integers(INT_LOW, INT_HIGH - 1).map(lambda value: str(value).encode()),
    st.from_regex(rb"[A-Z]{2}-[0-9]{8}", fullmatch=True),
)


@given(tokens, st.integers())
def test_successors_have_the_same_forms_in_the_same_lengths(token: bytes, seed: int) -> None:
    """Replacement moves no other byte: neither in text nor in Avro's binary."""
    fresh = Mint(seeded(seed)).like(token)
    assert [len(form) for form in forms(fresh)] == [len(form) for form in forms(token)]
    assert is_uuid(fresh) == is_uuid(token)


@given(st.lists(tokens, max_size=3), st.integers(0, 70), st.integers())
def test_tokens_of_a_record_are_drawn_together(mixed: list[bytes], uuids: int, seed: int) -> None:
    """However many they are, of one form or of several: each is fresh, and of the form of the old one."""
    mint = Mint(seeded(seed))
    for old in (tuple(mixed), (str(UUID(int=1)).encode(),) * uuids):
        for fresh in (mint.all_like(old), mint.all_like(old)):
            assert [is_uuid(token) for token in fresh] == [is_uuid(token) for token in old]
            assert [len(token) for token in fresh] == [len(token) for token in old]
            assert len({token for token in fresh if is_uuid(token)}) == sum(map(is_uuid, fresh))


def test_a_million_numbers_would_not_repeat() -> None:
    """Numbers walk through their whole range, so even the small range has no birthday."""
    mint = Mint(seeded(1))
    assert len({mint.number(INT_LOW, INT_HIGH) for _ in range(100_000)}) == 100_000


def test_uuids_are_version_4() -> None:
    """UUID text is what RFC 9562 calls a random one."""
    for _ in range(200):
        value = UUID(Mint(seeded(_)).uuid())
        assert (value.version, value.variant) == (4, "specified in RFC 4122")


def test_a_stored_case_is_restamped_in_key_value_and_headers() -> None:
    """Text, raw UUID bytes and varints of one token all change together, and the marker says the new id."""
    old, new = b"6f9619ff-8b86-4011-b42d-00cf4fc964ff", b"0b0e5ac2-3b8a-4d57-9a51-3f6a1e0c9d11"
    number, other = b"12345678901234", b"98765432109876"
    value = b"\0" + UUID(old.decode()).bytes + long_bytes(int(number)) + b"H" + old
    record = Record(old, value, (("c", number), (CASE_HEADER, b"run/7")))
    case = Case("7", "t", record, "valid", Expectation.VALID, tokens=(old, number), parent=value)
    again = restamp(case, "7.1", (new, other))
    expected = b"\0" + UUID(new.decode()).bytes + long_bytes(int(other)) + b"H" + new
    assert (again.id, again.tokens, again.parent) == ("7.1", (new, other), expected)
    assert again.record == Record(new, expected, (("c", other), (CASE_HEADER, b"run/7.1")))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"ed", b"xy"),
        (b'{"id": "ed", "red": "edge"}', b'{"id": "xy", "red": "edge"}'),
        (b'{"ed": "ed", "ed" :1}', b'{"ed": "xy", "ed" :1}'),
        (b'"{\\"id\\":\\"ed\\"}"', b'"{\\"id\\":\\"xy\\"}"'),
        (b"{'id': 'ed'}", b"{'id': 'xy'}"),
        (b"\x00\x04edged\x06edit", b"\x00\x04xyged\x06edit"),
        (b"3f70f248-b9b6-4f26-b3ed-73a7f5b8157d", None),
        (b"red", None),
    ],
)
def test_a_short_token_is_replaced_where_it_is_all_there_is(data: bytes, expected: bytes | None) -> None:
    """Neither in longer words nor as a property's name; behind its length in Avro."""
    assert restamp_value(data, [b"ed"], [b"xy"]) == (expected or data)
    assert stands_in(b"ed", data) == (expected is not None)
