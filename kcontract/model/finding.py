"""Findings: violated promises, as values."""

from __future__ import annotations

from kcontract.model.case import Expectation, Rejection
from kcontract.model.events import Requested
from kcontract.model.location import Location
from kcontract.model.record import LogRecord, Record
from kcontract.model.value import Value


class CaseVerdict(Value, frozen=True):
    """The verdict about one case (or one request of a sender, or the run when `case` is empty)."""

    code: str
    """A code of the catalogue in `model.verdicts`."""
    case: str
    kind: str
    topic: str
    at: Location
    """The line of the contract that made the promise."""
    promised: str
    """The promise in one sentence."""
    seen: tuple[str, ...]
    """What was observed, one fact a line: offsets, exit code, what came back, what did not come."""
    also: tuple[str, ...] = ()
    """Further verdicts whose evidence is complete as well."""
    cause: str = ""
    """Exception and innermost user frame, signal, or the pointer that differs: it tells defects of a kind apart."""
    record: Record | None = None
    parent: bytes | None = None
    """Value of the valid record that the sent one was made from."""
    envelope: Record | None = None
    """That record's key, headers and timestamp, where these are not those of the sent one; no value."""
    note: str = ""
    evidence: tuple[LogRecord, ...] = ()
    """The dead letters or effects that the verdict rests on."""
    stderr: str = ""
    request: str = ""
    """The HTTP request of a sender's case, as text."""
    expectation: Expectation | None = None
    rejection: Rejection | None = None
    tokens: tuple[bytes, ...] = ()
    """What makes the record's identity unique (`Case.tokens`)."""
    requested: Requested | None = None
    """A sender's request, for sending it again."""
    during: str = ""
    """The fault that was on (`model.faults`)."""

    confirmed: bool = True
    """False for one that another case of the same kind and symptom stood for when it was tried again."""


class Finding(Value, frozen=True):
    """All case verdicts with one fingerprint."""

    id: str
    """Eight hexadecimal digits made from unit, verdict, kind and cause; what `kcontract replay` takes."""
    unit: str
    first: CaseVerdict
    """The smallest example."""
    count: int = 1
    kinds: tuple[str, ...] = ()
    """All kinds that show the same defect, most frequent first."""
    decoded: str = ""
    """The record in words, where it can be decoded; filled for people by the report."""
    accepted: str = ""
    """The reason for which a baseline accepts it."""
    fails: bool = True
    """Whether it makes the run end with 1: not if it is accepted, nor if `--fail-on` names other verdicts."""
