"""Writes a record that no client library would: a Produce request made by hand."""

from __future__ import annotations

import struct

from kcontract.broker.plain import Connection
from kcontract.protocol.primitives import Encoder

_PRODUCE = 0


def produce(bootstrap: str, topic: str, value: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    """Append one record to partition 0; the error code of the answer."""
    host, _, port = bootstrap.rpartition(":")
    batch = _batch(_record(value, headers))
    body = Encoder().string(None).int16(-1).int32(5_000).int32(1).string(topic)
    body.int32(1).int32(0).int32(len(batch)).raw(batch)
    with Connection(host, int(port)) as connection:
        answer = connection.ask(_PRODUCE, 3, bytes(body))
        answer.int32(), answer.string(), answer.int32(), answer.int32()
        return answer.int16()


def _record(value: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    named = b"".join(_sized(name) + _sized(each) for name, each in headers)
    record = b"\0" + _varint(0) + _varint(0) + _varint(-1) + _sized(value) + _varint(len(headers)) + named
    return _sized(record)


def _batch(records: bytes) -> bytes:
    content = struct.pack(">hiqqqhii", 0, 0, 1_700_000_000_000, 1_700_000_000_000, -1, -1, -1, 1) + records
    checked = struct.pack(">ib", -1, 2) + struct.pack(">I", _crc32c(content)) + content
    return struct.pack(">qi", 0, len(checked)) + checked


def _sized(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _varint(value: int) -> bytes:
    zigzag = (value << 1) ^ (value >> 63)
    return bytes(Encoder().uvarint(zigzag))


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
