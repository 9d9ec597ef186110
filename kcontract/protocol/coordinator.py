"""FindCoordinator (key 10), version 1: which broker keeps a consumer group."""

from __future__ import annotations

from kcontract.model.value import Value
from kcontract.protocol.primitives import Decoder, Encoder

FIND_COORDINATOR = 10
FIND_COORDINATOR_VERSION = 1
_GROUP = 0


class Coordinator(Value, frozen=True):
    """`error` is 0, or says why there is none (15: not available yet)."""

    error: int
    host: str = ""
    port: int = -1
    message: str | None = None
    node: int = -1


def find_coordinator_request(group: str) -> bytes:
    """Body of the request for a consumer group."""
    return bytes(Encoder().string(group).int8(_GROUP))


def encode_find_coordinator_response(found: Coordinator) -> bytes:
    """Body of the response."""
    encoder = Encoder().int32(0).int16(found.error).string(found.message)
    return bytes(encoder.int32(found.node).string(found.host).int32(found.port))


def decode_find_coordinator_response(decoder: Decoder) -> Coordinator:
    """The response. FrameError if it is none."""
    decoder.int32()  # throttle time
    error, message, node = decoder.int16(), decoder.string(), decoder.int32()
    host, port = decoder.string() or "", decoder.int32()
    decoder.end()
    return Coordinator(error, host, port, message, node)
