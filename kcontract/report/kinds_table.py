"""The table kinds × expectation × sent × outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

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
_FEW = 5
"""Kinds with the same verdicts that have rows of their own."""


class Row(Value, frozen=True):
    """One row as it is shown. `broken` if a verdict is among the outcomes."""

    label: str
    expectation: str
    sent: int
    outcomes: tuple[tuple[str, int], ...]
    broken: bool


def rows(counts: Iterable[KindCount], *, full: bool) -> tuple[Row, ...]:
    """The rows: those with a verdict first. Unless `full`, what is alike is one row: the kinds without a verdict by
    expectation, the others by expectation and verdicts where there are more than a few of them."""
    ordered = sorted(counts, key=lambda count: (count.expectation != "valid", count.expectation, count.kind))
    single = [_single(count) for count in ordered]
    if full:
        return tuple(single)
    groups: dict[tuple[str, frozenset[str]], list[Row]] = {}
    for row in sorted(single, key=lambda row: not row.broken):
        groups.setdefault((row.expectation, _verdicts(row)), []).append(row)
    return tuple(row for group in groups.values() for row in _shown(group))


def _shown(group: list[Row]) -> list[Row]:
    """Rows that are alike: one by one if a verdict is among the outcomes and they are few, else as one."""
    if len(group) == 1 or (group[0].broken and len(group) <= _FEW):
        return group
    total: Counter[str] = Counter()
    for row in group:
        total.update(dict(row.outcomes))
    label = plural(len(group), "kind")
    if group[0].broken:
        label = f"{group[0].label}, {group[1].label} and {plural(len(group) - 2, 'more kind')}"
    sent = sum(row.sent for row in group)
    return [Row(label, group[0].expectation, sent, _ordered(total), broken=group[0].broken)]


def _ordered(outcomes: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Verdicts first, then the most frequent."""
    return tuple(sorted(outcomes.items(), key=lambda item: (item[0] not in _CODES, -item[1], item[0])))


def _verdicts(row: Row) -> frozenset[str]:
    return _CODES.intersection(name for name, _ in row.outcomes)


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
    return Row(count.kind, count.expectation, count.sent, _ordered(dict(count.outcomes)), broken)


def _outcomes(row: Row) -> Text:
    """`dead-lettered 40, CRASHED 2`; without the number where all cases have the same outcome."""
    made = Text(overflow="fold")
    for place, (name, number) in enumerate(row.outcomes):
        alone = len(row.outcomes) == 1 and number == row.sent
        made.append(", " if place else "")
        made.append_text(words(name if alone else f"{name} {number:,}", HEAD if name in _CODES else ""))
    return made
