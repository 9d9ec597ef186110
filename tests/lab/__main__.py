"""`python -m tests.lab [NAME…]`: run twins (default: all) and print the table; exit 1 if any differs."""

from __future__ import annotations

import argparse
import sys
from fnmatch import fnmatch

from tests.lab import table
from tests.lab.running import LARGEST_BATCH, Result, batches, run
from tests.lab.twin import Twin
from tests.lab.twins import TWINS


def main() -> int:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="twin × expected × got")
    parser.add_argument("names", nargs="*", default=["*"], help="twins, languages or clients; * and ? as in a shell")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", type=int, default=LARGEST_BATCH, help="twins that share a broker")
    parser.add_argument("--verbose", action="store_true", help="also print the report of a batch that differs")
    options = parser.parse_args()
    chosen = [twin for twin in TWINS if any(_named(twin, name) for name in options.names)]
    results: list[Result] = []
    _say(table.header())
    for batch in batches(chosen, options.batch):
        found = run(batch, options.seed)
        results += found
        _say("\n".join(map(table.row, found)))
        if options.verbose and not all(result.right for result in found):
            _say(found[0].output)
    _say(table.footer(results))
    return 0 if results and all(result.right for result in results) else 1


def _named(twin: Twin, name: str) -> bool:
    return any(fnmatch(own, name) for own in (twin.name, twin.language, twin.client))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
