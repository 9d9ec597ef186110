"""The table kinds × receivers: what was expected of each kind, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kcontract.generate.catalogue import KINDS
from kcontract.model.case import VALID_KIND
from kcontract.model.summary import KindCount, UnitSummary
from kcontract.model.value import Value
from kcontract.model.verdicts import VERDICTS
from kcontract.report.words import FAINT, HEAD, words

_CODES = frozenset(verdict.code for verdict in VERDICTS)
_FAMILIES = {
    family: frozenset(kind.code for kind in KINDS if kind.family == family)
    for family in dict.fromkeys(kind.family for kind in KINDS)
}
_ORDER = (VALID_KIND, *(kind.code for kind in KINDS))


class MatrixRow(Value, frozen=True):
    """A kind, and a cell for each receiver: `invalid: dead-lettered 4`."""

    kind: str
    cells: tuple[str, ...]


def receivers(units: Iterable[UnitSummary]) -> tuple[UnitSummary, ...]:
    """The units that were sent records."""
    return tuple(unit for unit in units if unit.kinds)


def matrix(units: Sequence[UnitSummary]) -> tuple[MatrixRow, ...]:
    """All kinds that any of these receivers was sent, in the order of the catalogue, valid records first."""
    rows = (MatrixRow(kind, tuple(_cell(unit, kind) for unit in units)) for kind in _ORDER)
    return tuple(row for row in rows if any(row.cells))


def _cell(unit: UnitSummary, kind: str) -> str:
    counts = [count for count in unit.kinds if count.kind == kind]
    return "; ".join(f"{count.expectation}: {_outcomes(count)}" for count in counts)


def _outcomes(count: KindCount) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in count.outcomes)


def families_table(units: Sequence[UnitSummary]) -> Iterator[RenderableType]:
    """The same in few words, a line a receiver; nothing for fewer than two, whose own tables say it all."""
    if len(units) < 2:
        return
    table = Table(box=SIMPLE_HEAD, padding=0, show_edge=False, pad_edge=False, header_style=FAINT)
    table.add_column("kinds sent", overflow="fold", min_width=10)
    for family in _FAMILIES:
        table.add_column(family, justify="right", no_wrap=True)
    table.add_column("broken", justify="right")
    for unit in units:
        broken = {count.kind for count in unit.kinds if any(name in _CODES for name, _ in count.outcomes)}
        cells = (_family_cell(unit, codes, broken) for codes in _FAMILIES.values())
        table.add_row(words(unit.unit), *cells, words(f"{len(broken) or ''}", HEAD))
    yield table


def _family_cell(unit: UnitSummary, codes: frozenset[str], broken: set[str]) -> Text:
    """`9/13`; it stands out where a promise about one of them was broken."""
    own = {count.kind for count in unit.kinds} & codes
    return words(f"{len(own)}/{len(codes)}", HEAD if own & broken else "")
