"""Randomness that is seeded when it is first asked for."""

from __future__ import annotations

from random import Random
from typing import Any, cast


class _Late:
    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rng: Random | None = None

    def __getattr__(self, name: str) -> Any:
        if self._rng is None:
            self._rng = Random(self._seed)  # noqa: S311 - test data
        method = self.__dict__[name] = getattr(self._rng, name)  # found there from now on
        return method


def late(seed: str) -> Random:
    """What `Random(seed)` is: seeding takes as long as making a case, and most kinds of cases never ask."""
    return cast("Random", _Late(seed))
