"""`python -m tests.lab [NAME…]`: run twins (default: all) and print the table; exit 1 if any differs."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import as_completed
from fnmatch import fnmatch

from tests.lab import table
from tests.lab.pool import AT_ONCE, WAITING, Pool
from tests.lab.running import LARGEST_BATCH, Result
from tests.lab.twin import Twin
from tests.lab.twins import ESSENTIAL, TWINS


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="twin × expected × got")
    parser.add_argument("names", nargs="*", default=["*"], help="twins, languages or clients; * and ? as in a shell")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=LARGEST_BATCH, help="twins that share a broker")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="batches that work at the same time")
    parser.add_argument("--waiting", type=int, default=WAITING, help="batches beside them of twins that mostly wait")
    parser.add_argument("--essential", action="store_true", help="only what `make test` runs")
    parser.add_argument("--verbose", action="store_true", help="also print the report of a batch that differs")
    options = parser.parse_args()
    offered = ESSENTIAL if options.essential else TWINS
    chosen = [twin for twin in offered if any(_named(twin, name) for name in options.names)]
    results: list[Result] = []
    begun = time.monotonic()
    _say(table.header())
    with Pool(
        chosen, seed=options.seed, at_once=options.at_once, waiting=options.waiting, largest=options.batch
    ) as pool:
        for done in as_completed(pool.batches):
            found = done.result()
            results += found
            _say("\n".join(map(table.row, found)))
            if options.verbose and not all(result.right for result in found):
                _say(found[0].output)
    _say(table.footer(results, time.monotonic() - begun))
    return 0 if results and all(result.right for result in results) else 1


def _named(twin: Twin, name: str) -> bool:
    return any(fnmatch(own, name) for own in (twin.name, twin.language, twin.client))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
