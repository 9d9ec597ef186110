"""Handing a record to a handler, in a process of its own: what crosses the port (ORACLE.md §7)."""

from __future__ import annotations

from typing import Literal

from kcontract.model.record import Headers, Record
from kcontract.model.value import Value

HandledHow = Literal["returned", "rejected", "raised", "exited", "hung", "bloated"]
"""It came back; with one of the contract's `rejects`, or `kcontract.testing.Rejected`; with another exception; its
process ended; nothing came back in time; its memory grew over the limit."""
FATAL: tuple[HandledHow, ...] = ("exited", "hung", "bloated")
"""What the handler's process does not survive."""
Style = Literal["record", "payload"]
"""What a handler is handed: the record's bytes, or its payload in JSON form, which only a readable record has."""


class Handed(Value, frozen=True):
    """A record on its way to a handler, with the place that it pretends to have."""

    topic: str
    partition: int
    offset: int
    record: Record
    payload: bytes = b""
    """In JSON form, as text, for handlers that take it."""


class Returned(Value, frozen=True):
    """An event as a handler returned it."""

    value: bytes | None = None
    is_json: bool = False
    """Whether `value` is the payload's JSON form, as text; else it is what is to be sent."""
    topic: str = ""
    """Empty: the only one that there is."""
    key: bytes | None = None
    headers: Headers | None = None
    """None: those that the loop around the handler puts there."""


class Handled(Value, frozen=True):
    """What came of a record that was handed over; see `events.Called`."""

    how: HandledHow
    returned: tuple[Returned, ...] = ()
    error: str = ""
    code: int = 0
