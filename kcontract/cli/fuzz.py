"""`kcontract fuzz`: call handlers with generated records, without a broker."""

from __future__ import annotations

import sys

import click

from kcontract.cli.options import call_options, choice_options

_EPILOG = """\b
Examples:
  kcontract fuzz                                     all handlers of the project
  kcontract fuzz contracts/patients --receiver billing
  kcontract fuzz --max-examples 100000 --max-time 300
  kcontract fuzz --kinds valid,missing_required --seed 7
  kcontract fuzz --report text --report junit=fuzz.xml

\b
A receiver is a handler by `run: {handler: module:name}`, a sender that is a function by `run: {make: module:name}`.

\b
Exit codes: 0 conforms · 1 violated · 2 usage, or nothing was tested · 3 environment · 130 interrupted
"""


@click.command(epilog=_EPILOG)
@choice_options
@click.option("--max-examples", type=click.IntRange(1, 10_000_000), help="Valid cases a handler (default 1000).")
@call_options
def fuzz(paths: tuple[str, ...], kinds: str, **options: object) -> int:
    """Call the handlers that the contracts in PATHS name (files or directories; default: all of the project) with
    valid and malformed records, each handler in a process of its own: what crashes, hangs or eats memory ends only
    that. No broker is needed, and none is judged: commits, dead letters and restarts are what `verify` is for."""
    from kcontract.cli.running import run_with_reports  # noqa: PLC0415 - `--help` must not pay for the engine
    from kcontract.wiring.fuzzing import fuzz as fuzz_handlers  # noqa: PLC0415

    chosen = tuple(code.strip() for code in kinds.split(",") if code.strip())
    return run_with_reports(fuzz_handlers, sys.stdout, {**options, "paths": paths, "kinds": chosen})
