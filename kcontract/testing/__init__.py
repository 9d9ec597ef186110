"""What handlers and tests of a project may import. Nothing here is slow to load."""

from __future__ import annotations

from kcontract.testing.values import Event, Message, Record, Rejected

__all__ = ["Event", "Message", "Record", "Rejected"]
