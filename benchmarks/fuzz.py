"""Cases a second of `kcontract fuzz` for a plain handler in a process of its own, everything included.

Run: python -m benchmarks.fuzz. Medians of interleaved rounds: few cases and many, so that the start of the command can
be told from the cases; and the calls of the handler alone, in one process, for the share of all else.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.services.handler import handle
from kcontract.testing import Record

ROOT = Path(__file__).parents[1]
ROUNDS, MANY = 5, 20_000
CONTRACT = """
kcontract: 1
topic: orders
message: {payload: {type: object, required: [id, amount], properties: {
  id: {type: string}, amount: {type: integer}, note: {type: string}, tags: {type: array, items: {type: string}}}}}
receive:
  billing:
    run: {handler: "benchmarks.services.handler:handle", rejects: [ValueError]}
    onInvalid: {deadLetter: orders.dlq}
    emits: {topic: bills, payload: {type: object, required: [order]}, where: {/order: $message.payload#/id}}
"""


def fuzzed(root: Path, examples: int) -> tuple[int, float]:
    """Cases, and seconds of the run as it tells them."""
    report = root / "report.jsonl"
    command = [sys.executable, "-m", "kcontract", "fuzz", "--max-examples", str(examples), "--report", f"json={report}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run = json.loads(report.read_text().splitlines()[-1])
    return sum(unit["cases"] for unit in run["units"]), run["seconds"]


def called(calls: int) -> float:
    """Calls a second of the handler alone."""
    record = Record("orders", 0, 0, b"k", b'{"id": "a", "amount": 1, "tags": ["x", "y"]}', (), None)
    began = time.perf_counter()
    for _ in range(calls):
        handle(record)
    return calls / (time.perf_counter() - began)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "contracts").mkdir()
        (root / "contracts/orders.yaml").write_text(CONTRACT)
        (root / "pyproject.toml").touch()
        (root / "benchmarks").symlink_to(ROOT / "benchmarks")
        rounds = [({most: fuzzed(root, most) for most in (1000, MANY)}, called(MANY)) for _ in range(ROUNDS)]
    for most in (1000, MANY):
        rates = [runs[most][0] / runs[most][1] for runs, _ in rounds]
        cases = rounds[0][0][most][0]
        print(f"{most:,} valid ones asked for: {cases:,} cases, {statistics.median(rates):,.0f}/s (budget 3,000/s)")
    print(f"the handler alone, in one process: {statistics.median(alone for _, alone in rounds):,.0f} calls/s")


if __name__ == "__main__":
    main()
