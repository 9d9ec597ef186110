"""`kcontract judge`: a stored run again, without a broker."""

from __future__ import annotations

import sys
from functools import partial

import click

from kcontract.cli.completing import offered, stored_runs
from kcontract.cli.options import report_options

_EPILOG = """\b
Examples:
  kcontract judge                                          the newest of the last 20 runs
  kcontract judge 20261121-150348-679d                     the run of that name
  kcontract judge run.jsonl --report junit=junit.xml       a history or a JSON report, as JUnit
  kcontract judge --write-baseline known.yaml              accept what fails now; fill in the reasons
  kcontract judge --baseline known.yaml --fail-on CRASHED,LOST

\b
Exit codes: those of the run: 0 conforms · 1 violated · 2 usage, nothing was tested, or the history is cut off ·
3 environment · 130 the run was interrupted
"""


@click.command(epilog=_EPILOG)
@click.argument("run", default="", shell_complete=offered(stored_runs))
@click.option("--write-baseline", "write", metavar="FILE", help="Write a new baseline of all findings to this file.")
@report_options
def judge(run: str, write: str | None, **options: object) -> int:
    """Judge the history of RUN again (.kcontract/runs/RUN, or a path; default: the newest): what the run reported, from
    its events alone. No broker is started, and no service."""
    from kcontract.cli.running import run_with_reports  # noqa: PLC0415 - `--help` must not pay for the engine
    from kcontract.wiring.judging import judge as judge_run  # noqa: PLC0415

    return run_with_reports(partial(judge_run, run, write=write), sys.stdout, options)
