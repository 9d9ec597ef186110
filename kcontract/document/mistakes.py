"""A mistake in a file, and the notebook that gathers all of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from kcontract.document.codes import Code, Severity
from kcontract.model.location import Location
from kcontract.model.value import Value


class Mistake(Value, frozen=True):
    """One thing that is wrong at one place, and what to do about it."""

    at: Location
    code: str
    message: str
    fix: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.at} {self.code} {self.message}"


class Refused(Exception):  # noqa: N818 -- not an error of kcontract's, but an answer to the reader of a value
    """Raised by the parser of a single value; the reader adds the place."""

    def __init__(self, code: Code, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.fix = code, message, fix


class Notebook:
    """Gathers the mistakes of one file, so that a reader can go on after each."""

    def __init__(self) -> None:
        self._mistakes: dict[Mistake, None] = {}

    def add(self, code: Code, at: Location, message: str, fix: str = "") -> None:
        """Note a mistake; the same one is kept once."""
        self._mistakes[Mistake(at, code.name, message, fix, code.severity)] = None

    def extend(self, mistakes: Iterable[Mistake]) -> None:
        """Note mistakes found elsewhere, such as in a schema file."""
        self._mistakes.update(dict.fromkeys(mistakes))

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """All so far, by place."""
        return in_order(self._mistakes)

    @property
    def has_errors(self) -> bool:
        return any(mistake.severity == "error" for mistake in self._mistakes)


def in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """The mistakes without repetitions, by file, line, column and code."""
    return tuple(sorted(set(mistakes), key=lambda m: (m.at.file, m.at.line, m.at.column, m.code, m.message)))


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """`did you mean …?` for a near miss, else the list of what is known (empty if there is none)."""
    names = tuple(known)
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(given.casefold()[:100], folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{folded[close[0]]}`?"
    return f"known are {', '.join(names)}" if names else ""


def misspelt(given: str, known: Iterable[str]) -> str:
    """The one that is meant almost for sure, or nothing."""
    close = difflib.get_close_matches(given[:100], known, n=1, cutoff=0.8)
    return close[0] if close else ""
