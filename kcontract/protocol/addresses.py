"""Where answers name brokers: every host and port, so that they can be replaced by others (as a proxy must).

Metadata 0 to 13, FindCoordinator 0 to 6, DescribeCluster 0 to 2. The new leader's endpoint, which Produce names since
version 10 and Fetch since version 16 (KIP-951), is taken out: a hint, without which clients ask for Metadata.
"""

from __future__ import annotations

from collections.abc import Callable

from kcontract.model.value import Value
from kcontract.protocol.apis import Api
from kcontract.protocol.body import Body
from kcontract.protocol.fetch import skip_fetched
from kcontract.protocol.primitives import Encoder
from kcontract.protocol.produce import skip_answers

Address = tuple[str, int]
_NODE_ENDPOINTS = 0
"""The tag."""


class Place(Value, frozen=True):
    """An address, and the bytes from `start` to `end` in which host and port stand."""

    address: Address
    start: int
    end: int
    flexible: bool


def names_brokers(api: int) -> bool:
    """Whether answers to this request hold addresses."""
    return api in (Api.METADATA, Api.FIND_COORDINATOR, Api.DESCRIBE_CLUSTER)


def may_hint(api: int, version: int) -> bool:
    """Whether answers to this request can name a new leader's endpoint."""
    return (api == Api.PRODUCE and version >= 10) or (api == Api.FETCH and version >= 16)


def find_addresses(frame: bytes, api: int, version: int) -> tuple[Place, ...]:
    """All addresses in an answer's frame without its length, in their order. FrameError if it cannot be read."""
    body = Body.of_response(frame, api, version)
    if api == Api.METADATA:
        body.since(3, 4)  # throttle time
        return body.list(lambda: _broker(body, rack_since=1))
    if api == Api.FIND_COORDINATOR:
        return _coordinators(body)
    return _cluster(body)


def replace_addresses(frame: bytes, places: tuple[Place, ...], other: Callable[[Address], Address]) -> bytes:
    """The frame with every address replaced by what `other` says of it."""
    parts, at = [], 0
    for place in places:
        host, port = other(place.address)
        encoder = Encoder()
        parts += [frame[at : place.start], bytes(_written(encoder, host, flexible=place.flexible).int32(port))]
        at = place.end
    return b"".join([*parts, frame[at:]])


def without_hint(frame: bytes, api: int, version: int) -> bytes:
    """An answer's frame to Produce or Fetch without the endpoint of a new leader. FrameError if it cannot be read."""
    body = Body.of_response(frame, api, version)
    skip_answers(body) if api == Api.PRODUCE else skip_fetched(body)
    start = body.at
    tags = body.tags()
    if tags.pop(_NODE_ENDPOINTS, None) is None:
        return frame
    rest = Encoder().uvarint(len(tags))
    for tag, value in sorted(tags.items()):
        rest.uvarint(tag).uvarint(len(value)).raw(value)
    return frame[:start] + bytes(rest)


def _written(encoder: Encoder, host: str, *, flexible: bool) -> Encoder:
    return encoder.compact_string(host) if flexible else encoder.string(host)


def _address(body: Body) -> Place:
    start = body.at
    host, port = body.text() or "", body.int32()
    return Place((host, port), start, body.at, body.flexible)


def _broker(body: Body, *, rack_since: int) -> Place:
    body.skip(4)  # node
    place = _address(body)
    body.text_since(rack_since)
    if body.api == Api.DESCRIBE_CLUSTER:
        body.since(2, 1)  # fenced
    body.close()
    return place


def _coordinators(body: Body) -> tuple[Place, ...]:
    body.since(1, 4)  # throttle time
    if body.version >= 4:
        return tuple(place for place in body.list(lambda: _coordinator(body)) if place.address[0])
    body.skip(2)  # error
    body.text_since(1)  # message
    body.skip(4)  # node
    place = _address(body)
    return (place,) if place.address[0] else ()


def _coordinator(body: Body) -> Place:
    body.text()  # key
    body.skip(4)  # node
    place = _address(body)
    body.skip(2)  # error
    body.text()  # message
    body.close()
    return place


def _cluster(body: Body) -> tuple[Place, ...]:
    body.skip(6)  # throttle time, error
    body.text()  # message
    body.since(1, 1)  # type of endpoint
    body.text()  # cluster
    body.skip(4)  # controller
    return body.list(lambda: _broker(body, rack_since=0))
