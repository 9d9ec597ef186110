"""Stored cases: what it takes to send the record of a finding again, anywhere."""

from __future__ import annotations

from kcontract.model.case import Expectation, Rejection
from kcontract.model.events import Requested
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.model.value import Value

STORED_FORMAT = 1


class StoredCase(Value, frozen=True):
    """A case file. Bytes are base64 in it; the record is exactly what was sent."""

    format: int
    """STORED_FORMAT of the version that wrote it. Required, for defaults are not written."""
    finding: str
    """Id of the finding, which names the file."""
    unit: str
    contract: str
    """Path of the contract file, relative to the project root."""
    topic: str
    kind: str
    expectation: Expectation
    verdict: str
    record: Record
    created: str
    """RFC 3339 in UTC."""
    version: str
    """Of kcontract, which wrote it."""
    parent: bytes | None = None
    """Value of the valid record that the record was made from."""
    envelope: Record | None = None
    """That record's key, headers and timestamp, where these are not the record's; no value."""
    rejection: Rejection | None = None
    schemas: tuple[RegisteredSchema, ...] = ()
    """As the registry held them, with the ids that the record names."""
    note: str = ""
    tokens: tuple[bytes, ...] = ()
    """What makes the record's identity unique, so that its effects can be tied."""
    request: Requested | None = None
    """A sender's request; then `record` is empty."""
