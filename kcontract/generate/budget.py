"""How much one generated value may hold, and how much is tried for it.

A schema may ask for a hundred thousand items, or for objects within objects without measure. What is beyond the budget
is told, never tried.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from kcontract.schema.avro.nodes import Branch

MOST = 20_000
"""Values in one generated value; a hundred characters or bytes count as one."""
DEPTH = 6
"""Levels of a value, where that is enough for one."""
_DEEPEST = 100
LONGEST = 1_000_000
"""Characters of one text, bytes of one fixed."""
_PATIENCE = 5
"""Budgets that may be spent on one value, dead ends included."""
_TRIES = 1_000
"""Times in a row that nothing may come out; fewer where each time much is made."""
_OF_A_TRY = 40


class TooDeepError(Exception):
    """The depth budget is spent, or nothing fits here."""


class Budget:
    """What is left for the value that is being made. `notes` says in words what was too large.

    `depth` is how deep values may go: 6, and more for schemas of which all values go deeper.
    """

    def __init__(self) -> None:
        self.depth = DEPTH
        self._was_too_deep = False
        self._left = self._patience = 0
        self._busy = False
        self._spent = 0
        self._exceeded = False
        self.notes: list[str] = []

    @property
    def too_large(self) -> list[str]:
        """What was larger than what is generated, in words."""
        most = f"its values have more than the {MOST:,} parts of which one is generated at most"
        return self.notes or [most] * self._exceeded

    def enter(self, depth: int) -> None:
        """TooDeepError for a level that is too deep."""
        if depth > self.depth:
            self._was_too_deep = True
            raise TooDeepError("too deep")

    def deepened(self) -> bool:
        """Whether more levels are allowed from now on, since there were too few."""
        if not self._was_too_deep or self.depth >= _DEEPEST:
            return False
        self._was_too_deep, self.depth = False, self.depth * 4
        return True

    def spend(self, count: int = 1) -> None:
        """So many values more. TooDeepError beyond the budget."""
        self._left -= count
        self._patience -= count
        self._spent += count
        if self._left < 0 or self._patience < 0:
            self._exceeded = True
            raise TooDeepError("larger than what is generated")

    def text(self, length: int) -> None:
        """A text of that length."""
        self.spend(1 + length // 100)

    def has(self, count: int, what: str) -> None:
        """TooDeepError if so many values are more than one is generated of; `what` asks for them."""
        if count > MOST:
            self.note(f"{what} is more than the {MOST:,} values of which one is generated at most")
            raise TooDeepError("more than is generated")

    def note(self, words: str) -> None:
        """Something cannot be generated."""
        if words not in self.notes:
            self.notes.append(words)

    def attempt(self, make: Callable[[], Any]) -> list[Any]:
        """What is made, or nothing where that is too deep or too large. An attempt inside another shares its budget,
        and gives back what it had if nothing came of it."""
        inside, left = self._busy, self._left
        if not inside:
            self._busy, self._left, self._patience = True, MOST, MOST * _PATIENCE
        try:
            return [make()]
        except (TooDeepError, RecursionError):
            self._left = left
            return []
        finally:
            self._busy = inside

    def patience(self) -> Patience:
        """How often it may be tried in vain."""
        return Patience(self)

    @property
    def spent(self) -> int:
        """Values that were made so far, in vain or not."""
        return self._spent


class Patience:
    """How many tries in a row may come to nothing: fewer where each of them makes much."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._misses, self._since = 0, budget.spent

    def left(self) -> bool:
        """Whether to try once more."""
        self._misses += 1
        return self._misses + (self._budget.spent - self._since) // _OF_A_TRY <= _TRIES

    def renew(self) -> None:
        """Something has come of it."""
        self._misses, self._since = 0, self._budget.spent


def light(values: Iterable[Any], most: int) -> Iterator[Any]:
    """Values until they weigh too much together; the first ones in any case."""
    for value in values:
        yield value
        most -= weight(value)
        if most < 0:
            return


def weight(value: Any) -> int:
    """How many values there are in one, a hundred characters or bytes counting as one."""
    total, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        total += 1
        waiting += _inside(one)
        if isinstance(one, str | bytes):
            total += len(one) // 100
    return total


def height(value: Any) -> int:
    """How many values stand in one another at most."""
    levels, level = 0, [value]
    while level:
        levels += 1
        level = [inner for one in level for inner in _inside(one)]
    return levels


def _inside(value: Any) -> Collection[Any]:
    """The values that stand in one, without those in them."""
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list):
        return value
    return (value.value,) if isinstance(value, Branch) else ()
