"""What services under test answer: how a process ended, and what came back over HTTP."""

from __future__ import annotations

from kcontract.model.value import Value


class ExitInfo(Value, frozen=True):
    """How a process ended: exit code, or the negative number of the signal."""

    code: int
    stderr: str = ""
    stdout: str = ""


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
