"""How much memory a long run takes: the resident size of kcontract over 100,000 stored cases.

    python -m benchmarks.memory [--cases 100000]

What counts is the growth between the first window of cases and the verdicts of the last one: state belongs to what is
not settled yet, so it should hardly grow. The cases themselves are made before, and are told apart.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from time import process_time

from benchmarks.judging import Bench, Stopwatch
from kcontract.broker.local.broker import LocalKafka
from kcontract.host.sweep import RunDirectory


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Sizes:
    """Takes the resident size when the clock of a run starts and after each of its windows, and the time worked."""

    def __init__(self) -> None:
        self.first = self.last = self.most = 0
        self.worked = 0.0
        """Processor seconds of this process: what else the machine does counts little."""
        self._began = 0.0

    def begin(self) -> None:
        self.first = resident()
        self._began = process_time()

    def note(self) -> None:
        self.worked = process_time() - self._began
        self.last = resident()
        self.most = max(self.most, self.last)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    cases: int = parser.parse_args().cases
    with (
        RunDirectory.claim() as directory,
        tempfile.TemporaryDirectory() as folder,
        LocalKafka.start() as broker,
    ):
        bench = Bench(broker, directory, Path(folder), cases)
        before, sizes = resident(), Sizes()
        rate, history, windows = bench.judged(Stopwatch(sizes))
        bench.cluster.close()
    grown = sizes.last - sizes.first
    print(f"{cases:,} stored cases in one run, {windows} windows, {rate:,.0f} /s, {history >> 20} MB of history")
    print(f"before the run, and with all cases made   {before >> 20:>5} MB, {sizes.first >> 20} MB")
    print(f"grown from the first window to the last   {grown >> 20:>5} MB, {grown / cases:.0f} bytes a case")
    print(f"at most                                   {sizes.most >> 20:>5} MB")


if __name__ == "__main__":
    main()
