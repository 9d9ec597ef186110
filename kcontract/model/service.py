"""What services under test answer: how a process ended, and what came back over HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    """Of a command; `status` is then 200, 400 or, if a signal ended it, 500. Of a function's process that it ended."""
    hung_up: bool = False
    """Whether the connection was closed instead of an answer: what many servers do when their handler fails."""


class HttpRequest(Value, frozen=True):
    """What is to be asked of a service over HTTP."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Question(Value, frozen=True):
    """What a probe asks about one record: `values` for the names of its placeholders, `expressions` for theirs, and
    the record's payload in its JSON form for a function."""

    values: Mapping[str, str]
    expressions: Mapping[str, str] = {}
    payload: Any = None


class Sight(Value, frozen=True):
    """What a probe answered: `status` and `body` of a page, `exit_code` and `body` of a command, `holds` of a function.
    `error` says why there is nothing of that, or what a function finds wrong."""

    status: int = 0
    body: bytes = b""
    exit_code: int | None = None
    holds: bool | None = None
    error: str = ""


class Decision(Value, frozen=True):
    """What a function of the project says. `holds` None and `error` if it did not answer."""

    holds: bool | None = None
    error: str = ""
