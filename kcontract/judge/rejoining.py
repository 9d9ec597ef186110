"""Whoever reads a record dies and is replaced: its group forms anew, and forms anew again once that has the record."""

from __future__ import annotations

from dataclasses import dataclass, field

_FORMING = "PREPARING_REBALANCING"
_AGAIN = 10.0
"""Seconds that it takes whoever was given the record to take it."""


@dataclass(slots=True)
class Rejoining:
    """When the group of one window began to form anew. A dead member is waited for up to its session timeout, so there
    may be most of a minute between two of these (Kafka Streams with REPLACE_THREAD: 45 s)."""

    forming: bool = False
    formed_at: float = 0.0
    """When it last had formed."""
    begun: list[float] = field(default_factory=list)

    def look(self, at: float, state: str) -> None:
        """The group as the broker described it."""
        if state != _FORMING:
            self.formed(at)
        elif not self.forming:
            self.forming = True
            self.begun.append(at)

    def formed(self, at: float) -> None:
        """A generation has begun, as the tap saw it too: what forms after this forms once more."""
        if self.forming:
            self.forming, self.formed_at = False, at

    def may_form_again(self, now: float) -> bool:
        """Whether it is forming, or has just formed: whoever has the record now may die of it as well."""
        return self.forming or now - self.formed_at < _AGAIN

    def times(self, since: float) -> int:
        """How often it began to form since then."""
        return sum(at > since for at in self.begun)
