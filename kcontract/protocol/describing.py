"""Asking for groups: ConsumerGroupDescribe (key 69, KIP-848), version 0, and DescribeGroups (15), version 4."""

from __future__ import annotations

from kcontract.model.value import Value
from kcontract.protocol.primitives import Decoder, Encoder, FrameError
from kcontract.protocol.visiting import assignment

CONSUMER_GROUP_DESCRIBE, CONSUMER_GROUP_DESCRIBE_VERSION = 69, 0
DESCRIBE_GROUPS, DESCRIBE_GROUPS_VERSION = 15, 4
CONSUMER = "consumer"
_UUID_BYTES = 16


class DescribedMember(Value, frozen=True):
    id: str
    client: str
    host: str
    partitions: tuple[tuple[str, int], ...] = ()


class DescribedGroup(Value, frozen=True):
    """`error` is 0, or says why there is no answer (69: no group of this kind; 14 to 16: not now, or not here)."""

    error: int
    state: str = ""
    members: tuple[DescribedMember, ...] = ()
    kind: str = CONSUMER
    """The protocol type: `consumer`, or another one that is no consumer group."""
    assignor: str = ""
    """What its members agreed on; under KIP-848 the broker's own."""


def consumer_group_describe_request(group: str) -> bytes:
    """Body of the request (flexible) for a group of the consumer protocol."""
    return bytes(Encoder().uvarint(2).compact_string(group).int8(0).no_tags())


def decode_consumer_group_describe_response(decoder: Decoder) -> DescribedGroup:
    """The answer for the one group that was asked for. FrameError if it is none."""
    decoder.int32()  # throttle time
    groups = decoder.compact_array(_consumer_group)
    decoder.tags()
    decoder.end()
    return _only(groups)


def describe_groups_request(group: str) -> bytes:
    """Body of the request for a classic group."""
    return bytes(Encoder().array([group], lambda encoder, each: encoder.string(each)).int8(0))


def decode_describe_groups_response(decoder: Decoder) -> DescribedGroup:
    """The answer for the one group that was asked for. FrameError if it is none."""
    decoder.int32()  # throttle time
    groups = decoder.array(_classic_group)
    decoder.end()
    return _only(groups)


def _only(groups: tuple[DescribedGroup, ...]) -> DescribedGroup:
    if len(groups) != 1:
        raise FrameError(f"{len(groups)} groups are described, not the one that was asked for")
    return groups[0]


def _consumer_group(decoder: Decoder) -> DescribedGroup:
    error = decoder.int16()
    decoder.compact_string()  # the error in words
    decoder.compact_string()  # the group's name
    state = decoder.compact_string() or ""
    decoder.skip(8)  # epochs of group and assignment
    assignor = decoder.compact_string() or ""
    members = decoder.compact_array(_consumer_member)
    decoder.int32()  # authorized operations
    decoder.tags()
    return DescribedGroup(error, state, members, assignor=assignor)


def _consumer_member(decoder: Decoder) -> DescribedMember:
    member = decoder.compact_string() or ""
    decoder.compact_string()  # instance
    decoder.compact_string()  # rack
    decoder.int32()  # epoch
    client, host = decoder.compact_string() or "", decoder.compact_string() or ""
    decoder.compact_array(Decoder.compact_string)  # subscribed topics
    decoder.compact_string()  # subscribed pattern
    assigned = _consumer_assignment(decoder)
    _consumer_assignment(decoder)  # what it is to become
    decoder.tags()
    return DescribedMember(member, client, host, assigned)


def _consumer_assignment(decoder: Decoder) -> tuple[tuple[str, int], ...]:
    topics = decoder.compact_array(_consumer_topic)
    decoder.tags()
    return tuple(place for topic in topics for place in topic)


def _consumer_topic(decoder: Decoder) -> tuple[tuple[str, int], ...]:
    decoder.skip(_UUID_BYTES)
    name = decoder.compact_string() or ""
    numbers = decoder.compact_array(Decoder.int32)
    decoder.tags()
    return tuple((name, number) for number in numbers)


def _classic_group(decoder: Decoder) -> DescribedGroup:
    error = decoder.int16()
    decoder.string()  # the group's name
    state = decoder.string() or ""
    kind, assignor = decoder.string() or "", decoder.string() or ""
    members = decoder.array(_classic_member)
    decoder.int32()  # authorized operations
    return DescribedGroup(error, state, members, kind, assignor)


def _classic_member(decoder: Decoder) -> DescribedMember:
    member = decoder.string() or ""
    decoder.string()  # instance
    client, host = decoder.string() or "", decoder.string() or ""
    _blob(decoder)  # what it subscribed to
    return DescribedMember(member, client, host, _classic_assignment(_blob(decoder)))


def _classic_assignment(data: bytes) -> tuple[tuple[str, int], ...]:
    """Nothing for a member that has none, or for another protocol's."""
    try:
        return assignment(data)
    except FrameError:
        return ()


def _blob(decoder: Decoder) -> bytes:
    return decoder.raw(max(decoder.int32(), 0))
