"""What services under test answer: how a process ended, and what came back over HTTP."""

from __future__ import annotations

from kcontract.model.value import Value


class ExitInfo(Value, frozen=True):
    """How a process ended: exit code, or the negative number of the signal."""

    code: int
    stderr: str = ""
    stdout: str = ""


class Answer(Value, frozen=True):
    """An HTTP answer; `status` 0 and `error` if there was none."""

    status: int
    body: bytes = b""
    error: str = ""


class Decision(Value, frozen=True):
    """What a function of the project says. `holds` None and `error` if it did not answer."""

    holds: bool | None = None
    error: str = ""
