"""`kcontract report`: reports of several runs."""

from __future__ import annotations

import sys
from functools import partial

import click

from kcontract.cli.options import report_options

_EPILOG = """\b
Examples:
  kcontract report merge run-1.jsonl run-2.jsonl run-3.jsonl
  kcontract report merge run-*.jsonl --report junit=junit.xml --report sarif=kcontract.sarif
"""
_MERGE_EPILOG = (
    _EPILOG
    + """
\b
Exit codes: 1 if any run violated a promise, else 3 if anything could not run, else 2 if something was not tested, a
part is missing or not whole, else 0
"""
)


@click.group(epilog=_EPILOG)
def report() -> None:
    """Join the reports of several runs into one."""


@report.command(epilog=_MERGE_EPILOG)
@click.argument("files", nargs=-1, required=True)
@report_options
def merge(files: tuple[str, ...], **options: object) -> int:
    """Merge FILES (JSON reports, histories, or names of stored runs) into one report: a service or finding of several
    of them is told once. A shard that is missing is told."""
    from kcontract.cli.running import run_with_reports  # noqa: PLC0415 - `--help` must not pay for the engine
    from kcontract.wiring.judging import merge as merge_stored  # noqa: PLC0415

    return run_with_reports(partial(merge_stored, files), sys.stdout, options)
