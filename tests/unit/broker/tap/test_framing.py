"""Cutting streams into frames."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kcontract.broker.tap.framing import HELD_BYTES, Framer
from tests.unit.broker.tap import messages


def framed(size: int) -> bytes:
    return size.to_bytes(4, "big") + bytes(size)


@given(st.lists(st.integers(0, 300), max_size=8), st.lists(st.integers(1, 200), min_size=1, max_size=40))
def test_frames_come_whole_however_they_are_cut(sizes: list[int], cuts: list[int]) -> None:
    """Nothing is lost, added or reordered."""
    stream, framer = b"".join(map(framed, sizes)), Framer()
    pieces, at = [], 0
    for cut in [*cuts, len(stream)]:
        pieces += framer.feed(stream[at : at + cut])
        at += cut
    assert [piece.data for piece in pieces] == list(map(framed, sizes))
    assert all(piece.whole for piece in pieces)


def test_a_large_frame_passes_in_pieces() -> None:
    """It is not held back, and what follows is a frame again."""
    framer = Framer()
    stream = framed(HELD_BYTES + 1) + framed(7)
    pieces = [*framer.feed(stream[:10]), *framer.feed(stream[10:5000]), *framer.feed(stream[5000:])]
    assert b"".join(piece.data for piece in pieces) == stream
    assert [piece.head for piece in pieces] == [True, False, False]
    assert pieces[-1] == (framed(7), True, False)


def test_what_is_no_kafka_passes() -> None:
    """TLS and HTTP begin with bytes that are no length."""
    for hello in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET / HTTP/1.1\r\n", b"\xff\xff\xff\xff\x00"):
        framer = Framer()
        assert b"".join(piece.data for piece in framer.feed(hello)) == hello
        assert framer.opaque
        assert [piece.data for piece in framer.feed(b"more")] == [b"more"]


def test_a_message_is_one_piece() -> None:
    """Two in one read are two."""
    both = messages.metadata(1) + messages.fetch(2, 0)
    assert [piece.data for piece in Framer().feed(both)] == [messages.metadata(1), messages.fetch(2, 0)]
