"""Hex and words of one value, side by side where the terminal is wide enough."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kcontract.report.abbreviate import ends
from kcontract.report.decode import Decoded
from kcontract.report.diff import Change
from kcontract.report.hexdump import HexLine, hexdump
from kcontract.report.words import CHANGED, FAINT

_DECODED_LINES = 48
_ROWS = 8, 16
"""Least and most rows of hex; in between as many as there are words beside them."""
_LEAST_WORDS = 30
"""Columns that the words need beside the hex."""
_GUTTER = 3


def value_block(data: bytes, decoded: Decoded, changes: tuple[Change, ...], width: int) -> Iterator[RenderableType]:
    """The renderables that show a value within `width` columns, the changed bytes marked."""
    spans = tuple((change.offset, change.offset + len(change.new)) for change in changes)
    roomy = _hex_width(data, 16) + (_GUTTER + _LEAST_WORDS if decoded.lines else 0) <= width
    columns = 16 if roomy else 8
    rows = min(max(_ROWS[0], len(decoded.lines)), _ROWS[1])
    dump = _hex_text(hexdump(data, changed=spans, columns=columns, rows=rows))
    shown = lines_block(decoded)
    if not decoded.lines:
        yield dump
    elif roomy or _hex_width(data, 8) + _GUTTER + _LEAST_WORDS <= width:
        grid = Table.grid(padding=(0, _GUTTER))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold", ratio=1)
        grid.add_row(dump, shown)
        yield grid
    else:
        yield dump
        yield shown


def lines_block(decoded: Decoded) -> Text:
    """The words alone, for text that needs no hex."""
    return Text("\n".join(ends(decoded.lines, _DECODED_LINES)), overflow="fold")


def _hex_width(data: bytes, columns: int) -> int:
    digits = max(len(f"{len(data):x}"), 4)
    return digits + 3 * columns + columns + 3


def _hex_text(lines: tuple[HexLine, ...]) -> Text:
    made = Text(no_wrap=True)
    for place, line in enumerate(lines):
        if place:
            made.append("\n")
        start = len(made)
        made.append(line.text, style=FAINT if line.text.startswith("…") else "")
        for begin, end in line.marks:
            made.stylize(CHANGED, start + begin, start + end)
    return made
