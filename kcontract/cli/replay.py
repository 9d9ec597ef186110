"""`kcontract replay`: send the record of a finding again."""

from __future__ import annotations

import sys
from functools import partial

import click

from kcontract.cli.completing import complete_contracts, findings, offered
from kcontract.cli.options import run_options

_EPILOG = """\b
Examples:
  kcontract replay 3f9a01c2
  kcontract replay 3f9a01c2 contracts/patients      when the contract has moved

\b
Exit codes: 0 it is handled as promised now · 1 it still violates · 2 usage, or it could not be judged ·
3 environment · 130 interrupted
"""


@click.command(epilog=_EPILOG)
@click.argument("finding", shell_complete=offered(findings))
@click.argument("paths", nargs=-1, type=click.Path(exists=True), shell_complete=complete_contracts)
@run_options
def replay(finding: str, paths: tuple[str, ...], **options: object) -> int:
    """Start the service of FINDING (the id that `verify` printed), get it going with healthy records, and send it the
    stored record behind one of them. Its bytes are those of the finding, from .kcontract/cases/FINDING.json."""
    from kcontract.cli.running import run_with_reports  # noqa: PLC0415 - `--help` must not pay for the engine
    from kcontract.wiring.verifying import replay as replay_case  # noqa: PLC0415

    return run_with_reports(partial(replay_case, finding), sys.stdout, {**options, "paths": paths})
