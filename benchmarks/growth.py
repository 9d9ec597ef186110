"""Whether time and memory of a run grow in step with its cases, up to a million of them.

    python -m benchmarks.growth [--cases 10000 100000 1000000]

Cases are made as they are needed, as in a real run, so their making counts. Memory is the resident size of this
process, which holds kcontract and its client library, and neither the broker nor the service.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.judging import Bench, Stopwatch, StoredCases
from benchmarks.memory import Sizes, resident
from kcontract.broker.local.broker import LocalKafka
from kcontract.host.sweep import RunDirectory

MOST = 300 << 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    counts: list[int] = parser.parse_args().cases
    StoredCases.ahead = False
    print(f"before anything {resident() >> 20} MB; at most {MOST >> 20} MB are wanted")
    with (
        RunDirectory.claim() as directory,
        tempfile.TemporaryDirectory() as folder,
        LocalKafka.start() as broker,
    ):
        for count in counts:
            bench, sizes = Bench(broker, directory, Path(folder), count), Sizes()
            rate, history, windows = bench.judged(Stopwatch(sizes))
            bench.cluster.close()
            worked = sizes.worked / count * 1e6
            took = f"{count / rate:8.1f} s, {1e6 / rate:6.1f} µs a case, {worked:5.1f} µs of them our own work"
            took += f", {windows:4} windows"
            print(
                f"{count:>9,} cases {took}, {history >> 20:5} MB of history, at most {sizes.most >> 20} MB", flush=True
            )
            for left in Path(folder).iterdir():
                left.unlink()


if __name__ == "__main__":
    main()
