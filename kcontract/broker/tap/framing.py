"""Cutting a stream into Kafka's frames; what is no such stream, or too large to be held, passes in pieces."""

from __future__ import annotations

from typing import NamedTuple

from kcontract.protocol.frames import LENGTH_BYTES, MAX_FRAME_BYTES

HELD_BYTES = 8 << 20
"""Larger frames are not held back to be read: they pass as their bytes come."""
_HEAD_BYTES = 12
"""Length, and of a request its number, version and correlation."""


class Piece(NamedTuple):
    """`whole`: a frame with its length. `head`: the beginning of a frame too large to be held. Else only bytes."""

    data: bytes
    whole: bool = False
    head: bool = False


class Framer:
    """One direction of one connection."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._passing = 0
        self.opaque = False
        """Not Kafka's protocol: TLS, or nothing that we know. Everything passes as it is."""

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that are complete now, in their order; together they are all the bytes that came."""
        pieces: list[Piece] = []
        if self._passing and not self._held:
            part, data = data[: self._passing], data[self._passing :]
            self._passing -= len(part)
            pieces.append(Piece(part))
        if self.opaque:
            return [*pieces, Piece(data)] if data else pieces
        if self._held:
            self._held += data
            data = bytes(self._held) if self._is_due() else b""
        self._cut(data, pieces)
        return pieces

    def _is_due(self) -> bool:
        """Whether the held bytes are worth looking at: a large frame must not be copied with every piece of it."""
        held = len(self._held)
        if held < LENGTH_BYTES:
            return False
        wanted = LENGTH_BYTES + int.from_bytes(self._held[:LENGTH_BYTES], "big", signed=True)
        return held >= wanted or (wanted > HELD_BYTES and held >= _HEAD_BYTES)

    def _cut(self, data: bytes, pieces: list[Piece]) -> None:
        """Frames from the front of `data`; what is not complete is held."""
        if not data:
            return
        at, end = 0, len(data)
        while end - at >= LENGTH_BYTES:
            size = int.from_bytes(data[at : at + LENGTH_BYTES], "big", signed=True)
            if not 0 <= size <= MAX_FRAME_BYTES:
                self.opaque = True
                pieces.append(Piece(data[at:]))
                at = end
                break
            stop = at + LENGTH_BYTES + size
            if stop <= end:
                pieces.append(Piece(data[at:stop], whole=True))
                at = stop
            elif size > HELD_BYTES and end - at >= _HEAD_BYTES:
                self._passing = stop - end
                pieces.append(Piece(data[at:], head=True))
                at = end
            else:
                break
        self._held = bytearray(data[at:])
