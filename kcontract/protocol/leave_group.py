"""LeaveGroup (key 13), version 3: makes members leave by their ids, without being one of them (KIP-345)."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.model.value import Value
from kcontract.protocol.primitives import Decoder, Encoder

LEAVE_GROUP = 13
LEAVE_GROUP_VERSION = 3


class Leaving(Value, frozen=True):
    """A member that leaves, and in the response its error (0: gone; 25: there is no such member)."""

    member: str
    instance: str | None = None
    error: int = 0


class LeaveGroupRequest(Value, frozen=True):
    group: str
    members: tuple[Leaving, ...]


class LeaveGroupResponse(Value, frozen=True):
    """`error` concerns the group as a whole (16: not its coordinator)."""

    error: int
    members: tuple[Leaving, ...] = ()


def leave_group_request(group: str, members: Sequence[str]) -> bytes:
    """Body of the request that makes these member ids leave."""
    return bytes(Encoder().string(group).array(members, lambda encoder, id_: encoder.string(id_).string(None)))


def decode_leave_group_request(decoder: Decoder) -> LeaveGroupRequest:
    """The request. FrameError if it is none."""
    group = decoder.string() or ""
    members = decoder.array(lambda each: Leaving(each.string() or "", each.string()))
    decoder.end()
    return LeaveGroupRequest(group, members)


def encode_leave_group_response(response: LeaveGroupResponse) -> bytes:
    """Body of the response."""
    return bytes(Encoder().int32(0).int16(response.error).array(response.members, _write_answer))


def decode_leave_group_response(decoder: Decoder) -> LeaveGroupResponse:
    """The response. FrameError if it is none."""
    decoder.int32()  # throttle time
    error = decoder.int16()
    members = decoder.array(lambda each: Leaving(each.string() or "", each.string(), each.int16()))
    decoder.end()
    return LeaveGroupResponse(error, members)


def _write_answer(encoder: Encoder, leaving: Leaving) -> Encoder:
    return encoder.string(leaving.member).string(leaving.instance).int16(leaving.error)
