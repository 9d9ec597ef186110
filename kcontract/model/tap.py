"""What the protocol tap sees of a service's talk with the broker, and the faults that it can put on it.

Sightings are gathered by the tap and fetched now and then: each tells of the time since the last fetch.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kcontract.model.value import Value

LeverKind = Literal["refuse", "cut", "slow", "black_hole", "lost_ack", "produce_drop", "commit_error", "commit_drop"]


class Lever(Value, frozen=True):
    """A fault between the service and the broker; the harness's own connections are spared.

    `refuse`: open connections are reset, and new ones refused. `cut`: open connections are reset, once; new ones work.
    `slow`: every message arrives `seconds` later, in each direction. `black_hole`: connections stay open, and nothing
    comes through either way. `lost_ack`: Produce reaches the broker, its answer is held back, and the connection is
    reset after `seconds`; then everything works again. `produce_drop`: Produce does not reach the broker and is not
    answered. `commit_error`: OffsetCommit does not reach the broker and is answered with `error` (a code of Kafka's
    protocol). `commit_drop`: it does not reach the broker and is not answered.
    """

    kind: LeverKind
    seconds: float = 0.0
    error: int = 0


class Refetched(Value, frozen=True, tag=True):
    """Fetches at one offset were answered with records once more, after they had been answered so before."""

    topic: str
    partition: int
    offset: int
    times: int


class CommitAsked(Value, frozen=True, tag=True):
    """A commit was asked for while records that the same service had sent were not acknowledged."""

    topic: str
    partition: int
    offset: int
    """The offset committed: the next record to be read."""
    pending: tuple[tuple[str, int], ...]
    """Topics, and how many records on their way to each."""


class ProduceFailed(Value, frozen=True, tag=True):
    """The broker refused what the service sent."""

    topic: str
    partition: int
    error: int
    times: int


class ProduceHeld(Value, frozen=True, tag=True):
    """The service wrote, and a lever kept that from the broker."""

    times: int


class GroupStirred(Value, frozen=True, tag=True):
    """Members of a consumer group came and went."""

    group: str
    joins: int = 0
    """Answered JoinGroup requests that began a generation, or first heartbeats (KIP-848)."""
    leaves: int = 0
    failures: int = 0
    """Heartbeats, joins and syncs answered with an error."""
    generation: int = -1
    """The last one seen."""


class Connected(Value, frozen=True, tag=True):
    """Connections were opened. `refused`: beyond what the tap holds at once, or by a lever."""

    times: int
    refused: int = 0


class PassedUnread(Value, frozen=True, tag=True):
    """Messages that could not be read: they were passed through as they were."""

    messages: int


Sighting = Refetched | CommitAsked | ProduceFailed | ProduceHeld | GroupStirred | Connected | PassedUnread

SIGHTINGS: msgspec.json.Decoder[tuple[Sighting, ...]] = msgspec.json.Decoder(tuple[Sighting, ...])
