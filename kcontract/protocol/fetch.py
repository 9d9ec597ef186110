"""Fetch (key 1), versions 0 to 18: from which offsets a consumer reads, and where records came (KIP-227 sessions)."""

from __future__ import annotations

import struct
from typing import TypeVar

from kcontract.model.value import Value
from kcontract.protocol.apis import Api
from kcontract.protocol.body import Body, Topic

T = TypeVar("T")
_INT32 = struct.Struct(">i")

FINAL_EPOCH = -1
"""Epoch of a full request outside of any session; 0 is a full one that begins a session."""


class Position(Value, frozen=True):
    """The next offset that is wanted of a partition."""

    topic: Topic
    partition: int
    offset: int


class FetchRequest(Value, frozen=True):
    """`full`: nothing but `positions` is wanted; else they add to what the session holds, less `forgotten`."""

    full: bool
    positions: tuple[Position, ...]
    forgotten: tuple[tuple[Topic, int], ...] = ()


class Fetched(Value, frozen=True):
    """Bytes of records that came for a partition; `error` 0, or why none came."""

    topic: Topic
    partition: int
    error: int
    size: int


def read_fetch(frame: bytes, version: int) -> FetchRequest:
    """The request in a frame without its length. FrameError if it is none."""
    body = Body.of_request(frame, Api.FETCH, version)
    if version <= 14:
        body.skip(4)  # replica
    body.skip(8)  # longest wait, fewest bytes
    body.since(3, 4)  # most bytes
    body.since(4, 1)  # isolation
    body.since(7, 4)  # session
    epoch = body.int32() if version >= 7 else FINAL_EPOCH
    positions = body.list(lambda: _positions(body))
    forgotten = body.list(lambda: _forgotten(body)) if version >= 7 else ()
    return FetchRequest(epoch <= 0, _flat(positions), _flat(forgotten))


def hastened(frame: bytes, version: int, most: int) -> bytes:
    """The request with `most` milliseconds for its longest wait, where one byte is waited for longer; else as it is.

    How long a broker holds back an empty answer is all that this alters: it may come earlier at any time. A consumer
    that seeks waits for it, since it asks each broker one thing at a time. FrameError if it is no such request.
    """
    body = Body.of_request(frame, Api.FETCH, version)
    if version <= 14:
        body.skip(4)  # replica
    at = body.at
    wait, fewest = body.int32(), body.int32()
    if wait <= most or fewest > 1:
        return frame
    return frame[:at] + _INT32.pack(most) + frame[at + _INT32.size :]


def read_fetched(frame: bytes, version: int) -> tuple[Fetched, ...]:
    """The answer in a frame without its length, by partitions. FrameError if it is none."""
    return _fetched(Body.of_response(frame, Api.FETCH, version))


def skip_fetched(body: Body) -> None:
    """Pass over all partitions, to the tagged fields at the end."""
    _fetched(body)


def _fetched(body: Body) -> tuple[Fetched, ...]:
    body.since(1, 4)  # throttle time
    body.since(7, 6)  # error, session
    return _flat(body.list(lambda: _answers(body)))


def _flat(groups: tuple[tuple[T, ...], ...]) -> tuple[T, ...]:
    return tuple(one for group in groups for one in group)


def _positions(body: Body) -> tuple[Position, ...]:
    topic = body.topic()
    parts = body.list(lambda: _position(body, topic))
    body.close()
    return parts


def _position(body: Body, topic: Topic) -> Position:
    partition = body.int32()
    body.since(9, 4)  # leader epoch
    offset = body.int64()
    body.since(12, 4)  # last fetched epoch
    body.since(5, 8)  # log start offset
    body.skip(4)  # most bytes
    body.close()
    return Position(topic, partition, offset)


def _forgotten(body: Body) -> tuple[tuple[Topic, int], ...]:
    topic = body.topic()
    parts = body.list(body.int32)
    body.close()
    return tuple((topic, partition) for partition in parts)


def _answers(body: Body) -> tuple[Fetched, ...]:
    topic = body.topic()
    parts = body.list(lambda: _answer(body, topic))
    body.close()
    return parts


def _answer(body: Body, topic: Topic) -> Fetched:
    partition, error = body.int32(), body.int16()
    body.skip(8)  # high watermark
    body.since(4, 8)  # last stable offset
    body.since(5, 8)  # log start offset
    if body.version >= 4:
        body.list(lambda: _aborted(body))
    body.since(11, 4)  # preferred replica
    _, size = body.blob()
    body.close()
    return Fetched(topic, partition, error, size)


def _aborted(body: Body) -> None:
    body.skip(16)
    body.close()
