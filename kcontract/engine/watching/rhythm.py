"""How often to look: quickly while something happens, ever more seldom while nothing does.

Looking takes time of the cores that a slow service, or the units of another run, may be waiting for. What is seen late
is late by a small part of the time that was waited for it anyway.
"""

from __future__ import annotations

_PART = 25
"""A pause is at most that part of the time since something happened."""


class Rhythm:
    """Times in seconds on the run's clock."""

    def __init__(self) -> None:
        self._since: float | None = None

    def stir(self) -> None:
        """Something has happened, or will soon."""
        self._since = None

    def pause(self, now: float, shortest: float, longest: float) -> float:
        """How long to wait until the next look."""
        if self._since is None:
            self._since = now
        return min(max(shortest, (now - self._since) / _PART), longest)
