"""The lab: good services in several languages are not blamed, each broken one earns its verdict and no other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.lab import table
from tests.lab.running import batches, run
from tests.lab.twin import Twin
from tests.lab.twins import TWINS

BATCHES = batches(TWINS)


@pytest.mark.kafka
@pytest.mark.parametrize("batch", BATCHES, ids=[batch[0].name for batch in BATCHES])
def test_each_twin_earns_what_it_must(batch: Sequence[Twin]) -> None:
    """Exactly the verdicts of the table, and every twin was run."""
    results = run(batch)
    rows = "\n".join(map(table.row, results))
    assert all(result.right for result in results), f"\n{rows}\n{results[0].output}"
