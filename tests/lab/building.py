"""Building the lab's services: once a state of their sources, into build/lab. Python runs from its sources."""

from __future__ import annotations

from collections.abc import Iterable


def build(languages: Iterable[str]) -> None:
    """Build what is not built yet for these languages."""
