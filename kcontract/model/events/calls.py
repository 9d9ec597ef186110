"""What happens to a handler that is called in a process of its own (ORACLE.md §7)."""

from __future__ import annotations

from kcontract.model.called import HandledHow
from kcontract.model.events.happened import Happened
from kcontract.model.record import LogRecord


class Called(Happened, frozen=True):
    """A handler was handed the record of a case, and this came of it."""

    case: str
    how: HandledHow
    before: int = 0
    """How many records the same process had been handed before."""
    returned: tuple[LogRecord, ...] = ()
    """The events that it returned; without an offset of their own, they are numbered."""
    error: str = ""
    """The exception, with its traceback if it is none of `rejects`; the last words of a process."""
    code: int = 0
    """Of a process that ended: its exit code; a negative one is the signal that killed it."""
