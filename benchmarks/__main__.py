"""All benchmarks in order, each in a process of its own and within its time: `make bench`.

    python -m benchmarks [NAME ...]

A target that is missed is told by the benchmark itself, and is no error, for a figure says as much of the machine as of
us. The exit code is 1 only if a benchmark failed or did not end in time.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from time import perf_counter
from typing import NamedTuple

_GRACE_S = 30


class Bench(NamedTuple):
    """A module of this package, with its options, and the seconds that it may take."""

    name: str
    seconds: int
    options: tuple[str, ...] = ()


ORDER = (
    Bench("help", 60),
    Bench("broker_start", 180),
    Bench("oracle", 120),
    Bench("generation", 180),
    Bench("json_suite", 180, ("--alone", "--speed")),
    Bench("judging", 240, ("--parts",)),
    Bench("verifying", 180),
    Bench("tap", 240),
    Bench("localise", 300),
    Bench("fuzz", 240),
    Bench("growth", 400),
)


def main() -> int:
    chosen = [bench for bench in ORDER if not sys.argv[1:] or bench.name in sys.argv[1:]]
    began, failed = perf_counter(), []
    for bench in chosen:
        print(f"== {bench.name}", flush=True)
        if why := _failure(bench):
            failed.append(f"{bench.name}: {why}")
            print(f"FAILED: {why}", flush=True)
    print(f"== {len(chosen)} benchmarks in {perf_counter() - began:.0f} s, {len(failed) or 'none'} failed")
    print("\n".join(failed), end="\n" if failed else "")
    return 1 if failed or not chosen else 0


def _failure(bench: Bench) -> str:
    """Run it; why it failed, empty if it did not."""
    process = subprocess.Popen([sys.executable, "-m", f"{__package__}.{bench.name}", *bench.options])
    try:
        code = process.wait(bench.seconds)
    except subprocess.TimeoutExpired:
        return f"not done within {bench.seconds} s"
    finally:
        _end(process)
    return f"exit code {code}" if code else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would, so that broker and service end as well; at once if that does not help."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
