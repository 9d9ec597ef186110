"""`kcontract verify`: run every service on a real broker and judge what it does."""

from __future__ import annotations

import sys

import click

from kcontract.cli.completing import fault_names, listed, services
from kcontract.cli.options import choice_options, fault_words, run_options

_EPILOG = """\b
Examples:
  kcontract verify                                   all contracts of the project
  kcontract verify contracts/patients                those of a directory
  kcontract verify --receiver billing --kinds bit_flip,truncated
  kcontract verify --bootstrap-servers localhost:9092 --registry http://localhost:8081
  kcontract verify --report text --report json=run.jsonl
  kcontract verify --shard 1/3 --report json=run-1.jsonl    one of three machines
  kcontract verify --baseline known.yaml --fail-on CRASHED,CRASH_LOOP,blind
  kcontract verify --together billing,audit          also the chain: audit gets what billing sends
  kcontract verify --faults delivery                 also kill and end the services amid their work
  kcontract verify --faults brokerDown,registryDown:500

\b
Exit codes: 0 conforms · 1 violated · 2 usage, or nothing was tested · 3 environment · 130 interrupted
"""


@click.command(epilog=_EPILOG)
@choice_options
@click.option(
    "--together",
    default="",
    metavar="A,B",
    shell_complete=listed(services),
    help="Also a chain, first service first: B gets what A, running beside it, makes of the records for A.",
)
@click.option("--max-examples", type=click.IntRange(1, 1_000_000), help="Valid cases a receiver (default 200).")
@click.option("--shard", metavar="I/N", help="Only the I-th of N parts, for N machines; `report merge` joins them.")
@click.option(
    "--faults",
    default="declared",
    metavar="WORDS",
    callback=fault_words,
    shell_complete=listed(fault_names),
    help="declared (default: the contracts' `faults`), delivery, all, none, or names such as registryDown:500.",
)
@run_options
def verify(
    paths: tuple[str, ...],
    select: tuple[str, ...],
    together: str,
    kinds: str,
    max_examples: int | None,
    **options: object,
) -> int:
    """Run the services that the contracts in PATHS name (files or directories; default: all of the project), send them
    valid and malformed records, and judge from the outside whether each kept its promises."""
    from kcontract.cli.running import run_with_reports  # noqa: PLC0415 - `--help` must not pay for the engine
    from kcontract.wiring.verifying import verify as verify_contracts  # noqa: PLC0415

    chosen, chain = (tuple(word.strip() for word in text.split(",") if word.strip()) for text in (kinds, together))
    return run_with_reports(
        verify_contracts,
        sys.stdout,
        {**options, "paths": paths, "select": select, "together": chain, "kinds": chosen, "max_examples": max_examples},
    )
