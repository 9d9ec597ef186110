"""A part of a run, so that several machines can share it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from kcontract.model.value import Value

T = TypeVar("T")


class Shard(Value, frozen=True):
    """The `index`-th of `of` parts, counted from 1."""

    index: int = 1
    of: int = 1

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"

    def share(self, cases: Iterable[T]) -> Iterator[T]:
        """Every `of`-th case: the same ones in each run with the same seed, and each in one shard only."""
        return islice(cases, self.index - 1, None, self.of)


WHOLE = Shard()
