"""Frames: a length, a header, a body (kafka.apache.org/protocol#protocol_common)."""

from __future__ import annotations

import struct

from kcontract.model.value import Value
from kcontract.protocol.primitives import Decoder, Encoder, FrameError

LENGTH_BYTES = 4
MAX_FRAME_BYTES = 100 << 20
_LENGTH = struct.Struct(">i")


class RequestHeader(Value, frozen=True):
    """Header of a request. A flexible one (header v2) ends with tagged fields (KIP-482)."""

    api: int
    version: int
    correlation: int
    client: str | None = None
    flexible: bool = False


def encode_request(header: RequestHeader, body: bytes) -> bytes:
    """The whole frame of a request, its length included."""
    encoder = Encoder().int16(header.api).int16(header.version).int32(header.correlation).string(header.client)
    if header.flexible:
        encoder.no_tags()
    return _framed(bytes(encoder.raw(body)))


def decode_request(frame: bytes, *, flexible: bool = False) -> tuple[RequestHeader, Decoder]:
    """Header and body of a request's frame without its length. FrameError if it is none."""
    decoder = Decoder(frame)
    header = RequestHeader(decoder.int16(), decoder.int16(), decoder.int32(), decoder.string(), flexible)
    if flexible:
        decoder.tags()
    return header, decoder


def encode_response(correlation: int, body: bytes, *, flexible: bool = False) -> bytes:
    """The whole frame of a response, its length included."""
    encoder = Encoder().int32(correlation)
    if flexible:
        encoder.no_tags()
    return _framed(bytes(encoder.raw(body)))


def decode_response(frame: bytes, correlation: int, *, flexible: bool = False) -> Decoder:
    """Body of the response with this correlation id, from its frame without the length. FrameError if it is none."""
    decoder = Decoder(frame)
    answered = decoder.int32()
    if answered != correlation:
        raise FrameError(f"response to request {answered}, not to {correlation}")
    if flexible:
        decoder.tags()
    return decoder


def frame_length(prefix: bytes) -> int:
    """Length in bytes of the frame that follows its four byte prefix. FrameError if no Kafka server sends such one."""
    if len(prefix) != LENGTH_BYTES:
        raise FrameError(f"a frame's length has {LENGTH_BYTES} bytes, not {len(prefix)}")
    length: int = _LENGTH.unpack(prefix)[0]
    if not 0 <= length <= MAX_FRAME_BYTES:
        raise FrameError(f"a frame of {length} bytes: not a Kafka server")
    return length


def _framed(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content
