"""`--together`: two services at once, the second one judged by what the first one makes of our records."""

from __future__ import annotations

from pathlib import Path

import pytest

from .verifying import ROOT, verify

pytestmark = pytest.mark.kafka
CHAIN = "tests/lab/chain"
FEW = ("--together", "billing,booking", "--max-examples", "5", "--kinds", "valid,empty_value")


@pytest.mark.parametrize(("variant", "verdicts"), [("good", set()), ("numbered", {"SKIPPED_VALID"})])
def test_the_second_service_of_a_chain(variant: str, verdicts: set[str], tmp_path: Path) -> None:
    """Both are well alone; what only the first one's records show is told of the chain, and of its second service."""
    made = ROOT / "build/lab" / f"chain-{variant}.yaml"
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text((ROOT / CHAIN / "bills.yaml").read_text().replace("VARIANT: good", f"VARIANT: {variant}"))
    run = verify(f"{CHAIN}/orders.yaml", str(made.relative_to(ROOT)), *FEW, report=tmp_path / "run.jsonl")
    assert [unit.unit for unit in run.summary.units] == ["billing", "booking", "billing+booking"], run.output
    assert [bool(unit.cases) for unit in run.summary.units] == [True, True, not verdicts], run.output
    assert run.verdicts == verdicts, run.output
    assert {(finding.unit, finding.first.topic) for finding in run.findings} <= {("billing+booking", "bills")}
