"""Messages as a client and a broker would send them, in versions that are easy to write by hand."""

from __future__ import annotations

from kcontract.protocol.apis import Api
from kcontract.protocol.frames import RequestHeader, encode_request, encode_response
from kcontract.protocol.primitives import Encoder

FETCH, PRODUCE, METADATA, COMMIT, JOIN, HEARTBEAT = 4, 3, 1, 2, 0, 0
"""The versions used here; none is flexible."""


def request(api: int, version: int, correlation: int, body: Encoder | None = None) -> bytes:
    return encode_request(RequestHeader(api, version, correlation, "client"), bytes(body or Encoder()))


def fetch(correlation: int, *positions: int, topic: str = "t", wait: int = 50, fewest: int = 1) -> bytes:
    """Wants the n-th partition from the n-th position, and waits for so many bytes."""
    body = Encoder().int32(-1).int32(wait).int32(fewest).int32(1 << 20).int8(0)
    body.array([topic], lambda e, name: e.string(name).int32(len(positions)))
    for partition, offset in enumerate(positions):
        body.int32(partition).int64(offset).int32(1 << 20)
    return request(Api.FETCH, FETCH, correlation, body)


def fetched(correlation: int, *records: bytes, topic: str = "t") -> bytes:
    """The n-th bytes for the n-th partition."""
    body = Encoder().int32(0)
    body.array([topic], lambda e, name: e.string(name).int32(len(records)))
    for partition, data in enumerate(records):
        body.int32(partition).int16(0).int64(9).int64(9).int32(0).int32(len(data)).raw(data)
    return encode_response(correlation, bytes(body))


def batch(records: int) -> bytes:
    """The head of a batch of so many records (magic 2), which is all that is read of it."""
    head = Encoder().int64(0).int32(49).int32(0).int8(2)  # base offset, length of the rest, leader epoch, magic
    return bytes(head.raw(bytes(40)).int32(records))


def produce(correlation: int, records: int = 1, *, acks: int = -1, topic: str = "dlq") -> bytes:
    data = batch(records)
    body = Encoder().string(None).int16(acks).int32(1000)
    body.array([topic], lambda e, name: e.string(name).int32(1).int32(0).int32(len(data)).raw(data))
    return request(Api.PRODUCE, PRODUCE, correlation, body)


def produced(correlation: int, error: int = 0, topic: str = "dlq") -> bytes:
    body = Encoder().array([topic], lambda e, name: e.string(name).int32(1).int32(0).int16(error).int64(5).int64(-1))
    return encode_response(correlation, bytes(body.int32(0)))


def commit(correlation: int, offset: int, topic: str = "t") -> bytes:
    body = Encoder().string("g").int32(1).string("m").int64(-1)
    body.array([topic], lambda e, name: e.string(name).int32(1).int32(0).int64(offset).string(None))
    return request(Api.OFFSET_COMMIT, COMMIT, correlation, body)


def committed(correlation: int, error: int = 0, topic: str = "t") -> bytes:
    body = Encoder().array([topic], lambda e, name: e.string(name).int32(1).int32(0).int16(error))
    return encode_response(correlation, bytes(body))


def join(correlation: int) -> bytes:
    return request(Api.JOIN_GROUP, JOIN, correlation, Encoder().string("g").int32(1).string("").string("consumer"))


def joined(correlation: int, generation: int, error: int = 0) -> bytes:
    return encode_response(correlation, bytes(Encoder().int16(error).int32(generation)))


def heartbeat(correlation: int) -> bytes:
    return request(Api.HEARTBEAT, HEARTBEAT, correlation, Encoder().string("g").int32(1).string("m"))


def beaten(correlation: int, error: int) -> bytes:
    return encode_response(correlation, bytes(Encoder().int16(error)))


def leave(correlation: int) -> bytes:
    return request(Api.LEAVE_GROUP, 0, correlation, Encoder().string("g").string("m"))


def metadata(correlation: int) -> bytes:
    return request(Api.METADATA, METADATA, correlation, Encoder().int32(-1))


def brokers(correlation: int, *addresses: tuple[str, int]) -> bytes:
    body = Encoder().int32(len(addresses))
    for node, (host, port) in enumerate(addresses):
        body.int32(node).string(host).int32(port).string(None)
    return encode_response(correlation, bytes(body.int32(0).int32(0)))


def unknown(correlation: int) -> bytes:
    """A request that nobody here reads."""
    return request(999, 0, correlation, Encoder().raw(b"whatever"))
