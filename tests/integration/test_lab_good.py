"""`kcontract verify` on services that keep their promises in many styles: nobody is blamed wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from .verifying import verify

pytestmark = pytest.mark.kafka
CONTRACTS = Path("tests/lab/good/contracts")

SOME = ("--max-examples", "60")
FEW = ("--kinds", "wrong_root,empty_value,wrong_type", "--max-examples", "20")
"""For those that take their time with each record."""

STYLES = [
    ("commits", ("auto-commit", "stored-offsets", "batches", "lazy-commit", "parallel"), SOME),
    ("groups", ("plain", "fixed-group", "kip-848", "cooperative", "static-member", "two-consumers"), SOME),
    ("transactions", ("transactional", "aborting", "outbox"), FEW),
    ("clients", ("aio", "pure-python", "node"), SOME),
    ("ties", ("payload-only", "where-only", "values-only", "spring-style", "echo", "deduplicating"), SOME),
    ("events", ("conditional", "snapshots", "numbered", "nested"), ()),
    ("slow", ("slow-start", "slow-handler", "retrying", "pausing", "warms"), FEW),
]


@pytest.mark.parametrize(("services", "options"), [style[1:] for style in STYLES], ids=[name for name, *_ in STYLES])
def test_good_services_conform(services: tuple[str, ...], options: tuple[str, ...], tmp_path: Path) -> None:
    """Exit 0, no finding, and every case was sent."""
    contracts = [str(CONTRACTS / f"{service}.yaml") for service in services]
    verified = verify(*contracts, *options, report=tmp_path / "report.jsonl")
    assert verified.exit_code == 0, verified.output
    assert verified.findings == ()
    assert verified.not_sent == []
    assert [unit.unit for unit in verified.summary.units] == list(services)
    assert all(unit.cases > 20 for unit in verified.summary.units)
