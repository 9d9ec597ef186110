"""Values are gone through a few at a time, and none is left out."""

from __future__ import annotations

import pytest

from kcontract.model.in_blocks import in_blocks


@pytest.mark.parametrize("number", [1, 499, 500, 501, 1_000, 1_234])
def test_all_of_them_in_their_order(number: int) -> None:
    """Also what does not fill the last block."""
    values = list(range(number))
    blocks = list(in_blocks(values))
    assert [one for block in blocks for one in block] == values
    assert max(map(len, blocks)) <= 500


def test_nothing_of_nothing() -> None:
    assert list(in_blocks([])) == []
