"""Being a member of a consumer group: JoinGroup (key 11), version 5, SyncGroup (14), 3, Heartbeat (12), 3, and
OffsetCommit (8), 7, by a member.

What the members tell each other inside of them is ConsumerProtocolSubscription and
ConsumerProtocolAssignment.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kcontract.model.value import Value
from kcontract.protocol.emptied import Place, offset_commit_body
from kcontract.protocol.primitives import Decoder, Encoder

JOIN_GROUP, JOIN_GROUP_VERSION = 11, 5
SYNC_GROUP, SYNC_GROUP_VERSION = 14, 3
HEARTBEAT, HEARTBEAT_VERSION = 12, 3
_CONSUMER = "consumer"


class Membership(Value, frozen=True):
    """What the broker knows a member by. `generation` is -1 before it is in."""

    group: str
    member: str = ""
    generation: int = -1


class Joined(Value, frozen=True):
    """`error` 79 asks the client to come again with `member` (KIP-394)."""

    error: int
    generation: int = -1
    leader: str = ""
    member: str = ""


def join_request(membership: Membership, assignor: str, subscribed: bytes, session: float, rebalance: float) -> bytes:
    """Body of the request that joins with one assignor, which is told `subscription`; times in seconds."""
    encoder = Encoder().string(membership.group).int32(round(session * 1000)).int32(round(rebalance * 1000))
    encoder.string(membership.member).string(None).string(_CONSUMER)
    return bytes(encoder.array([assignor], lambda each, name: _blob(each.string(name), subscribed)))


def decode_joined(decoder: Decoder) -> Joined:
    """The answer. FrameError if it is none."""
    decoder.int32()  # throttle time
    error, generation = decoder.int16(), decoder.int32()
    decoder.string()  # the assignor
    leader, member = decoder.string() or "", decoder.string() or ""
    decoder.array(_skip_member)
    decoder.end()
    return Joined(error, generation, leader, member)


def sync_request(membership: Membership) -> bytes:
    """Body of the request that asks for the member's own assignment; only the leader brings any."""
    return bytes(_identified(membership).array((), lambda each, _: each))


def decode_synced(decoder: Decoder) -> tuple[int, tuple[Place, ...]]:
    """The error, and the partitions that the member is given. FrameError if it is no such answer."""
    decoder.int32()  # throttle time
    error, data = decoder.int16(), _read_blob(decoder)
    decoder.end()
    return error, assignment(data)


def heartbeat_request(membership: Membership) -> bytes:
    """Body of the request."""
    return bytes(_identified(membership))


def decode_heartbeat(decoder: Decoder) -> int:
    """The error; 27: others join or leave. FrameError if it is no such answer."""
    decoder.int32()  # throttle time
    error = decoder.int16()
    decoder.end()
    return error


def commit_request(membership: Membership, offsets: Mapping[Place, int]) -> bytes:
    """Body of the request that commits as this member."""
    return bytes(offset_commit_body(_identified(membership), offsets))


def subscription(topics: Sequence[str], owned: Collection[Place] | None) -> bytes:
    """ConsumerProtocolSubscription: topics, no data of the assignor's own, partitions that are not given up.

    Version 1 only where those are asked for: without them librdkafka's cooperative assignor dies, and with them
    kafka-go, which has no cooperative one, refuses the whole group.
    """
    encoder = Encoder().int16(0 if owned is None else 1).array(topics, lambda each, topic: each.string(topic)).int32(-1)
    if owned is None:
        return bytes(encoder)
    held = {topic: sorted(number for name, number in owned if name == topic) for topic, _ in sorted(owned)}
    return bytes(encoder.array(tuple(held.items()), _write_owned))


def assignment(data: bytes) -> tuple[Place, ...]:
    """ConsumerProtocolAssignment, any version; nothing for no bytes. FrameError for another protocol's."""
    if not data:
        return ()
    decoder = Decoder(data)
    decoder.int16()  # version
    topics = decoder.array(lambda each: (each.string() or "", each.array(Decoder.int32)))
    return tuple((topic, number) for topic, numbers in topics for number in numbers)


def _write_owned(encoder: Encoder, held: tuple[str, list[int]]) -> Encoder:
    return encoder.string(held[0]).array(held[1], Encoder.int32)


def _identified(membership: Membership) -> Encoder:
    """How each request of a member begins: group, generation, member, no instance."""
    return Encoder().string(membership.group).int32(membership.generation).string(membership.member).string(None)


def _skip_member(decoder: Decoder) -> None:
    decoder.string()
    decoder.string()
    _read_blob(decoder)


def _blob(encoder: Encoder, data: bytes) -> Encoder:
    return encoder.int32(len(data)).raw(data)


def _read_blob(decoder: Decoder) -> bytes:
    return decoder.raw(max(decoder.int32(), 0))
