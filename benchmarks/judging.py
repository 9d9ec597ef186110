"""How many stored cases are judged a second on the local Apache Kafka, beside a bare produce-and-consume loop.

    python -m benchmarks.judging [--pairs 7] [--cases 50000] [--parts]

Both sides drive the same echo service. Ours: stored valid cases with fresh identities and the usual headers, every
reply tied and compared with its input, everything written to the history, commits and members watched. Bare: the same
keys and values without headers, and replies only counted. Sides are interleaved, so that what else the machine does
meets both. `--parts` shows where our time goes, measured in one run more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Protocol

import msgspec

from benchmarks.bare_loop import bare_rate
from benchmarks.parts import Parts
from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.local.broker import LocalKafka
from kcontract.document.load import load_contracts, load_project, required
from kcontract.engine.plan import plan_units
from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import Settings
from kcontract.engine.tools import Tools
from kcontract.engine.unit_run import UnitRun
from kcontract.generate.source import CaseSource
from kcontract.generate.tokens import Mint, restamp
from kcontract.harness.filling import FillingLauncher
from kcontract.harness.launcher import ServiceLauncher
from kcontract.harness.trigger import HttpTrigger
from kcontract.host.sweep import RunDirectory
from kcontract.model import events as ev
from kcontract.model.case import Case
from kcontract.model.contract import Contract
from kcontract.ports import StreamItem
from kcontract.registry.choose import choose as choose_registry
from kcontract.store.history import HistoryFile

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "benchmarks" / "contracts" / "echo.yaml"
CORPUS = 500
TARGET = 0.5
_FIRST_ID = 100_000
_RUN_S = 3_600.0


class StoredCases(CaseSource):
    """A corpus of valid cases, sent again and again with fresh identities."""

    wanted = 0
    ahead = True
    """Whether all of them are made before the first is sent: what is measured is judging them, not making them."""

    def valid(self) -> Iterator[Case]:
        return iter(list(self._stored())) if self.ahead else self._stored()

    def _stored(self) -> Iterator[Case]:
        corpus = list(super().valid())
        mint = Mint(Random(self._run))  # noqa: S311 - test data
        for number in range(self.wanted):
            case = corpus[number % len(corpus)]
            stored = restamp(case, str(_FIRST_ID + number), [mint.like(token) for token in case.tokens])
            yield msgspec.structs.replace(stored, partition=None)

    def malformed(self) -> Iterator[Case]:
        return iter(())


class Clock:
    """Seconds since the run began."""

    def __init__(self) -> None:
        self._zero = perf_counter()

    def now(self) -> float:
        return perf_counter() - self._zero


class Watch(Protocol):
    """What is told when the clock of a run starts, and after each window."""

    def begin(self) -> None: ...
    def note(self) -> None: ...


class Stopwatch:
    """Hears everything that happens: from the first window of cases to the verdicts of the last one. Batches of later
    phases, which begin with windows of other purposes, do not count."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.began = self.ended = 0.0
        self.windows = 0
        self._batch = self._over = False
        self._watch = watch

    def take(self, item: StreamItem) -> None:
        if type(item) is ev.WindowOpened:
            self._batch = item.purpose == "batch" and not self._over
            self._over |= bool(self.began) and not self._batch
            if self._batch and not self.began:
                self.began = perf_counter()
                if self._watch is not None:
                    self._watch.begin()
        elif type(item) is ev.WindowClosed and self._batch:
            self.ended = perf_counter()
            self.windows += 1
            if self._watch is not None:
                self._watch.note()


class Bench:
    """A broker, a registry and a place for histories, shared by all runs."""

    def __init__(self, broker: LocalKafka, directory: RunDirectory, folder: Path, cases: int) -> None:
        self.cluster = KafkaCluster(broker)
        self.launcher = FillingLauncher(ServiceLauncher(ROOT, directory))
        self.contracts: tuple[Contract, ...] = required(load_contracts([CONTRACT], load_project(ROOT)))
        self._folder = folder
        self._cases = cases
        self._runs = 0

    def judged(
        self, watch: Stopwatch, parts: Parts | None = None, source: Callable[..., CaseSource] | None = None
    ) -> tuple[float, int, int]:
        """Cases a second through the whole of kcontract, the size of the history in bytes, and windows. `source`
        makes the cases, if they are not stored ones."""
        self._runs += 1
        run = f"run-{self._runs}"
        history = HistoryFile(self._folder / f"{run}.msgpack")
        recorder = Recorder(history, Clock(), watch.take, detailed=False)
        with choose_registry() as registry:
            stored = source is None
            kinds = frozenset({"valid"}) if stored else None
            settings = Settings(run=run, max_examples=CORPUS if stored else self._cases, kinds=kinds)
            tools = Tools(self.cluster, registry, self.launcher, HttpTrigger(), recorder, settings)
            (unit,) = plan_units(self.contracts, run)
            StoredCases.wanted = self._cases
            if parts is not None:
                parts.watch(self.cluster, recorder, history)
            summary, findings = UnitRun(unit, self.contracts, tools, (), source or StoredCases).run(_RUN_S)
        history.close()
        if findings or summary.blocked or summary.cases < self._cases:
            sys.exit(f"not a fair run: {summary.blocked or findings or summary.cases}")
        judged = self._cases if source is None else summary.cases
        return judged / (watch.ended - watch.began), (self._folder / f"{run}.msgpack").stat().st_size, watch.windows

    def bare(self) -> float:
        """Replies a second of the bare loop, with the same keys and values."""
        self._runs += 1
        contract = self.contracts[0]
        source = StoredCases(contract, contract.receive[0], (), seed=0, run="bare", max_examples=CORPUS)
        StoredCases.wanted = self._cases
        pairs = [(case.record.key, case.record.value) for case in source.valid()]
        return bare_rate(self.cluster, self.launcher, contract, f"bare-{self._runs}", pairs)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--parts", action="store_true")
    options = parser.parse_args()
    with (
        RunDirectory.claim() as directory,
        tempfile.TemporaryDirectory() as folder,
        LocalKafka.start() as broker,
    ):
        bench = Bench(broker, directory, Path(folder), options.cases)
        ours, bares = [], []
        for _ in range(options.pairs):
            ours.append(bench.judged(Stopwatch()))
            bares.append(bench.bare())
        rate, bare = statistics.median(one for one, _, _ in ours), statistics.median(bares)
        ratio = statistics.median(one / other for (one, _, _), other in zip(ours, bares, strict=True))
        print(f"{options.cases:,} stored cases on {broker.label}, {os.cpu_count()} cores, {options.pairs} pairs")
        print(f"judged                  {rate:>9,.0f} /s   in {ours[0][2]} windows, {ours[0][1] >> 20} MB of history")
        print(f"bare loop               {bare:>9,.0f} /s")
        print(f"ratio                   {ratio:>9.2f}      (target {TARGET})")
        if options.parts:
            parts = Parts()
            rate, _, _ = bench.judged(Stopwatch(parts), parts)
            parts.print(options.cases, rate)
        bench.cluster.close()


if __name__ == "__main__":
    main()
