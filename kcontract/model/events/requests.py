"""What happens to the requests that make a sender send."""

from __future__ import annotations

from typing import Literal

from kcontract.model.events.happened import Happened


class Requested(Happened, frozen=True):
    """A sender was triggered. `case` is the request's id; the marker and correlation headers are among `headers`."""

    case: str
    kind: str
    expectation: Literal["valid", "invalid"]
    topic: str
    method: str
    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    path: tuple[tuple[str, str], ...] = ()
    """Names and values of the path's parts, for `$request.path#/name`."""
    note: str = ""
    copy_of: str = ""
    sender: str = ""
    """The name under `send`; empty where the topic has only one."""
    is_step: bool = False
    """Whether it only prepares another one, by an action that some sender of the unit declares as its own."""
    steps: tuple[str, ...] = ()
    """The cases of such requests, made before this one about the same entity."""


class Responded(Happened, frozen=True):
    case: str
    status: int
    """Of HTTP; 0: no answer (connection refused, timeout). Of commands 200, 400 or, killed by a signal, 500."""
    body: bytes = b""
    error: str = ""
    retry_after: bool = False
    """Whether the answer asks to come back later."""
    exit_code: int | None = None
    """Of an action's command, or of the process of a function that ended it."""
    hung_up: bool = False
    """Whether the service closed the connection instead of answering."""


class AskedAlone(Happened, frozen=True):
    """Nothing else was asked from `since` on until now, and the sender's events were read to the end."""

    case: str
    since: float


class RequestsSettled(Happened, frozen=True):
    """The sender's events were read to the end after a later valid request had its event: negatives may be stated."""

    cases: tuple[str, ...]
