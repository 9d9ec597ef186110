"""Whoever reads a record dies and is replaced: its group forms anew, and forms anew again once that has the record."""

from __future__ import annotations

from dataclasses import dataclass, field

_FORMING = "PREPARING_REBALANCING"


@dataclass(slots=True)
class Rejoining:
    """When the group of one window began to form anew. A dead member is waited for up to its session timeout, so there
    may be most of a minute between two of these (Kafka Streams with REPLACE_THREAD: 45 s)."""

    forming: bool = False
    begun: list[float] = field(default_factory=list)

    def look(self, at: float, state: str) -> None:
        """The group as the broker described it."""
        if state != _FORMING:
            self.forming = False
        elif not self.forming:
            self.forming = True
            self.begun.append(at)

    def formed(self) -> None:
        """The tap saw a generation begin: what forms after this forms once more."""
        self.forming = False

    def times(self, since: float) -> int:
        """How often it began to form since then."""
        return sum(at > since for at in self.begun)
