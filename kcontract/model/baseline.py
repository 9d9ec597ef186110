"""Known findings that a team accepts for a while."""

from __future__ import annotations

from kcontract.model.location import Location
from kcontract.model.value import Value


class Accepted(Value, frozen=True):
    """An entry of a baseline. Dates are ISO 8601 (`2026-11-21`)."""

    id: str
    """Id of the finding."""
    verdict: str
    unit: str
    reason: str
    date: str
    """When it was accepted."""
    until: str = ""
    """The last day on which it counts; empty: for ever."""
    at: Location = Location("?")
