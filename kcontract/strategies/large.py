"""Values too large to be drawn part by part: made by kcontract's own generator from one number that is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kcontract.errors import UsageError
from kcontract.generate.budget import TooDeepError, height, weight

DRAWN = 500
"""Parts up to which a value is drawn: Hypothesis has no room for more, and takes milliseconds for each."""
_NESTED = 80
"""Values in one another up to which they are drawn: Hypothesis gives a hundred draws in one another up."""


class TooLargeError(UsageError):
    """Every value is larger than what is generated. `exceeded`: by its parts, of which there is no end in sight."""

    def __init__(self, words: str, *, exceeded: bool) -> None:
        super().__init__("GENERATE_TOO_LARGE", f"no value is generated: {words}", "ask for less in the schema")
        self.exceeded = exceeded


class Generator(Protocol):
    """What makes values without Hypothesis."""

    @property
    def too_large(self) -> list[str]:
        """What was too large, in words."""

    @property
    def unsupported(self) -> list[str]:
        """What was not generated, in words; values of too many parts are not among it."""

    def ordinary(self, rng: Random) -> Any:
        """A small value. TooDeepError if none was found."""

    def random(self, rng: Random) -> Iterator[Any]:
        """Any values."""


def made_whole(values: Generator, most: int = DRAWN) -> SearchStrategy[Any] | None:
    """The strategy of a schema whose smallest values have more than `most` parts, or are nested too deeply; None for
    others, and where none was found, for Hypothesis tries harder.

    They shrink to an ordinary one only. TooLargeError (GENERATE_TOO_LARGE) for what is beyond every measure.
    """
    try:
        least = values.ordinary(Random(0))  # noqa: S311 - test data
    except TooDeepError:
        if not values.too_large:
            return None
        words = values.too_large[0]
        raise TooLargeError(words, exceeded=words not in values.unsupported) from None
    if weight(least) <= most and height(least) <= _NESTED:
        return None

    def made(seed: int) -> Any:
        return next(values.random(Random(seed)), least) if seed else least  # noqa: S311 - test data

    return st.integers(0, 2**32).map(made)
