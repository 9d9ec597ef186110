"""What every event has."""

from __future__ import annotations

import msgspec


class Happened(msgspec.Struct, frozen=True, tag=True, tag_field="event", omit_defaults=True, gc=False):
    """The base of all events."""

    at: float
