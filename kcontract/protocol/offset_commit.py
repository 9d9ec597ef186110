"""OffsetCommit (key 8, versions 0 to 10) and TxnOffsetCommit (key 28, versions 0 to 5)."""

from __future__ import annotations

from itertools import groupby

from kcontract.model.value import Value
from kcontract.protocol.apis import Api, is_flexible
from kcontract.protocol.body import Body, Topic
from kcontract.protocol.frames import encode_response
from kcontract.protocol.primitives import Encoder


class Mark(Value, frozen=True):
    """An offset to be committed: the next one to be read."""

    topic: Topic
    partition: int
    offset: int


def read_offset_commit(frame: bytes, api: int, version: int) -> tuple[Mark, ...]:
    """The marks of a request's frame without its length. FrameError if it is none."""
    body = Body.of_request(frame, api, version)
    if api == Api.TXN_OFFSET_COMMIT:
        _transaction(body)
    else:
        body.text()  # group
        body.since(1, 4)  # generation
        body.text_since(1)  # member
        body.text_since(7)  # instance
        if 2 <= version <= 4:
            body.skip(8)  # retention
    return tuple(mark for marks in body.list(lambda: _topic(body)) for mark in marks)


def encode_commit_refusal(correlation: int, api: int, version: int, marks: tuple[Mark, ...], error: int) -> bytes:
    """The whole frame of an answer that refuses every mark with the same error."""
    flexible = is_flexible(api, version)
    body = Encoder()
    if api == Api.TXN_OFFSET_COMMIT or version >= 3:
        body.int32(0)  # throttle time
    topics = [(topic, tuple(group)) for topic, group in groupby(marks, lambda mark: mark.topic)]
    _count(body, len(topics), flexible=flexible)
    for topic, own in topics:
        _name(body, topic, flexible=flexible)
        _count(body, len(own), flexible=flexible)
        for mark in own:
            _end(body.int32(mark.partition).int16(error), flexible=flexible)
        _end(body, flexible=flexible)
    _end(body, flexible=flexible)
    return encode_response(correlation, bytes(body), flexible=flexible)


def read_commit_answer(frame: bytes, api: int, version: int) -> tuple[int, ...]:
    """The error of every partition in an answer's frame without its length. FrameError if it is none."""
    body = Body.of_response(frame, api, version)
    if api == Api.TXN_OFFSET_COMMIT or version >= 3:
        body.skip(4)  # throttle time
    return tuple(error for errors in body.list(lambda: _errors(body)) for error in errors)


def _transaction(body: Body) -> None:
    body.text()  # transaction
    body.text()  # group
    body.skip(10)  # producer and its epoch
    body.since(3, 4)  # generation
    body.text_since(3)  # member
    body.text_since(3)  # instance


def _topic(body: Body) -> tuple[Mark, ...]:
    topic = body.topic()
    marks = body.list(lambda: _mark(body, topic))
    body.close()
    return marks


def _mark(body: Body, topic: Topic) -> Mark:
    partition, offset = body.int32(), body.int64()
    body.since(2 if body.api == Api.TXN_OFFSET_COMMIT else 6, 4)  # leader epoch
    if body.api == Api.OFFSET_COMMIT and body.version == 1:
        body.skip(8)  # timestamp
    body.text()  # metadata
    body.close()
    return Mark(topic, partition, offset)


def _errors(body: Body) -> tuple[int, ...]:
    body.topic()
    errors = body.list(lambda: _error(body))
    body.close()
    return errors


def _error(body: Body) -> int:
    body.skip(4)
    error = body.int16()
    body.close()
    return error


def _count(body: Encoder, count: int, *, flexible: bool) -> None:
    body.uvarint(count + 1) if flexible else body.int32(count)


def _name(body: Encoder, topic: Topic, *, flexible: bool) -> None:
    if isinstance(topic, bytes):
        body.raw(topic)
    elif flexible:
        body.compact_string(topic)
    else:
        body.string(topic)


def _end(body: Encoder, *, flexible: bool) -> None:
    if flexible:
        body.no_tags()
