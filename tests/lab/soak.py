"""`python -m tests.lab.soak [ROUNDS]`: every good twin again and again, idle and with both cores busy, each time with
another seed. Prints a table and exits 1 if anybody was blamed. A run that was stopped goes on where it stood.

Every fifth round, the first one included, sends each twin all that it is sent in the lab. The four rounds after it
share out the kinds that need no windows of their own, a quarter each, with a third of the valid records: what differs
from round to round is the moment, and a run costs half as much.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import replace

from kcontract.model.case import VALID_KIND
from tests.lab.pool import Pool
from tests.lab.rendering import ROOT
from tests.lab.running import Result
from tests.lab.twin import Twin
from tests.lab.twins import ORDINARY_KINDS, TWINS

DONE = ROOT / "build" / "lab" / "soak.jsonl"
LOADS = ("idle", "busy")
_SPIN = "while True: pass"
_AT_ONCE = os.cpu_count() or 1
"""Few enough to leave an idle machine some of its time."""
_BATCH = 6
"""A batch that is cut must be run again."""
_PARTS, _FEWER = 4, 3
"""Into so many parts the kinds are cut for the rounds after a whole one; so many times fewer are the valid records."""


def main() -> int:
    """Run what is missing, then print all of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.soak", description="good twins, many times")
    parser.add_argument("rounds", nargs="?", type=int, default=20)
    parser.add_argument("--again", action="store_true", help="forget what was run before")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop then; the next call goes on")
    parser.add_argument("--load", choices=LOADS, help="only under this load")
    parser.add_argument("--at-once", type=int, default=_AT_ONCE, help="batches beside one another")
    options = parser.parse_args()
    if options.again:
        DONE.unlink(missing_ok=True)
    good = [twin for twin in TWINS if twin.good]
    deadline = time.monotonic() + 60 * options.minutes
    for seed in range(1, options.rounds + 1):
        for load in (options.load,) if options.load else LOADS:
            if time.monotonic() < deadline:
                _round(good, load, seed, deadline, options.at_once)
    rows = [row for row in _read() if row["seed"] in range(1, options.rounds + 1)]
    _say("\n".join(_table(good, rows)))
    return 0 if rows and all(row["right"] for row in rows) else 1


def _round(good: Sequence[Twin], load: str, seed: int, deadline: float, at_once: int) -> None:
    """All good twins once with this seed, but for those that are done; what still runs at the deadline is cut."""
    done = {row["twin"] for row in _read() if (row["load"], row["seed"]) == (load, seed)}
    missing = [_lightened(twin, seed) for twin in good if twin.name not in done]
    begun, ran = time.monotonic(), 0
    pool = Pool(missing, seed=seed, at_once=at_once, waiting=0, largest=_BATCH)
    with _load(load), pool, contextlib.suppress(TimeoutError):
        for batch in as_completed(pool.batches, max(0.0, min(deadline - begun, threading.TIMEOUT_MAX))):
            results = batch.result()
            ran += len(results)
            _write(load, seed, results)
            for result in results:
                if not result.right:
                    _say(f"{load} {seed}: {result.twin.name} {result.blocked or sorted(result.got)}\n{result.output}")
    _say(f"{load:5} round {seed}: {ran} of {len(missing)} twins run in {time.monotonic() - begun:.0f} s")


def _lightened(twin: Twin, seed: int) -> Twin:
    """What is sent in this round. Twins that are sent few kinds, or are there for faults, always get all of theirs."""
    part = (seed - 1) % (_PARTS + 1)
    if part == 0 or twin.kinds or twin.flags:
        return twin
    kinds = ",".join((VALID_KIND, *ORDINARY_KINDS[part - 1 :: _PARTS]))
    return replace(twin, kinds=kinds, examples=twin.examples // _FEWER)


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


def _read() -> list[dict[str, object]]:
    return [json.loads(line) for line in DONE.read_text("utf-8").splitlines()] if DONE.exists() else []


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
