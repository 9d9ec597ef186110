"""Options that commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from kcontract.cli.completing import complete_contracts, fail_words, formats, kind_codes, listed, offered, services


class Seconds(click.FloatRange):
    """A number of seconds, at least one, or a duration as contracts have it."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """What click asks for."""
        from kcontract.document.leaves import duration  # noqa: PLC0415 - it costs start-up time
        from kcontract.document.mistakes import Refused  # noqa: PLC0415 - it costs start-up time

        try:
            given = duration(value) if isinstance(value, str) and value[-1:].isalpha() else float(value)
        except (Refused, ValueError):
            self.fail(f"{value!r} is neither a number of seconds nor a duration such as 90s or 2m", param, ctx)
        seconds: float = super().convert(given, param, ctx)
        return seconds


_CHOICE = (
    click.argument("paths", nargs=-1, type=click.Path(exists=True), shell_complete=complete_contracts),
    click.option(
        "--receiver",
        "--sender",
        "select",
        multiple=True,
        metavar="NAME",
        shell_complete=offered(services),
        help="Only this service or handler; repeatable.",
    ),
    click.option(
        "--kinds",
        default="",
        metavar="CODES",
        shell_complete=listed(kind_codes),
        help="Only these kinds of malformed records, comma separated.",
    ),
    click.option("--shrink/--no-shrink", default=True, help="Make the records of findings smaller (default: yes)."),
)

_BROKER = (
    click.option(
        "--broker",
        type=click.Choice(["auto", "local", "docker", "mock"]),
        help="auto: --bootstrap-servers if given, else a local Apache Kafka, else in Docker if its image is there. "
        "docker: the image apache/kafka. mock: librdkafka's, not a broker.",
    ),
    click.option(
        "--bootstrap-servers",
        "bootstrap",
        envvar="KCONTRACT_BOOTSTRAP_SERVERS",
        metavar="HOST:PORT",
        help="A cluster that runs already; topics get a prefix of the run's own there.",
    ),
    click.option(
        "--tap/--no-tap",
        "tap",
        default=None,
        help="Services reach the broker through a proxy that reads along (default: on a broker of kcontract's own).",
    ),
)

_RUN = (
    click.option(
        "--registry", envvar="KCONTRACT_REGISTRY", metavar="URL", help="A schema registry; default: an embedded one."
    ),
    click.option("--seed", type=int, help="Of the generated records (default 0)."),
    click.option("--max-time", type=Seconds(1), metavar="SECONDS", help="For the whole run, or 2m (default 600)."),
)

_REPORTS = (
    click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORMAT[=PATH]",
        shell_complete=offered(formats),
        help="text (default), json, junit, sarif, github or markdown, to standard output or a file; repeatable.",
    ),
    click.option(
        "--baseline", metavar="FILE", help="Findings that are known and accepted (YAML); new ones fail all the same."
    ),
    click.option(
        "--fail-on",
        "fail_on",
        multiple=True,
        metavar="WORDS",
        shell_complete=listed(fail_words),
        help="What ends with 1: verdicts (default: all), none, blind, could-not-run, stale; comma separated.",
    ),
    click.option("-v", "--verbose", is_flag=True, help="Also list every kind, what was not sent, and why."),
)


def fault_words(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    """The words of `--faults`, comma separated. UsageError FAULT_UNKNOWN, FAULT_NONE."""
    from kcontract.model.faults import check_words  # noqa: PLC0415 - `--help` must not pay for it

    words = tuple(word.strip() for word in value.split(",") if word.strip())
    check_words(words)
    return words


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the argument and the options that say what is tested, and with which records."""
    return _added(command, _CHOICE)


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of whatever runs services on a broker."""
    return _added(command, (*_BROKER, *_RUN, *_REPORTS))


def call_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of whatever runs without a broker."""
    return _added(command, (*_RUN, *_REPORTS))


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of whatever tells the outcome of a run."""
    return _added(command, _REPORTS)


def _added(command: Callable[..., Any], options: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command
