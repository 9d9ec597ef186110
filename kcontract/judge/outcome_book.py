"""Which outcome each case was counted with, at a few bytes a case: a run may have a million of them."""

from __future__ import annotations

from collections.abc import Sequence

_LARGEST = 100_000_000
"""Numbers up to this are places in the table; other names of cases are kept one by one."""


class OutcomeBook:
    """The outcome that was last noted for each case."""

    def __init__(self) -> None:
        self._names = [""]
        self._codes: dict[str, int] = {"": 0}
        self._by_number = bytearray()
        self._others: dict[str, str] = {}
        self.noted = 0
        """How many cases have an outcome."""

    def swap(self, root: str, outcome: str) -> str:
        """Note the outcome of a case; the one that it had before, empty for none."""
        if not (root.isdecimal() and root.isascii()) or (number := int(root)) > _LARGEST:
            return self._swap_other(root, outcome)
        code = self._code_of(outcome)
        self._make_room(number)
        table = self._by_number
        before = table[number]
        table[number] = code
        self.noted += not before
        return self._names[before]

    def swap_new(self, roots: Sequence[str], outcome: str) -> bool:
        """Note one outcome for many cases of which none has one yet, and all are told by numbers. False, and nothing
        noted, if it is not so."""
        digits = "".join(roots)
        if not (digits.isdecimal() and digits.isascii() and all(roots)):
            return False
        numbers = list(map(int, roots))
        most, table = max(numbers, default=0), self._by_number
        if most > _LARGEST or len(set(numbers)) < len(numbers):
            return False
        self._make_room(most)
        if any(map(table.__getitem__, numbers)):
            return False
        code = self._code_of(outcome)
        for number in numbers:
            table[number] = code
        self.noted += len(numbers)
        return True

    def _code_of(self, outcome: str) -> int:
        code = self._codes.get(outcome)
        if code is None:  # verdicts and a few words more: far fewer than a byte can tell apart
            code = self._codes[outcome] = len(self._names)
            self._names.append(outcome)
        return code

    def _make_room(self, number: int) -> None:
        table = self._by_number
        if number >= len(table):
            table.extend(bytes(number + 1 + len(table) // 8 - len(table)))

    def _swap_other(self, root: str, outcome: str) -> str:
        before = self._others.get(root, "")
        self._others[root] = outcome
        self.noted += not before
        return before
