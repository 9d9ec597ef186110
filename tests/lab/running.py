"""Running twins: many units in one `kcontract verify`, so that a batch shares one broker."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from kcontract.host.sweep import sweep
from kcontract.model.summary import RunSummary
from kcontract.report.json_lines import decode_item
from tests.lab.building import BUILT, build
from tests.lab.rendering import ROOT, render_all
from tests.lab.twin import Twin

LARGEST_BATCH = 14
_LONG_BATCH_S, _LONG_WAIT_S = 110.0, 160.0
"""A batch is not made longer than that: what begins last must not keep the others waiting. But a broker costs seconds
of a core, and is quicker for the later ones of many. The second is for those that mostly wait."""
_TWIN_S = 600.0
"""No twin takes longer, on a machine busy with others; the bound for a batch follows from it."""
_BATCH_S, _LAST_WORDS_S = 900.0, 30.0
"""A batch that still runs then has gone astray: it is cut, and says where each of its threads stood."""
_SUMMARY = '{"type":"run",'
_COMPILED = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(BUILT / "pycache")}
"""Modules are compiled once for all batches and their services, whatever the environment says of it."""
_SAYS_WHERE = {"PYTHONFAULTHANDLER": "1"}


Watch = Callable[["subprocess.Popen[str]"], AbstractContextManager[object]]


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
    before: Result | None = None
    """What came out wrong before, if this is a second try."""

    @property
    def right(self) -> bool:
        tried = self.cases > 0 or bool(self.got)  # who fails the probe phase already is not tried further
        return not self.blocked and tried and self.twin.earned(self.got)


def batches(twins: Iterable[Twin], largest: int = LARGEST_BATCH) -> list[tuple[Twin, ...]]:
    """Twins that are run with the same options, together: a broker and a build for all. The longest batch first.

    Those with a contract beside theirs share its topics, which one run knows only once.
    """
    alike = defaultdict(list)
    for twin in sorted(twins, key=lambda twin: twin.waits):
        alike[(twin.kinds, twin.examples, twin.flags, twin.name if twin.beside else "")].append(twin)
    found = [batch for group in alike.values() for batch in _cut(group, largest)]
    return sorted(found, key=_seconds, reverse=True)


def mostly_waits(batch: Sequence[Twin]) -> bool:
    """Whether most of a batch's time is waited for."""
    return 2 * _seconds(twin for twin in batch if twin.waits) > _seconds(batch)


def _cut(group: Iterable[Twin], largest: int) -> Iterator[tuple[Twin, ...]]:
    batch: tuple[Twin, ...] = ()
    for twin in group:
        longest = _LONG_WAIT_S if mostly_waits((*batch, twin)) else _LONG_BATCH_S
        if batch and (len(batch) == largest or _seconds((*batch, twin)) > longest):
            yield batch
            batch = ()
        batch += (twin,)
    if batch:
        yield batch


def _seconds(batch: Iterable[Twin]) -> float:
    return sum(twin.seconds for twin in batch)


def run(batch: Sequence[Twin], seed: int = 0, watch: Watch = contextlib.nullcontext) -> list[Result]:
    """Build what the twins need, verify them in one run, and read its report. In the order of the batch.

    `watch` is entered with the run's process, and left when that has ended.
    """
    missing = build({twin.language for twin in batch})
    there = [twin for twin in batch if twin.language not in missing]
    got = {result.twin.name: result for result in _verify(there, seed, watch)} if there else {}
    return [got.get(twin.name) or Result(twin, frozenset(), 0, 0.0, missing[twin.language]) for twin in batch]


def _verify(batch: Sequence[Twin], seed: int, watch: Watch) -> list[Result]:
    options = ["--max-examples", str(batch[0].examples), "--seed", str(seed), *batch[0].flags]
    options += ["--kinds", batch[0].kinds] if batch[0].kinds else []
    contracts = [str(path) for twin in batch for path in render_all(twin)]
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.jsonl"
        reports = ["--report", "text", "--report", f"json={report}"]
        bound = ["--max-time", str(_TWIN_S * len(batch))]
        command = [sys.executable, "-m", "kcontract", "verify", *contracts, *bound, *options, *reports]
        pipe = subprocess.PIPE
        env = os.environ | _COMPILED | _SAYS_WHERE
        with (
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=pipe, stderr=pipe, text=True) as process,
            watch(process),
        ):
            printed, complained = ended(process, _BATCH_S)
        summary = _summary(report)
    return [_result(twin, summary, printed[-6000:] + complained[-3000:]) for twin in batch]


def ended(process: subprocess.Popen[str], seconds: float) -> tuple[str, str]:
    """What a run printed and complained. One that does not end in time is cut, and what it started with it."""
    try:
        return process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)
    try:
        printed, complained = process.communicate(timeout=_LAST_WORDS_S)
    except subprocess.TimeoutExpired:  # something that it started holds its output
        process.kill()
        printed, complained = "", ""
    sweep()
    return printed, f"{complained}\ncut after {seconds:g} s"


def _summary(report: Path) -> RunSummary | None:
    """The last line of a whole report; the many others are not even decoded."""
    with report.open(encoding="utf-8") if report.exists() else contextlib.nullcontext(()) as lines:
        found = [
            item for line in lines if line.startswith(_SUMMARY) and isinstance(item := decode_item(line), RunSummary)
        ]
    return found[-1] if found else None


def _result(twin: Twin, summary: RunSummary | None, output: str) -> Result:
    unit = next((unit for unit in summary.units if unit.unit == twin.name), None) if summary else None
    if summary is None or unit is None:
        return Result(twin, frozenset(), 0, 0.0, "not in the run's report", output)
    got = frozenset(finding.first.code for finding in summary.findings if finding.unit == twin.name)
    blocked = unit.blocked.reason if unit.blocked else ""
    if twin.good and unit.not_sent:
        blocked = blocked or f"not sent: {unit.not_sent}"
    return Result(twin, got, unit.cases + unit.requests, unit.seconds, blocked, output)
