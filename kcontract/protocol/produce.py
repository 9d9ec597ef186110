"""Produce (key 0), versions 0 to 13: how many records go where, and what became of them."""

from __future__ import annotations

import struct

from kcontract.model.value import Value
from kcontract.protocol.apis import Api
from kcontract.protocol.body import Body, Topic

_BATCH = struct.Struct(">qiib")
"""Base offset, length, leader epoch, magic: how every batch begins (magic 2; older ones differ behind the length)."""
_COUNT_AT = 57
_LENGTH_OVERHEAD = 12
_BATCHES_AT_MOST = 64


class Sent(Value, frozen=True):
    """Records for one partition."""

    topic: Topic
    partition: int
    records: int


class Taken(Value, frozen=True):
    """The broker's answer for one partition: `error` 0, or why it did not take the records."""

    topic: Topic
    partition: int
    error: int


class ProduceRequest(Value, frozen=True):
    transactional: bool
    acks: int
    """0: there will be no answer."""
    parts: tuple[Sent, ...]


def read_produce(frame: bytes, version: int) -> ProduceRequest:
    """The request in a frame without its length. FrameError if it is none."""
    body = Body.of_request(frame, Api.PRODUCE, version)
    transactional = body.text_since(3) is not None
    acks = body.int16()
    body.skip(4)  # timeout
    topics = body.list(lambda: _topic(body))
    return ProduceRequest(transactional, acks, tuple(part for parts in topics for part in parts))


def read_produced(frame: bytes, version: int) -> tuple[Taken, ...]:
    """The answer in a frame without its length. FrameError if it is none."""
    body = Body.of_response(frame, Api.PRODUCE, version)
    return tuple(part for parts in body.list(lambda: _answers(body)) for part in parts)


def skip_answers(body: Body) -> None:
    """Pass over the answers for all partitions, and the throttle time, to the tagged fields at the end."""
    body.list(lambda: _answers(body))
    body.since(1, 4)


def _topic(body: Body) -> tuple[Sent, ...]:
    topic = body.topic()
    parts = body.list(lambda: _part(body, topic))
    body.close()
    return parts


def _part(body: Body, topic: Topic) -> Sent:
    partition = body.int32()
    start, size = body.blob()
    sent = Sent(topic, partition, _records(body, start, size))
    body.close()
    return sent


def _records(body: Body, start: int, size: int) -> int:
    """How many records the batches hold; those of formats before magic 2 count as one a message set."""
    count, end = 0, start + size
    for _ in range(_BATCHES_AT_MOST):
        if start + _BATCH.size > end:
            break
        _, length, _, magic = _BATCH.unpack(body.data(start, _BATCH.size))
        new = magic >= 2 and start + _COUNT_AT + 4 <= end
        count += int.from_bytes(body.data(start + _COUNT_AT, 4), "big") if new else 1
        start += _LENGTH_OVERHEAD + max(length, 0)
    return count


def _answers(body: Body) -> tuple[Taken, ...]:
    topic = body.topic()
    parts = body.list(lambda: _answer(body, topic))
    body.close()
    return parts


def _answer(body: Body, topic: Topic) -> Taken:
    partition, error = body.int32(), body.int16()
    body.skip(8)  # base offset
    body.since(2, 8)  # log append time
    body.since(5, 8)  # log start offset
    if body.version >= 8:
        body.list(lambda: _record_error(body))
        body.text()
    body.close()
    return Taken(topic, partition, error)


def _record_error(body: Body) -> None:
    body.skip(4)
    body.text()
    body.close()
