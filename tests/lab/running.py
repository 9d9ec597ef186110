"""Running twins: many units in one `kcontract verify`, so that a batch shares one broker."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kcontract.model.summary import RunSummary
from kcontract.report.json_lines import decode_item
from tests.lab.building import build
from tests.lab.rendering import ROOT, render
from tests.lab.twin import Twin

LARGEST_BATCH = 10
_TWIN_S = 120.0
"""No twin takes longer; the bound for a batch follows from it."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a twin earned, and whether it was run at all."""

    twin: Twin
    got: frozenset[str]
    cases: int
    seconds: float
    blocked: str = ""
    """Why it could not run, or how the run ended without a word about it."""
    output: str = ""
    """The end of the run's own report, for a test's message."""

    @property
    def right(self) -> bool:
        tried = self.cases > 0 or bool(self.got)  # who fails the probe phase already is not tried further
        return not self.blocked and tried and self.twin.earned(self.got)


def batches(twins: Iterable[Twin], largest: int = LARGEST_BATCH) -> list[tuple[Twin, ...]]:
    """Twins that are run with the same options, together."""
    alike = defaultdict(list)
    for twin in twins:
        alike[(twin.kinds, twin.examples, twin.flags)].append(twin)
    return [tuple(group[at : at + largest]) for group in alike.values() for at in range(0, len(group), largest)]


def run(batch: Sequence[Twin], seed: int = 0) -> list[Result]:
    """Build what the twins need, verify them in one run, and read its report. In the order of the batch."""
    build({twin.language for twin in batch})
    options = ["--max-examples", str(batch[0].examples), "--seed", str(seed), *batch[0].flags]
    options += ["--kinds", batch[0].kinds] if batch[0].kinds else []
    contracts = [str(render(twin)) for twin in batch]
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.jsonl"
        reports = ["--report", "text", "--report", f"json={report}"]
        bound = ["--max-time", str(_TWIN_S * len(batch))]
        command = [sys.executable, "-m", "kcontract", "verify", *contracts, *bound, *options, *reports]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        summaries = [item for item in _items(report) if isinstance(item, RunSummary)]
    output = done.stdout[-6000:] + done.stderr[-3000:]
    return [_result(twin, summaries[-1] if summaries else None, output) for twin in batch]


def _items(report: Path) -> Iterator[object]:
    for line in report.read_text("utf-8").splitlines() if report.exists() else ():
        yield decode_item(line)


def _result(twin: Twin, summary: RunSummary | None, output: str) -> Result:
    unit = next((unit for unit in summary.units if unit.unit == twin.name), None) if summary else None
    if summary is None or unit is None:
        return Result(twin, frozenset(), 0, 0.0, "not in the run's report", output)
    got = frozenset(finding.first.code for finding in summary.findings if finding.unit == twin.name)
    blocked = unit.blocked.reason if unit.blocked else ""
    if twin.good and unit.not_sent:
        blocked = blocked or f"not sent: {unit.not_sent}"
    return Result(twin, got, unit.cases + unit.requests, unit.seconds, blocked, output)
