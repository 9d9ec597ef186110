"""How to see a finding again."""

from __future__ import annotations

from kcontract.judge.verdict import COMPANY
from kcontract.model.finding import Finding

_NOT_ALONE = ("COLLATERAL", "LOST")


def rerun(finding: Finding) -> str:
    """The command; "" if there is none. What a record does only beside others, or around an exit, `replay`, which sends
    it alone, would not show."""
    first = finding.first
    if first.during:
        return f"kcontract verify --receiver {finding.unit} --faults {first.during}"
    if first.code in _NOT_ALONE or first.cause == COMPANY:
        return f"kcontract verify --receiver {finding.unit}"
    stored = first.requested is not None or (first.record is not None and first.expectation is not None)
    return f"kcontract replay {finding.id}" if stored else ""
