"""Running kcontract as a user does, and reading its report."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kcontract.model.finding import Finding
from kcontract.model.summary import RunSummary
from kcontract.report.json_lines import decode_item

ROOT = Path(__file__).parents[2]
_SECONDS = 420


@dataclass(frozen=True)
class Verified:
    """How a run ended, and what it found."""

    exit_code: int
    output: str
    summary: RunSummary

    @classmethod
    def read(cls, done: subprocess.CompletedProcess[str], report: Path) -> Verified:
        items = [decode_item(line) for line in report.read_text().splitlines()] if report.exists() else []
        summaries = [item for item in items if isinstance(item, RunSummary)]
        output = done.stdout[-6000:] + done.stderr[-3000:]
        assert summaries, output
        return cls(done.returncode, output, summaries[-1])

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.summary.findings

    @property
    def verdicts(self) -> set[str]:
        return {finding.first.code for finding in self.findings}

    @property
    def cases(self) -> int:
        return sum(unit.cases + unit.requests for unit in self.summary.units)

    @property
    def not_sent(self) -> list[tuple[str, int, str]]:
        return [left for unit in self.summary.units for left in unit.not_sent]


def kcontract(*arguments: str, cwd: Path = ROOT, seconds: float = _SECONDS) -> subprocess.CompletedProcess[str]:
    """`kcontract ARGUMENTS`, bounded in time."""
    command = [sys.executable, "-m", "kcontract", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=seconds, check=False)


def verify(*arguments: str, report: Path) -> Verified:
    """`kcontract verify ARGUMENTS`, in the project of this repository."""
    done = kcontract("verify", *arguments, "--report", "text", "--report", f"json={report}")
    return Verified.read(done, report)
