"""The table kinds × expectation × sent × outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kcontract.model.summary import KindCount
from kcontract.model.value import Value
from kcontract.model.verdicts import VERDICTS
from kcontract.report.abbreviate import plural
from kcontract.report.words import FAINT, HEAD, words

_CODES = frozenset(verdict.code for verdict in VERDICTS)


class Row(Value, frozen=True):
    """One row as it is shown. `broken` if a verdict is among the outcomes."""

    label: str
    expectation: str
    sent: int
    outcomes: tuple[tuple[str, int], ...]
    broken: bool


def rows(counts: Iterable[KindCount], *, full: bool) -> tuple[Row, ...]:
    """The rows: those with a verdict one by one; the others, unless `full`, in one row for each expectation."""
    ordered = sorted(counts, key=lambda count: (count.expectation != "valid", count.expectation, count.kind))
    single = [_single(count) for count in ordered]
    if full:
        return tuple(single)
    kept = [row for row in single if not row.broken]
    folded = (_folded(name, [row for row in kept if row.expectation == name]) for name in _names(kept))
    return (*(row for row in single if row.broken), *folded)


def kinds_table(counts: Iterable[KindCount], *, full: bool) -> Iterator[RenderableType]:
    """The table, or nothing if nothing was sent."""
    shown = rows(counts, full=full)
    if not shown:
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False, header_style=FAINT)
    table.add_column("kind", overflow="fold")
    table.add_column("must be", no_wrap=True)
    table.add_column("sent", justify="right", no_wrap=True)
    table.add_column("outcome", overflow="fold")
    for row in shown:
        table.add_row(words(row.label), words(row.expectation), f"{row.sent:,}", _outcomes(row))
    yield table


def _single(count: KindCount) -> Row:
    broken = any(name in _CODES for name, _ in count.outcomes)
    return Row(count.kind, count.expectation, count.sent, count.outcomes, broken)


def _names(kept: list[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.expectation for row in kept))


def _folded(expectation: str, kept: list[Row]) -> Row:
    total: Counter[str] = Counter()
    for row in kept:
        total.update(dict(row.outcomes))
    label = kept[0].label if len(kept) == 1 else plural(len(kept), "kind")
    return Row(label, expectation, sum(row.sent for row in kept), tuple(total.most_common()), broken=False)


def _outcomes(row: Row) -> Text:
    """`dead-lettered 40, CRASHED 2`; without the number where all cases have the same outcome."""
    made = Text(overflow="fold")
    for place, (name, number) in enumerate(row.outcomes):
        alone = len(row.outcomes) == 1 and number == row.sent
        made.append(", " if place else "")
        made.append_text(words(name if alone else f"{name} {number:,}", HEAD if name in _CODES else ""))
    return made
