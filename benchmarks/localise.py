"""How many starts it takes to find one fatal record among 10,000: with a commit for each record, and with auto-commit.

    python -m benchmarks.localise [--cases 10000] [--rounds 3]

Counted are the starts between the first exit and the first exit with the fatal record alone behind a healthy one: then
it is found; what follows only tells a loop from a single crash.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.judging import CORPUS, Clock, StoredCases
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.local.broker import LocalKafka
from kcontract.document.load import load_contracts, load_project, required
from kcontract.engine.plan import plan_units
from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import Settings
from kcontract.engine.tools import Tools
from kcontract.engine.unit_run import UnitRun
from kcontract.harness.filling import FillingLauncher
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.sweep import RunDirectory
from kcontract.model import events as ev
from kcontract.model.case import Case
from kcontract.model.record import Record
from kcontract.ports import StreamItem
from kcontract.registry.choose import choose as choose_registry
from kcontract.store.history import HistoryFile

ROOT = Path(__file__).parents[1]
TARGETS = {"record": 2, "auto": 5}


class OneFatal(StoredCases):
    """Stored cases, one of them fatal: at two thirds of the way."""

    def _stored(self) -> Iterator[Case]:
        for number, case in enumerate(super()._stored()):
            yield _made_fatal(case) if number == self.wanted * 2 // 3 else case


def _made_fatal(case: Case) -> Case:
    said = {**json.loads(case.record.value or b"{}"), "note": "fatal"}
    record = Record(case.record.key, json.dumps(said).encode(), case.record.headers, case.record.timestamp)
    return msgspec.structs.replace(case, record=record)


@dataclass
class Trail:
    """Hears everything that happens, and counts starts until the fatal record was alone with an exit."""

    fatal: str = ""
    starts: int = 0
    began: float = 0.0
    found: float = 0.0
    took: float = 0.0
    """Seconds from the first event to the last."""
    _alone: str = ""

    def take(self, item: StreamItem) -> None:
        if isinstance(item, ev.Happened):
            self.took = item.at
        match item:
            case ev.Sent() if b'"fatal"' in (item.case.record.value or b"") and not self.fatal:
                self.fatal = item.case.root
            case ev.WindowOpened():
                self._alone = item.of if item.purpose == "alone" else ""
            case ev.ServiceExited() if not self.began:
                self.began = item.at
            case ev.ServiceExited() if self._alone == self.fatal and not self.found:
                self.found = item.at
            case ev.ServiceStarted() if self.began and not self.found:
                self.starts += 1


class Bench:
    """One broker for all rounds."""

    def __init__(self, broker: LocalKafka, directory: RunDirectory, folder: Path, cases: int) -> None:
        self.cluster = KafkaCluster(broker)
        self._launcher = FillingLauncher(ServiceLauncher(ROOT, directory))
        self._folder = folder
        self._runs = 0
        OneFatal.wanted = cases

    def trail(self, commit: str) -> Trail:
        """One run with its fatal record; ends the program if it was not found."""
        self._runs += 1
        run, trail = f"localise-{self._runs}", Trail()
        contracts = required(
            load_contracts([ROOT / "benchmarks" / "contracts" / f"fatal-{commit}.yaml"], load_project(ROOT))
        )
        history = HistoryFile(self._folder / f"{run}.msgpack")
        with choose_registry() as registry:
            recorder = Recorder(history, Clock(), trail.take)
            settings = Settings(run=run, max_examples=CORPUS, kinds=frozenset({"valid"}))
            tools = Tools(self.cluster, registry, self._launcher, HttpTrigger(), recorder, settings)
            (unit,) = plan_units(contracts, run)
            _, findings = UnitRun(unit, contracts, tools, (), OneFatal).run(300.0)
        history.close()
        if not trail.found or not any(trail.fatal == finding.first.case.partition(".")[0] for finding in findings):
            sys.exit(f"not found: {[(finding.first.code, finding.first.case) for finding in findings]}")
        return trail


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with (
        RunDirectory.claim() as directory,
        tempfile.TemporaryDirectory() as folder,
        LocalKafka.start() as broker,
    ):
        bench = Bench(broker, directory, Path(folder), options.cases)
        for commit, target in TARGETS.items():
            trails = [bench.trail(commit) for _ in range(options.rounds)]
            starts = ", ".join(str(trail.starts) for trail in trails)
            seconds = statistics.median(trail.found - trail.began for trail in trails)
            runs = statistics.median(trail.took for trail in trails)
            words = f"{seconds:.1f} s from the first exit, {runs:.1f} s for the whole run"
            print(f"commit: {commit:<7} {starts} starts (target {target}), {words}", flush=True)
        bench.cluster.close()


if __name__ == "__main__":
    main()
