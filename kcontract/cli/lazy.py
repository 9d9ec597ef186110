"""A click group that imports a command only when it is run, so that `--help` costs no more than click."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem


class Entry(NamedTuple):
    """Where a command is (`module:attribute`), and its line in the list of commands."""

    target: str
    help: str


class Carried(Exception):  # noqa: N818 -- a wrapping, not an error of its own
    """An error on its way through click, which would make exit code 1 of a closed pipe (1 means: violated) and
    "aborted" of an EOFError."""

    def __init__(self, error: BrokenPipeError | EOFError) -> None:
        super().__init__(error)
        self.error = error


class LazyGroup(click.Group):
    """A group over a table name → Entry."""

    def __init__(self, *args: Any, table: Mapping[str, Entry], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command; None for a name that is not in the table."""
        entry = self.table.get(cmd_name)
        return None if entry is None else load(entry)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the nearest names for one that is unknown."""
        name = args[0]
        if name not in self.table and not ctx.resilient_parsing and not name.startswith("-"):
            raise click.UsageError(f"no command is called {name!r}{_near(name, self.table)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what click would take for something else is carried past it."""
        try:
            return super().invoke(ctx)
        except (BrokenPipeError, EOFError) as error:
            raise Carried(error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.table.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names from the table, then options."""
        names = [
            CompletionItem(name, help=entry.help) for name, entry in self.table.items() if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def load(entry: Entry) -> click.Command:
    """The command behind an entry; whatever its import raises."""
    module, _, attribute = entry.target.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    if not isinstance(command, click.Command):
        raise TypeError(f"{entry.target} is no command")
    return command


def _near(name: str, known: Mapping[str, Entry]) -> str:
    import difflib  # noqa: PLC0415 -- only for mistakes

    near = difflib.get_close_matches(name, known, n=2)
    return f": did you mean {' or '.join(near)}?" if near else ""
