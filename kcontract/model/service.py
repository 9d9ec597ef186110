"""What services under test answer: how a process ended, and what came back over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from kcontract.model.value import Value


class ExitInfo(Value, frozen=True):
    """How a process ended: exit code, or the negative number of the signal."""

    code: int
    stderr: str = ""
    stdout: str = ""


class Resources(Value, frozen=True):
    """What a service holds, over all of its processes."""

    memory: int
    """Bytes resident."""
    descriptors: int
    threads: int
    connections: int
    """Those of the descriptors that are sockets."""
    share: float = 0.0
    """`memory` as a share of the machine's, at most 1."""


def added(parts: Sequence[Resources]) -> Resources:
    """What several processes hold together."""
    return Resources(
        memory=sum(one.memory for one in parts),
        descriptors=sum(one.descriptors for one in parts),
        threads=sum(one.threads for one in parts),
        connections=sum(one.connections for one in parts),
        share=min(1.0, sum(one.share for one in parts)),
    )


class Answer(Value, frozen=True):
    """An HTTP answer, or what became of a command; `status` 0 and `error` if there was none."""

    status: int
    body: bytes = b""
    error: str = ""
    retry_after: bool = False
    """Whether it asks to come back later (`Retry-After`)."""
    exit_code: int | None = None
    """Of a command; `status` is then 200, 400 or, if a signal ended it, 500."""


class Decision(Value, frozen=True):
    """What a function of the project says. `holds` None and `error` if it did not answer."""

    holds: bool | None = None
    error: str = ""
