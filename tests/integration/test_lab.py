"""The lab: good services in several languages are not blamed, each broken one earns its verdict and no other.

Twins that make another's point once more are left to `make lab` (`tests/lab/tables/repeats.py`).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import pytest

from tests.lab import table
from tests.lab.pool import Pool
from tests.lab.twin import Twin
from tests.lab.twins import ESSENTIAL

_TRIES = 2
_LAB_S = 1500
"""The first test may wait for nearly all batches."""


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Pool]:
    """All twins that are asked for, run in the background, several batches at once, by one worker."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        grouped = any(item.nodeid.endswith("@lab") for item in request.session.items)
        assert grouped, "without groups each worker would run the whole lab: run with --dist loadgroup"
    tests = [item for item in request.session.items if isinstance(item, pytest.Function) and "lab" in item.fixturenames]
    twins = [twin for test in tests if isinstance(twin := test.callspec.params["twin"], Twin)]
    with Pool(twins, tries=_TRIES) as pool:
        yield pool


@pytest.mark.kafka
@pytest.mark.timeout(_LAB_S)
@pytest.mark.xdist_group("lab")
@pytest.mark.parametrize("twin", ESSENTIAL, ids=[twin.name for twin in ESSENTIAL])
def test_each_twin_earns_what_it_must(lab: Pool, twin: Twin) -> None:
    """Exactly the verdicts of the table, and it was run; what came out wrong has one more try, and is told."""
    result = lab.result(twin)
    if result.before is not None:
        warnings.warn(f"tried once more:\n{table.row(result.before)}\n{result.before.output[-1500:]}", stacklevel=1)
    assert result.right, f"\n{table.row(result)}\n{result.output}"
