"""Makes dead members leave their group at once, where they would be waited for until their session ends.

No client library offers it: a raw LeaveGroup v3 with the member's id (KIP-345), over a plain TCP connection to the
group's coordinator. It works for classic and KIP-848 groups alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.broker.plain import Connection, address
from kcontract.errors import BrokerError
from kcontract.protocol.coordinator import (
    FIND_COORDINATOR,
    FIND_COORDINATOR_VERSION,
    decode_find_coordinator_response,
    find_coordinator_request,
)
from kcontract.protocol.leave_group import (
    LEAVE_GROUP,
    LEAVE_GROUP_VERSION,
    decode_leave_group_response,
    leave_group_request,
)
from kcontract.protocol.primitives import FrameError

_GONE = frozenset({0, 25})
"""Left now, or unknown: it had left before."""


def evict(bootstrap: str, group: str, members: Sequence[str]) -> None:
    """Make `members` (ids as the broker describes them) leave `group`; those that left already do not matter.

    `bootstrap` is a plain text listener. EVICT_FAILED if the broker does not answer, or refuses.
    """
    try:
        with Connection(*address(bootstrap)) as connection:
            answer = connection.ask(FIND_COORDINATOR, FIND_COORDINATOR_VERSION, find_coordinator_request(group))
            found = decode_find_coordinator_response(answer)
        if found.error:
            raise _failed(group, f"no coordinator: error {found.error} {found.message or ''}".rstrip())
        with Connection(found.host, found.port) as connection:
            answer = connection.ask(LEAVE_GROUP, LEAVE_GROUP_VERSION, leave_group_request(group, members))
            left = decode_leave_group_response(answer)
    except (OSError, FrameError) as error:
        raise _failed(group, str(error)) from error
    refusals = [f"{each.member}: error {each.error}" for each in left.members if each.error not in _GONE]
    if left.error not in _GONE or refusals:
        raise _failed(group, "; ".join(refusals) or f"error {left.error}")


def _failed(group: str, why: str) -> BrokerError:
    return BrokerError("EVICT_FAILED", f"cannot make dead members leave group {group}: {why}", "run it again")
