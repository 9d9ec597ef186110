"""How far a slow first start is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, and how many of how many units are done: bytes for a download, steps otherwise."""


def silent(what: str, done: int, total: int) -> None:
    """Nobody is told."""
