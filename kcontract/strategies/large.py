"""Values too large to be drawn part by part: made by kcontract's own generator from one number that is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Protocol

from hypothesis import reject
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kcontract.errors import UsageError
from kcontract.generate.budget import TooDeepError, weight

DRAWN = 500
"""Parts up to which a value is drawn: Hypothesis has no room for more, and takes milliseconds for each."""


class TooLargeError(UsageError):
    """Every value is larger than what is generated."""


class Generator(Protocol):
    """What makes values without Hypothesis."""

    @property
    def too_large(self) -> list[str]:
        """What was too large, in words."""

    def ordinary(self, rng: Random) -> Any:
        """A small value. TooDeepError if none was found."""

    def random(self, rng: Random) -> Iterator[Any]:
        """Any values."""


def if_large(values: Generator) -> SearchStrategy[Any] | None:
    """The strategy of a schema whose smallest values have more than DRAWN parts; None for others.

    They shrink to an ordinary one only. TooLargeError (GENERATE_TOO_LARGE) for what is beyond every measure.
    """
    try:
        least = values.ordinary(Random(0))  # noqa: S311 - test data
    except TooDeepError:
        if not values.too_large:
            return None  # nothing was found: Hypothesis tries harder
        fix = "ask for less in the schema"
        raise TooLargeError("GENERATE_TOO_LARGE", f"no value is generated: {values.too_large[0]}", fix) from None
    if weight(least) <= DRAWN:
        return None

    def made(seed: int) -> Any:
        found = next(values.random(Random(seed)), None) if seed else least  # noqa: S311 - test data
        return reject() if found is None else found

    return st.integers(0, 2**32).map(made)
