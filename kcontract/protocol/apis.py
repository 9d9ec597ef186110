"""The requests that are read: their numbers, and since when each has flexible headers and bodies (KIP-482).

Source: the message definitions of Apache Kafka 4.1 (clients/src/main/resources/common/message).
"""

from __future__ import annotations

from enum import IntEnum

from kcontract.model.value import Value


class Api(IntEnum):
    """Keys of requests."""

    PRODUCE = 0
    FETCH = 1
    METADATA = 3
    OFFSET_COMMIT = 8
    FIND_COORDINATOR = 10
    JOIN_GROUP = 11
    HEARTBEAT = 12
    LEAVE_GROUP = 13
    SYNC_GROUP = 14
    API_VERSIONS = 18
    TXN_OFFSET_COMMIT = 28
    DESCRIBE_CLUSTER = 60
    CONSUMER_GROUP_HEARTBEAT = 68


class Known(Value, frozen=True):
    """What is known of a request: its highest version, and its first flexible one."""

    highest: int
    flexible: int


KNOWN: dict[int, Known] = {
    Api.PRODUCE: Known(13, 9),
    Api.FETCH: Known(18, 12),
    Api.METADATA: Known(13, 9),
    Api.OFFSET_COMMIT: Known(10, 8),
    Api.FIND_COORDINATOR: Known(6, 3),
    Api.JOIN_GROUP: Known(9, 6),
    Api.HEARTBEAT: Known(4, 4),
    Api.LEAVE_GROUP: Known(5, 4),
    Api.SYNC_GROUP: Known(5, 4),
    Api.API_VERSIONS: Known(4, 3),
    Api.TXN_OFFSET_COMMIT: Known(5, 3),
    Api.DESCRIBE_CLUSTER: Known(2, 0),
    Api.CONSUMER_GROUP_HEARTBEAT: Known(1, 0),
}

TOPIC_IDS_SINCE: dict[int, int] = {Api.PRODUCE: 13, Api.FETCH: 13, Api.OFFSET_COMMIT: 10}
"""The first version that names topics by their ids (KIP-516)."""


def is_known(api: int, version: int) -> bool:
    """Whether bodies of this version can be read."""
    known = KNOWN.get(api)
    return known is not None and 0 <= version <= known.highest


def is_flexible(api: int, version: int) -> bool:
    """Whether a known request and its answer are flexible in this version."""
    return version >= KNOWN[api].flexible
