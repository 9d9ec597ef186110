"""Which outcome each case was counted with, at a few bytes a case: a run may have a million of them."""

from __future__ import annotations

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
        code = self._codes.get(outcome)
        if code is None:  # verdicts and a few words more: far fewer than a byte can tell apart
            code = self._codes[outcome] = len(self._names)
            self._names.append(outcome)
        table = self._by_number
        if number >= len(table):
            table.extend(bytes(number + 1 + len(table) // 8 - len(table)))
        before = table[number]
        table[number] = code
        self.noted += not before
        return self._names[before]

    def _swap_other(self, root: str, outcome: str) -> str:
        before = self._others.get(root, "")
        self._others[root] = outcome
        self.noted += not before
        return before
