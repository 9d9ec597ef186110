"""How many cases a second `verify` gets through, their making included: valid and malformed ones of every kind.

    python -m benchmarks.verifying [--cases 20000] [--rounds 1]

The service is the echo service, which dead-letters what is not valid; what is counted goes from the first window of
cases to the verdicts of the last one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from benchmarks.judging import Bench, Stopwatch
from kcontract.broker.local.broker import LocalKafka
from kcontract.generate.source import CaseSource
from kcontract.host.sweep import RunDirectory

TARGET = 2_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    with (
        RunDirectory.claim() as directory,
        tempfile.TemporaryDirectory() as folder,
        LocalKafka.start() as broker,
    ):
        bench = Bench(broker, directory, Path(folder), options.cases)
        rates = [bench.judged(Stopwatch(), source=CaseSource)[0] for _ in range(options.rounds)]
        print(f"{options.cases:,} valid cases and every malformed kind on {broker.label}, {os.cpu_count()} cores")
        print(f"made, sent, judged      {statistics.median(rates):>9,.0f} /s      (target {TARGET:,})")
        bench.cluster.close()


if __name__ == "__main__":
    main()
