"""Coming to a consumer group, staying and leaving: JoinGroup, SyncGroup, Heartbeat, LeaveGroup and KIP-848's heartbeat.

Of the requests the group and, where it leads, the epoch are read; of the answers the error and the generation.
"""

from __future__ import annotations

from kcontract.model.value import Value
from kcontract.protocol.apis import Api
from kcontract.protocol.body import Body

MEMBER_ID_REQUIRED = 79
"""The answer to a first JoinGroup without a member id: no failure, the client comes again with it (KIP-394)."""
REBALANCE_IN_PROGRESS = 27
"""The answer to a heartbeat while others join: no failure either."""
_SINCE = {Api.JOIN_GROUP: 2, Api.SYNC_GROUP: 1, Api.HEARTBEAT: 1, Api.LEAVE_GROUP: 1, Api.CONSUMER_GROUP_HEARTBEAT: 0}
"""The first version whose answer begins with a throttle time."""


class MemberRequest(Value, frozen=True):
    """`epoch` is KIP-848's: 0 joins, a negative one leaves; None in the classic protocol."""

    group: str
    epoch: int | None = None


class MemberAnswer(Value, frozen=True):
    error: int
    generation: int = -1
    """Of JoinGroup, and KIP-848's epoch; else -1."""


def read_member(frame: bytes, api: int, version: int) -> MemberRequest:
    """The request in a frame without its length. FrameError if it is none."""
    body = Body.of_request(frame, api, version)
    group = body.text() or ""
    if api != Api.CONSUMER_GROUP_HEARTBEAT:
        return MemberRequest(group)
    body.text()  # member
    return MemberRequest(group, body.int32())


def read_member_answer(frame: bytes, api: int, version: int) -> MemberAnswer:
    """The answer in a frame without its length. FrameError if it is none."""
    body = Body.of_response(frame, api, version)
    body.since(_SINCE[Api(api)], 4)
    error = body.int16()
    if api == Api.JOIN_GROUP:
        return MemberAnswer(error, body.int32())
    if api == Api.CONSUMER_GROUP_HEARTBEAT:
        body.text()  # message
        body.text()  # member
        return MemberAnswer(error, body.int32())
    return MemberAnswer(error)
