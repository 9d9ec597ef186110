"""How long `kcontract --help` takes, beside a Python that only imports click.

    python -m benchmarks.help [--runs 20]

Whole processes, interleaved, so that what else the machine does meets both.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

TARGET_S = 0.1
OURS = (str(Path(sys.executable).with_name("kcontract")), "--help")
COMMANDS = {
    "kcontract --help": OURS,
    "python -c 'import click'": (sys.executable, "-c", "import click"),
    "python -c ''": (sys.executable, "-c", ""),
}


def seconds(command: tuple[str, ...]) -> float:
    """From start to exit; raises CalledProcessError if it fails."""
    began = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    runs: int = parser.parse_args().runs
    seconds(OURS)
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    ours, click, _ = taken.values()
    ratio = statistics.median(one / other for one, other in zip(ours, click, strict=True))
    print(f"start-up, median of {runs} interleaved runs")
    for name, each in taken.items():
        print(f"{name:<28} {statistics.median(each):>7.3f} s   (fastest {min(each):.3f})")
    print(f"{'ratio to importing click':<28} {ratio:>7.2f}     (target {TARGET_S} s for --help)")


if __name__ == "__main__":
    main()
