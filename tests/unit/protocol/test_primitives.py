"""Kafka's primitive types: known bytes, the way there and back, and damaged input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.protocol.primitives import Decoder, Encoder, FrameError

INT32 = st.integers(-(2**31), 2**31 - 1)
TEXT = st.text(max_size=300) | st.none()


def test_known_bytes() -> None:
    """The encodings of the protocol guide."""
    assert bytes(Encoder().int8(-1).int16(1).int32(-2).int64(3)) == bytes.fromhex("ff0001fffffffe0000000000000003")
    assert bytes(Encoder().uvarint(0).uvarint(127).uvarint(128).uvarint(300)) == bytes.fromhex("007f8001ac02")
    assert bytes(Encoder().string("ab").string("").string(None)) == bytes.fromhex("000261620000ffff")
    assert bytes(Encoder().compact_string("ab").compact_string("").compact_string(None)) == bytes.fromhex("0361620100")
    assert bytes(Encoder().array((1, 2), Encoder.int8).no_tags()) == bytes.fromhex("00000002010200")


@given(st.lists(INT32), TEXT, TEXT, st.integers(0, 2**35 - 1))
def test_what_is_written_is_read(numbers: list[int], text: str | None, compact: str | None, varint: int) -> None:
    """Every primitive comes back, and nothing is left over."""
    data = bytes(Encoder().array(numbers, Encoder.int32).string(text).compact_string(compact).uvarint(varint))
    decoder = Decoder(data)
    assert decoder.array(Decoder.int32) == tuple(numbers)
    assert (decoder.string(), decoder.compact_string(), decoder.uvarint()) == (text, compact, varint)
    decoder.end()


def test_tagged_fields_are_kept_by_their_tags() -> None:
    """Tag, length, bytes (KIP-482)."""
    assert Decoder(bytes.fromhex("020001ff0502aabb")).tags() == {0: b"\xff", 5: b"\xaa\xbb"}
    assert Decoder(b"\0").tags() == {}


def test_null_arrays_read_as_empty() -> None:
    """Both forms."""
    assert Decoder(b"\xff\xff\xff\xff").array(Decoder.int8) == ()
    assert Decoder(b"\0").compact_array(Decoder.int8) == ()
    assert Decoder(b"\3\1\2").compact_array(Decoder.int8) == (1, 2)


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"\0", Decoder.int16),
        (b"\0\5abc", Decoder.string),
        (b"\xff\xfe", Decoder.string),  # length -2
        (b"\0\1\xff", Decoder.string),  # not UTF-8
        (b"\5abc", Decoder.compact_string),
        (b"\xff" * 9, Decoder.uvarint),
        (b"\x7f\xff\xff\xff", lambda decoder: decoder.array(Decoder.int8)),
        (b"\xff\xff\xff\xff\x0f", lambda decoder: decoder.compact_array(Decoder.int8)),
        (b"\xff\xff\xff\x7f", Decoder.tags),
        (b"x", Decoder.end),
    ],
)
def test_damaged_bytes_are_a_frame_error(data: bytes, read: object) -> None:
    """Lengths and counts that cannot be true are refused at once."""
    with pytest.raises(FrameError):
        read(Decoder(data))  # type: ignore[operator]


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_a_frame_error(data: bytes) -> None:
    """No other exception, and no endless work."""
    for read in (Decoder.string, Decoder.compact_string, Decoder.uvarint, Decoder.tags):
        try:
            read(Decoder(data))
        except FrameError:
            continue


def test_a_string_that_is_too_long_is_not_written() -> None:
    """Its length would not fit in two bytes."""
    with pytest.raises(ValueError, match="32768 bytes"):
        Encoder().string("x" * 32_768)
