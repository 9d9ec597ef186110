"""Patterns as automata: which texts one matches, character by character, `^` and `$` heeded wherever they stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kcontract.generate.patterns import ANY, Assertion, Choice, Part, Repeat, UnsupportedPatternError, takes

_MOST_NODES = 3_000
States = frozenset[int]


class Automaton:
    """A pattern as a machine without choices, whose states are made as they are asked for."""

    def __init__(self, tree: Choice) -> None:
        self.letters: list[str] = []
        """What the edges take."""
        self._moves: list[list[tuple[int, int]]] = []
        self._free: list[list[tuple[str, int]]] = []
        """Edges that take no character: under no condition, at the start (`^`), or at the end (`$`)."""
        start, self._final = self._node(), -1
        if not anchored(tree, 0):
            self._edge(start, ANY, start)
        self._final = self._after(tree, start)
        self._open = not anchored(tree, -1)
        if self._open:
            self._final = self._linked(self._final, self._node())
            self._edge(self._final, ANY, self._final)
        self._sorts: list[frozenset[int]] = []
        self._steps: dict[tuple[States, int], States] = {}
        self._ends: dict[States, bool] = {}
        self.begin = self._closed([start], "^")

    def sorted_by(self, alphabet: Sequence[str]) -> None:
        """Number the characters that `step` is asked for."""
        self._sorts = [
            frozenset(n for n, char in enumerate(alphabet) if takes(letters, char)) for letters in self.letters
        ]

    def step(self, states: States, char: int) -> States:
        """Where a character of the alphabet leads; nowhere if that is empty."""
        key = states, char
        if key not in self._steps:
            there = [to for node in states for letters, to in self._moves[node] if char in self._sorts[letters]]
            self._steps[key] = self._closed(there, "")
        return self._steps[key]

    def ends(self, states: States) -> bool:
        """Whether the text may end here."""
        if states not in self._ends:
            signs = "$^" if states is self.begin else "$"
            self._ends[states] = self._final in self._closed(list(states), signs)
        return self._ends[states]

    def _closed(self, nodes: list[int], signs: str) -> States:
        found, pending = set(nodes), list(nodes)
        while pending:
            for sign, to in self._free[pending.pop()]:
                if to not in found and (not sign or sign in signs):
                    found.add(to)
                    pending.append(to)
        return frozenset({self._final} if self._open and self._final in found else found)

    def _node(self) -> int:
        if len(self._moves) >= _MOST_NODES:
            raise UnsupportedPatternError("too long")
        self._moves.append([])
        self._free.append([])
        return len(self._moves) - 1

    def _edge(self, start: int, letters: str, end: int) -> int:
        self._moves[start].append((len(self.letters), end))
        self.letters.append(letters)
        return end

    def _linked(self, start: int, end: int, sign: str = "") -> int:
        self._free[start].append((sign, end))
        return end

    def _after(self, part: Part, start: int) -> int:
        """The node behind a part that begins at another."""
        if isinstance(part, str):
            return self._edge(start, part, self._node())
        if isinstance(part, Assertion):
            if part.sign not in ("^", "$"):
                raise UnsupportedPatternError("look-around, or a word's boundary")
            return self._linked(start, self._node(), part.sign)
        if isinstance(part, Repeat):
            return self._repeated(part, start)
        end = self._node()
        for option in part.options:
            at = self._linked(start, self._node())
            for inner in option:
                at = self._after(inner, at)
            self._linked(at, end)
        return end

    def _repeated(self, part: Repeat, start: int) -> int:
        at = start
        for _ in range(part.low):
            at = self._after(part.part, at)
        if part.endless:
            at = self._linked(at, self._node())
            self._linked(self._after(part.part, at), at)
            return at
        end = self._linked(at, self._node())
        for _ in range(part.high - part.low):
            at = self._after(part.part, at)
            self._linked(at, end)
        return end


def anchored(part: Part, at: int) -> bool:
    """Whether every text of a part is tied to the start of what is searched (`at` 0), or to its end (-1)."""
    if isinstance(part, Choice):
        return all(option and anchored(option[at], at) for option in part.options)
    return isinstance(part, Assertion) and part.sign == "^$"[at]


@lru_cache(64)
def alphabet_of(letters: frozenset[str]) -> str:
    """The characters that classes name, and the printable ones, digits and letters first."""
    chars = set(ANY).union(*letters)
    return "".join(sorted(chars, key=lambda char: (not char.isascii(), not char.isalnum(), char)))
