"""The lab: good services in several languages are not blamed, each broken one earns its verdict and no other."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pytest

from tests.lab import table
from tests.lab.running import Result, batches, run
from tests.lab.twin import Twin
from tests.lab.twins import TWINS

BATCHES = batches(TWINS)


@pytest.mark.kafka
@pytest.mark.parametrize("batch", BATCHES, ids=[batch[0].name for batch in BATCHES])
def test_each_twin_earns_what_it_must(batch: Sequence[Twin]) -> None:
    """Exactly the verdicts of the table, and every twin was run; what came out wrong has one more try, and is told."""
    wrong = [result for result in run(batch) if not result.right]
    if not wrong:
        return
    warnings.warn(f"tried once more:\n{_rows(wrong)}\n{wrong[0].output[-1500:]}", stacklevel=1)
    results = run([result.twin for result in wrong])
    assert all(result.right for result in results), f"\n{_rows(results)}\n{results[0].output}"


def _rows(results: Sequence[Result]) -> str:
    return "\n".join(map(table.row, results))
