"""Frames on a pipe: four bytes of length, and a MessagePack value."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

_SIZE = 4
_ENCODER = msgspec.msgpack.Encoder()


def framed(value: Any) -> bytes:
    """The frame of a value."""
    body = _ENCODER.encode(value)
    return len(body).to_bytes(_SIZE, "big") + body


def frames(source: BinaryIO) -> Iterator[bytes]:
    """The bodies of the frames of a stream until its end; one that was cut off is left out."""
    while len(size := source.read(_SIZE)) == _SIZE:
        body = source.read(wanted := int.from_bytes(size, "big"))
        if len(body) < wanted:
            return
        yield body


def send(descriptor: int, value: Any) -> None:
    """Write the frame of a value, all of it."""
    data = memoryview(framed(value))
    while data:
        data = data[os.write(descriptor, data) :]


def cut(buffer: bytearray) -> Iterator[bytes]:
    """The bodies of the whole frames in the buffer, which are taken out of it."""
    start = 0
    while len(buffer) >= start + _SIZE:
        end = start + _SIZE + int.from_bytes(buffer[start : start + _SIZE], "big")
        if len(buffer) < end:
            break
        yield bytes(buffer[start + _SIZE : end])
        start = end
    del buffer[:start]
