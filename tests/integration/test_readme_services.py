"""The services of README.md, as a reader would copy them, on a broker of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.docs.pages import ROOT, named

from .verifying import Verified, kcontract

pytestmark = pytest.mark.kafka
README = ROOT / "README.md"
CONTRACT = "contracts/order.placed.yaml"
FAST = ("--max-examples", "20", "--kinds", "wrong_root,wrong_type,missing_required,null_value")


def verified(project: Path, service: str) -> Verified:
    """The project of the README with this text of shipping.py, verified."""
    for file in (CONTRACT, "schemas/order.json"):
        (project / file).parent.mkdir()
        (project / file).write_text(named(README, file)[0], encoding="utf-8")
    (project / "kcontract.yaml").write_text("kcontract: 1\n")  # so that this directory is the root
    (project / "shipping.py").write_text(service, encoding="utf-8")
    report = project / "report.jsonl"
    return Verified.read(kcontract("verify", *FAST, "--report", f"json={report}", cwd=project), report)


def test_the_first_version_is_found_out(tmp_path: Path) -> None:
    """It ends on some records and ships others, as the README says."""
    found = verified(tmp_path, named(README, "shipping.py")[0])
    assert found.exit_code == 1, found.output
    assert found.verdicts == {"CRASH_LOOP", "ACCEPTED_INVALID"}, found.output


def test_the_second_version_conforms(tmp_path: Path) -> None:
    """What the README offers as good is good."""
    found = verified(tmp_path, named(README, "shipping.py")[1])
    assert found.exit_code == 0, found.output
    assert found.cases > 30
