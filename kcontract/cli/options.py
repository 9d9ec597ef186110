"""Options that `verify` and `replay` share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option(
        "--broker",
        type=click.Choice(["auto", "local", "mock"]),
        help="auto: --bootstrap-servers if given, else a local Apache Kafka. mock: librdkafka's, not a broker.",
    ),
    click.option(
        "--bootstrap-servers",
        "bootstrap",
        envvar="KCONTRACT_BOOTSTRAP_SERVERS",
        metavar="HOST:PORT",
        help="A cluster that runs already; topics get a prefix of the run's own there.",
    ),
    click.option(
        "--registry", envvar="KCONTRACT_REGISTRY", metavar="URL", help="A schema registry; default: an embedded one."
    ),
    click.option(
        "--tap/--no-tap",
        "tap",
        default=None,
        help="Services reach the broker through a proxy that reads along (default: on a broker of kcontract's own).",
    ),
    click.option("--seed", type=int, help="Of the generated records (default 0)."),
    click.option("--max-time", type=click.FloatRange(1), metavar="SECONDS", help="For the whole run (default 600)."),
    click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORMAT[=PATH]",
        help="text (default) or json, to standard output or a file; repeatable.",
    ),
    click.option("-v", "--verbose", is_flag=True, help="Also list what was not applicable or not sent, and why."),
)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the shared options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
