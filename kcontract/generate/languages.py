"""Texts that match several patterns, do not match others, and are of some length: made without trying.

The patterns' automata run side by side, so that a text is only begun where it can be ended. Look-ahead at the start of
a pattern (`^(?=.*[A-Z])(?!.*--)`) is a pattern of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from random import Random

from kcontract.generate.automata import Automaton, States, alphabet_of, anchored
from kcontract.generate.patterns import Assertion, Choice, Part, Pattern, UnsupportedPatternError, takes

_MOST_EDGES = 40_000
_MOST_STEPS = 2_000_000
_MORE = 24
"""Characters beyond the least that a text gets."""
State = tuple[States, ...]


class Language:
    """The texts. `lengths`: those that there are, of the shortest ones; none if there is no text.

    UnsupportedPatternError for what the automata cannot say: back references, look-around elsewhere, word boundaries,
    and what would take them too long.
    """

    def __init__(
        self, wanted: Sequence[str], unwanted: Sequence[str] = (), low: int = 0, high: int | None = None
    ) -> None:
        trees = [_parts(source, wanted=True) for source in wanted] + [_parts(one, wanted=False) for one in unwanted]
        pairs = [pair for found in trees for pair in found]
        self._yes = [Automaton(tree) for tree, yes in pairs if yes]
        self._no = [Automaton(tree) for tree, yes in pairs if not yes]
        self._sort()
        self._next: dict[State, list[tuple[int, State]]] = {}
        self._start = self._explore()
        self._live: list[set[State]] = []
        """Where a text can be ended with exactly so many more characters."""
        self.lengths = self._measure(low, high)
        self._ways: dict[tuple[State, int], tuple[str, dict[str, State]]] = {}

    def write(self, length: int, pick: Callable[[str], str]) -> str:
        """A text of one of the lengths; `pick` takes one of the characters that may come next."""
        state, text = self._start, ""
        for left in range(length, 0, -1):
            letters, ways = self._open(state, left)
            char = pick(letters)
            state = ways[char]
            text += char
        return text

    def draw(self, rng: Random, lean: float | None = None) -> str:
        """A text; `lean` 0 is a shortest one, 1 a long one. IndexError if there is none."""
        length = rng.choice(self.lengths) if lean is None else self.lengths[0 if lean == 0 else -1]
        return self.write(length, rng.choice)

    def _open(self, state: State, left: int) -> tuple[str, dict[str, State]]:
        """The characters that may come next, and where they lead."""
        key = state, left
        if key not in self._ways:
            live = self._live[left - 1]
            ways = {char: to for sort, to in self._next[state] if to in live for char in self._chars[sort]}
            self._ways[key] = "".join(sorted(ways, key=self._order.__getitem__)), ways
        return self._ways[key]

    def _sort(self) -> None:
        """Put together the characters that no automaton tells apart."""
        machines = [*self._yes, *self._no]
        alphabet = alphabet_of(frozenset(letters for one in machines for letters in one.letters))
        classes = list({id(letters): letters for one in machines for letters in one.letters}.values())
        sorts: dict[tuple[bool, ...], list[str]] = {}
        for char in alphabet:
            sorts.setdefault(tuple(takes(letters, char) for letters in classes), []).append(char)
        self._order = {char: place for place, char in enumerate(alphabet)}
        self._chars = list(sorts.values())
        for one in machines:
            one.sorted_by([chars[0] for chars in self._chars])

    def _explore(self) -> State:
        start = tuple(one.begin for one in (*self._yes, *self._no))
        pending, edges = [start], 0
        self._next[start] = []
        while pending:
            state = pending.pop()
            for sort, to in self._steps(state):
                self._next[state].append((sort, to))
                if to not in self._next:
                    self._next[to] = []
                    pending.append(to)
            edges += len(self._chars)
            if edges > _MOST_EDGES:
                raise UnsupportedPatternError("too many ways to go on")
        return start

    def _steps(self, state: State) -> Iterator[tuple[int, State]]:
        wanted = len(self._yes)
        for sort in range(len(self._chars)):
            to = []
            for machine, states in zip(self._yes, state, strict=False):
                to.append(machine.step(states, sort))
                if not to[-1]:
                    break
            else:
                rest = zip(self._no, state[wanted:], strict=True)
                yield sort, (*to, *(machine.step(states, sort) for machine, states in rest))

    def _ends(self, state: State) -> bool:
        wanted = len(self._yes)
        return all(one.ends(states) for one, states in zip(self._yes, state, strict=False)) and not any(
            one.ends(states) for one, states in zip(self._no, state[wanted:], strict=True)
        )

    def _measure(self, low: int, high: int | None) -> tuple[int, ...]:
        """Lengths of texts: by the states that are so many characters away from an end."""
        before: dict[State, set[State]] = {}
        for state, ways in self._next.items():
            for _, to in ways:
                before.setdefault(to, set()).add(state)
        if sum(map(len, before.values())) * (low + _MORE) > _MOST_STEPS:
            raise UnsupportedPatternError("too long")
        found: list[int] = []
        live = {state for state in self._next if self._ends(state)}
        last = low + len(self._next)  # if there is a text, there is one no longer than this
        while live and len(self._live) <= (last if high is None else min(last, high)):
            length = len(self._live)
            self._live.append(live)
            if length >= low and self._start in live:
                last = last if found else length + _MORE
                found.append(length)
            live = set().union(*(before.get(state, ()) for state in live))
        return tuple(found)


@lru_cache(4_000)
def language(
    wanted: tuple[str, ...], unwanted: tuple[str, ...] = (), low: int = 0, high: int | None = None
) -> Language | None:
    """The language, kept; None where it is beyond the automata."""
    try:
        return Language(wanted, unwanted, low, high)
    except UnsupportedPatternError:
        return None


def conjunction(sources: Sequence[str]) -> str:
    """A pattern that matches what all of these match, by look-ahead at its start."""
    return "^" + "".join(f"(?={_from_the_start(source)})" for source in sources)


@lru_cache(4_000)
def _from_the_start(source: str) -> str:
    try:
        tied = anchored(Pattern(source, loose=True).tree, 0)
    except UnsupportedPatternError:
        tied = False
    return f"(?:{source})" if tied else f"[\\s\\S]*(?:{source})"


def _parts(source: str, *, wanted: bool) -> list[tuple[Choice, bool]]:
    """The patterns that one is made of, and whether they must match."""
    tree = Pattern(source, loose=True).tree
    found = list(_split(tree))
    if not wanted and len(found) > 1:
        raise UnsupportedPatternError("look-ahead in what must not match")
    return [(part, yes is wanted) for part, yes in found]


def _split(tree: Choice) -> Iterator[tuple[Choice, bool]]:
    """A pattern without the look-ahead at its start, and each of these as a pattern."""
    parts = _inside(tree)
    if not any(isinstance(part, Assertion) and part.part for part in parts):
        yield tree, True
        return
    if parts[0] != Assertion("^"):
        raise UnsupportedPatternError("look-ahead anywhere")
    ahead = 0
    while ahead < len(parts) and isinstance(parts[ahead], Assertion) and _sign(parts[ahead]) in ("^", "?=", "?!"):
        ahead += 1
    for part in parts[:ahead]:
        if isinstance(part, Assertion) and part.part:
            inner = [*_split(Choice(((Assertion("^"), *_inside(part.part)),)))]
            if part.sign == "?!" and len(inner) > 1:
                raise UnsupportedPatternError("look-ahead in look-ahead that must not match")
            yield from ((one, yes is (part.sign == "?=")) for one, yes in inner)
    yield Choice(((Assertion("^"), *parts[ahead:]),)), True


def _sign(part: Part) -> str:
    return part.sign if isinstance(part, Assertion) else ""


def _inside(tree: Choice) -> tuple[Part, ...]:
    """The parts of a pattern, groups without alternatives opened; the pattern itself if it has some at its top."""
    if len(tree.options) != 1:
        return (tree,)
    return tuple(
        inner for part in tree.options[0] for inner in (_inside(part) if isinstance(part, Choice) else (part,))
    )
