"""`python -m tests.lab.soak [ROUNDS]`: every good twin again and again, idle and with both cores busy, each time with
another seed. Prints a table and exits 1 if anybody was blamed. A run that was stopped goes on where it stood.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.lab.rendering import ROOT
from tests.lab.running import Result, batches, run
from tests.lab.twin import Twin
from tests.lab.twins import TWINS

DONE = ROOT / "build" / "lab" / "soak.jsonl"
LOADS = ("idle", "busy")
_SPIN = "while True: pass"


def main() -> int:
    """Run what is missing, then print all of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.soak", description="good twins, many times")
    parser.add_argument("rounds", nargs="?", type=int, default=20)
    parser.add_argument("--again", action="store_true", help="forget what was run before")
    options = parser.parse_args()
    if options.again:
        DONE.unlink(missing_ok=True)
    good = [twin for twin in TWINS if twin.good]
    for seed in range(1, options.rounds + 1):
        for load in LOADS:
            _round(good, load, seed)
    rows = [row for row in _read() if row["seed"] in range(1, options.rounds + 1)]
    _say("\n".join(_table(good, rows)))
    return 0 if rows and all(row["right"] for row in rows) else 1


def _round(good: Sequence[Twin], load: str, seed: int) -> None:
    """All good twins once with this seed, but for those that are done."""
    done = {row["twin"] for row in _read() if (row["load"], row["seed"]) == (load, seed)}
    with _load(load):
        for batch in batches(twin for twin in good if twin.name not in done):
            results = run(batch, seed)
            _write(load, seed, results)
            for result in results:
                if not result.right:
                    _say(f"{load} {seed}: {result.twin.name} {result.blocked or sorted(result.got)}\n{result.output}")
    _say(f"{load:5} round {seed}: {len(good) - len(done)} twins run")


@contextlib.contextmanager
def _load(load: str) -> Iterator[None]:
    """Keep every core busy while the twins run; nothing where the machine is to be idle."""
    count = (os.cpu_count() or 1) if load == "busy" else 0
    spinning = [subprocess.Popen([sys.executable, "-c", _SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def _write(load: str, seed: int, results: Iterable[Result]) -> None:
    DONE.parent.mkdir(parents=True, exist_ok=True)
    with DONE.open("a", encoding="utf-8") as file:
        for result in results:
            row = {"twin": result.twin.name, "load": load, "seed": seed, "right": result.right}
            file.write(json.dumps({**row, "got": sorted(result.got), "blocked": result.blocked}) + "\n")


def _read(path: Path = DONE) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def _table(good: Iterable[Twin], rows: Sequence[dict[str, object]]) -> Iterator[str]:
    """A line for each twin: how often it was run, and how often it was blamed, under each load."""
    yield "  {:26} {:8} {:18} {}".format("twin", "", "client", "  ".join(f"{load:>14}" for load in LOADS))
    for twin in good:
        own = [row for row in rows if row["twin"] == twin.name]
        counts = [[bool(row["right"]) for row in own if row["load"] == load] for load in LOADS]
        cells = "  ".join(f"{f'{sum(each)} of {len(each)}':>14}" for each in counts)
        mark = "✓" if own and all(row["right"] for row in own) else "✗"
        yield f"{mark} {twin.name:26} {twin.language:8} {twin.client:18} {cells}"
    yield f"{sum(bool(row['right']) for row in rows)} of {len(rows)} runs without a finding"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
