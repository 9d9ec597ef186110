"""What happens to a service: its processes, its members, what it uses, its health."""

from __future__ import annotations

from typing import Literal

from kcontract.model.events.happened import Happened
from kcontract.model.service import Resources

KillReason = Literal["stalled", "finished", "interrupted", "restart", "fault"]


class ServiceStarted(Happened, frozen=True):
    pid: int
    start: int
    """1 for the first start of the unit's service."""


class ServiceReady(Happened, frozen=True):
    pid: int


class ServiceExited(Happened, frozen=True):
    """The process ended by itself. `code` is its exit code; a negative one is the signal that killed it."""

    pid: int
    code: int
    stderr: str = ""
    stdout: str = ""


class ServiceKilled(Happened, frozen=True):
    """We ended the process."""

    pid: int
    reason: KillReason
    code: int | None = None
    stderr: str = ""
    stdout: str = ""


class StopAsked(Happened, frozen=True):
    """SIGTERM was sent; the service may take `timeout` seconds."""

    pid: int
    timeout: float


class MembersSeen(Happened, frozen=True):
    """The consumer group as the broker describes it, told only when it changes."""

    state: str
    members: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    """Member id and its assigned partitions."""


class Evicted(Happened, frozen=True):
    members: tuple[str, ...]


class ResourcesSeen(Happened, frozen=True):
    """What the service's processes held, all together."""

    resources: Resources


class HealthSeen(Happened, frozen=True):
    """What the health page answered, told when it changes. `status` 0: no answer."""

    when: Literal["before", "during", "after"]
    url: str
    status: int
    body: bytes = b""
    error: str = ""
