"""Bytes for people: offset, hex and ASCII, with the changed bytes marked and the dull middle left out."""

from __future__ import annotations

from collections.abc import Iterable

from kcontract.model.value import Value

Span = tuple[int, int]
"""From and to (exclusive) offset. An empty span marks a place where bytes were removed."""


class HexLine(Value, frozen=True):
    """One line of a dump. `marks` are the columns (from, to) of `text` that show changed bytes."""

    text: str
    marks: tuple[Span, ...] = ()


def hexdump(data: bytes, *, changed: Iterable[Span] = (), columns: int = 16, rows: int = 8) -> tuple[HexLine, ...]:
    """At most about `rows` rows of `columns` bytes: the first ones, those around the changes, and the last one.

    Changed bytes stand in brackets, so that they show without colours: `00 48[61]30`; `|` is a place where bytes are
    missing.
    """
    spans = tuple(changed)
    total = max(-(-len(data) // columns), 1)
    lines: list[HexLine] = []
    last = -1
    for row in _chosen(total, [start // columns for start, _ in spans], rows):
        if row != last + 1:
            lines.append(_gap((row - last - 1) * columns))
        lines.append(_row(data, row * columns, columns, spans, len(f"{len(data):x}")))
        last = row
    if last + 1 < total:
        lines.append(_gap(len(data) - (last + 1) * columns))
    return tuple(lines)


def _gap(count: int) -> HexLine:
    return HexLine(f"… {count:,} bytes …")


def _chosen(total: int, changed: list[int], rows: int) -> list[int]:
    """Numbers of the rows to show, in order: a row that stands alone between two shown ones is shown as well."""
    if total <= rows:
        return list(range(total))
    wanted: dict[int, None] = {}
    for row in changed[: max(rows // 2, 1)]:
        wanted.update(dict.fromkeys(near for near in (row, row - 1, row + 1) if 0 <= near < total))
    for row in range(total):
        if len(wanted) >= rows - 1:
            break
        wanted[row] = None
    wanted[total - 1] = None
    shown = sorted(wanted)
    return sorted({*shown, *(row + 1 for row in shown if row + 2 in wanted)})


def _row(data: bytes, start: int, columns: int, spans: tuple[Span, ...], digits: int) -> HexLine:
    piece = data[start : start + columns]
    head = f"{start:0{max(digits, 4)}x} "
    cells = [head]
    marks: list[Span] = []
    width = len(head)
    for place in range(start, start + columns + 1):
        cells.append(_separator(place, spans))
        if place - start < len(piece):
            cells.append(f"{piece[place - start]:02x}")
            if _inside(place, spans):
                marks.append((width + 1, width + 3))
        elif place < start + columns:
            cells.append("  ")
        width += 3
    return HexLine("".join(cells) + " " + _ascii(piece), tuple(marks))


def _separator(place: int, spans: tuple[Span, ...]) -> str:
    """What stands before the byte at `place`. Where two runs touch, the bracket that opens wins."""
    starts = any(start == place < end for start, end in spans)
    ends = any(start < place == end for start, end in spans)
    gap = any(start == place == end for start, end in spans)
    return "[" if starts else "]" if ends else "|" if gap else " "


def _inside(place: int, spans: tuple[Span, ...]) -> bool:
    return any(start <= place < end for start, end in spans)


def _ascii(piece: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in piece)
