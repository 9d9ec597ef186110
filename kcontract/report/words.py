"""The only way from a text to the terminal: made visible, never read as markup."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kcontract.report.visible import visible

HEAD = "bold red"
GOOD = "bold green"
WARN = "bold yellow"
LABEL = "bold"
PLACE = "cyan"
CHANGED = "bold red reverse"
FAINT = "dim"
PLAIN = ""

_LABELS = re.compile(r"\b(?:Proof|Not|Python|Java|Node|Go|Node, Go|all|Fix):")


class _Console(Console):
    """rich leaves with exit code 1 when the reader of a pipe has gone, which would mean: a promise was violated."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, "the reader has gone")


def console_for(stream: TextIO, width: int | None = None) -> Console:
    """A console that takes texts as they are: no markup, no emoji codes, no highlighting; colours on terminals only
    (rich reads NO_COLOR, FORCE_COLOR, TERM and COLUMNS)."""
    return _Console(file=stream, width=width, markup=False, emoji=False, highlight=False)


def emit(console: Console, shown: RenderableType) -> None:
    """Print; without the spaces that fill lines up where nobody sees colours (pipes, logs, golden files)."""
    if console.is_terminal:
        console.print(shown)
        return
    with console.capture() as capture:
        console.print(shown)
    for text in capture.get().splitlines():
        console.file.write(text.rstrip() + "\n")
    console.file.flush()


def words(text: str, style: str = PLAIN) -> Text:
    """A text of one line, whoever wrote it."""
    return Text(visible(text), style=style, overflow="fold")


def line(*parts: str | tuple[str, str]) -> Text:
    """One line put together from texts and (text, style) pairs."""
    made = Text(overflow="fold")
    for part in parts:
        made.append_text(words(part) if isinstance(part, str) else words(*part))
    return made


def bullet(text: str | Text, sign: str = "·") -> RenderableType:
    """A fact, its further lines indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold", ratio=1)
    grid.add_row(sign, text if isinstance(text, Text) else words(text))
    return grid


def pairs(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names and what they stand for, in two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    for name, text in rows:
        grid.add_row(words(name, FAINT), text)
    return grid


def indented(content: RenderableType, by: int = 2) -> Padding:
    return Padding(content, (0, 0, 0, by))


def paragraph(text: str) -> Text:
    """A line of an `explain` text, its labels (`Proof:`, `Java:`) in bold."""
    made = words(text)
    made.highlight_regex(_LABELS, LABEL)
    return made
