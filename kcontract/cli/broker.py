"""`kcontract broker`: a local Apache Kafka that outlives the command."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from kcontract.cli.broker_progress import broker_progress
from kcontract.errors import EXIT_CONFORMS, EXIT_ENVIRONMENT, BrokerError

if TYPE_CHECKING:
    from kcontract.broker.local.kept import Kept

_EPILOG = """\b
Examples:
  kcontract broker up                     start it, or say where it already runs
  eval "$(kcontract broker env)"          let later commands use it
  kcontract broker up --foreground        run it here until Ctrl-C
  kcontract broker status
  kcontract broker down                   stop it and remove its data
"""


@click.group(epilog=_EPILOG)
def broker() -> None:
    """Start, find and stop a local Apache Kafka.

    The first start downloads Apache Kafka (44 MB, verified by hash) and prepares it; later ones take about a second.
    """


@broker.command()
@click.option("--foreground", is_flag=True, help="Run it here and stop it with Ctrl-C.")
def up(foreground: bool) -> int:
    """Start the broker, unless it runs already, and print its addresses.

    \b
    Examples:
      kcontract broker up
      kcontract broker up --foreground
    """
    from kcontract.broker.local.broker import prepare  # noqa: PLC0415 - `--help` must not pay for the client
    from kcontract.broker.local.keeper import keep, start_keeper  # noqa: PLC0415

    if foreground:
        with broker_progress() as progress:
            prepare(progress)
        keep(lambda kept: _describe(kept, "is running until Ctrl-C"))
        click.echo("stopped, its data is removed")
        return EXIT_CONFORMS
    with broker_progress() as progress:
        kept, is_new = start_keeper(progress)
    _describe(kept, "is running" if is_new else "was running already")
    return EXIT_CONFORMS


@broker.command()
def down() -> int:
    """Stop the broker and remove its data. Nothing happens when none runs."""
    from kcontract.broker.local.keeper import end_keeper  # noqa: PLC0415

    kept = end_keeper()
    click.echo(f"{kept.label} at {kept.bootstrap} stopped, its data is removed" if kept else "no broker is running")
    return EXIT_CONFORMS


@broker.command()
def status() -> int:
    """Say whether the broker runs, and where. Exit code 3 when it does not."""
    from kcontract.broker.local.kept import running  # noqa: PLC0415

    kept = running()
    if kept is None:
        click.echo("no broker is running")
        return EXIT_ENVIRONMENT
    _describe(kept, f"has been running for {_duration(time.time() - kept.started)}")
    return EXIT_CONFORMS


@broker.command()
def env() -> int:
    """Print the line for the shell that lets later commands use the broker.

    \b
    Examples:
      eval "$(kcontract broker env)"
    """
    from kcontract.broker.local.kept import running  # noqa: PLC0415

    kept = running()
    if kept is None:
        raise BrokerError("BROKER_NOT_RUNNING", "no broker is running", "kcontract broker up")
    click.echo(f"export KCONTRACT_BOOTSTRAP_SERVERS={kept.bootstrap}")
    return EXIT_CONFORMS


def _describe(kept: Kept, state: str) -> None:
    click.echo(f"{kept.label} {state}")
    click.echo(f"  bootstrap servers  {kept.bootstrap}")
    click.echo(f"  for services       {kept.service_bootstrap}")
    click.echo(f"  process            {kept.pid}")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
