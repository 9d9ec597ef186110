"""The ids of topics (KIP-516), as Metadata tells them since version 10."""

from __future__ import annotations

from kcontract.protocol.apis import Api
from kcontract.protocol.body import Body

_UUID_BYTES = 16


def read_topic_ids(frame: bytes, version: int) -> dict[bytes, str]:
    """Names by id in an answer's frame without its length; empty before version 10. FrameError if it is none."""
    if version < 10:
        return {}
    body = Body.of_response(frame, Api.METADATA, version)
    body.skip(4)  # throttle time
    body.list(lambda: _broker(body))
    body.text()  # cluster
    body.skip(4)  # controller
    return {topic: name for topic, name in body.list(lambda: _topic(body)) if name}


def _broker(body: Body) -> None:
    body.skip(4)
    body.text()
    body.skip(4)
    body.text()
    body.close()


def _topic(body: Body) -> tuple[bytes, str | None]:
    body.skip(2)  # error
    name, topic = body.text(), body.raw(_UUID_BYTES)
    body.skip(1)  # internal
    body.list(lambda: _partition(body))
    body.skip(4)  # operations
    body.close()
    return topic, name


def _partition(body: Body) -> None:
    body.skip(14)  # error, number, leader, its epoch
    for _ in range(3):  # replicas: all, in sync, offline
        body.list(body.int32)
    body.close()
