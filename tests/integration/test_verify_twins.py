"""`kcontract verify` on the patient system: its healthy services conform, findings are judged and replayed again.

The verdicts of its broken twins stand in the lab's table (test_lab.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .verifying import Verified, kcontract, verify

pytestmark = pytest.mark.kafka
TWINS = Path("examples/patients/broken/contracts")

SOME = ("--max-examples", "80")


@pytest.mark.parametrize("unit", ["patient-api", "billing", "audit", "ledger"])
def test_a_healthy_service_conforms(unit: str, tmp_path: Path) -> None:
    """Exit 0 and no finding, with a seed of its own."""
    verified = verify("contracts/patients", "--receiver", unit, "--seed", "7", report=tmp_path / "report.jsonl")
    assert (verified.exit_code, verified.verdicts) == (0, set()), verified.output
    assert verified.cases > 100
    assert not verified.not_sent


def test_the_same_contract_in_another_language(tmp_path: Path) -> None:
    """Black box means black box: the auditor in Node with kafkajs conforms as the one in Python does."""
    verified = verify("examples/patients/audit-node/contracts", report=tmp_path / "report.jsonl")
    assert (verified.exit_code, verified.verdicts) == (0, set()), verified.output
    assert verified.cases > 100


def test_a_stored_history_is_judged_again(tmp_path: Path) -> None:
    """The judge is a fold: the events on disk alone lead to the findings, units and exit code of the run."""
    verified = verify(str(TWINS / "batch_swallowed.yaml"), *SOME, report=tmp_path / "report.jsonl")
    done = kcontract("judge", verified.summary.run, "--report", f"json={tmp_path / 'again.jsonl'}")
    assert Verified.read(done, tmp_path / "again.jsonl").summary == verified.summary
    assert done.returncode == verified.exit_code == 1


@pytest.mark.parametrize("twin", ["dlq_without_key", "trailing_accepted", "skips_valid_extreme"])
def test_a_finding_is_replayed(twin: str, tmp_path: Path) -> None:
    """The stored case of a finding earns the same verdict again, from its file alone, and no other."""
    options = () if twin == "skips_valid_extreme" else SOME
    first = verify(str(TWINS / f"{twin}.yaml"), *options, report=tmp_path / "first.jsonl")
    finding = first.findings[0]
    again = kcontract("replay", finding.id, "--report", f"json={tmp_path / 'again.jsonl'}")
    replayed = Verified.read(again, tmp_path / "again.jsonl")
    assert replayed.exit_code == 1, replayed.output
    assert replayed.verdicts == {finding.first.code}
    assert replayed.cases < 20


def test_a_request_is_replayed(tmp_path: Path) -> None:
    """So is the request of a sender's finding."""
    first = verify(str(TWINS / "no_event.yaml"), report=tmp_path / "first.jsonl")
    again = kcontract("replay", first.findings[0].id, "--report", f"json={tmp_path / 'again.jsonl'}")
    replayed = Verified.read(again, tmp_path / "again.jsonl")
    assert (replayed.exit_code, replayed.verdicts) == (1, {"NO_EVENT"}), replayed.output
