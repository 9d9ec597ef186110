"""Late randomness is the usual one."""

from __future__ import annotations

from random import Random

from kcontract.generate.late import late


def test_draws_are_those_of_a_random_with_that_seed() -> None:
    """In the order in which they are asked for, by whichever method."""
    usual, lazy = Random("1/kind"), late("1/kind")  # noqa: S311 - test data
    for _ in range(3):
        assert lazy.randbytes(8) == usual.randbytes(8)
        assert lazy.sample(range(100), 5) == usual.sample(range(100), 5)
        assert lazy.choice("abcdef") == usual.choice("abcdef")
