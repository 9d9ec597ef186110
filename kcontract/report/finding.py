"""One finding as a stranger must understand it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.constrain import Constrain
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from kcontract.model.finding import Finding
from kcontract.model.verdicts import rank, verdict
from kcontract.report import sections
from kcontract.report.abbreviate import plural
from kcontract.report.book import Book
from kcontract.report.words import FAINT, HEAD, LABEL, PLACE, WARN, indented, line, words

WIDEST = 140
"""Columns that a block takes at most: longer lines are hard to read."""
_LABEL_COLUMN = 13
_NARROW = 100
"""Below so many columns the labels stand above their sections."""
_KINDS = 6


def finding_block(finding: Finding, book: Book, width: int) -> RenderableType:
    """The whole block for a terminal of `width` columns."""
    width = min(width, WIDEST)
    narrow = width < _NARROW
    inner = width - 2 if narrow else width - _LABEL_COLUMN - 2
    first = finding.first
    parts = (
        ("sent", sections.sent(finding, book, inner)),
        ("promised", sections.promised(first)),
        ("seen", sections.seen(first, book, inner)),
        ("meaning", sections.means(first.code)),
        ("run it again", sections.again(finding)),
    )
    blocks = (block for label, content in parts for block in _section(label, tuple(content), narrow))
    return Constrain(Group(Rule(style=FAINT), *_header(finding), *blocks), width)


def finding_line(finding: Finding) -> Text:
    """The finding on one line, as it is told while the run goes on."""
    first = finding.first
    count = f"  {finding.count:,} times" if finding.count > 1 else ""
    told = line(
        (first.code, HEAD if finding.fails else WARN),
        f"  {finding.id}  ",
        (finding.unit, LABEL),
        f"  during {first.during}" if first.during else f"  {first.kind}".rstrip(),
        count,
    )
    if not finding.fails:
        told.append_text(words(f"  {_why(finding)}", FAINT))
    return told


def _why(finding: Finding) -> str:
    return f"accepted: {finding.accepted}" if finding.accepted else "does not fail the run"


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By unit, then by precedence of the verdict, then the most frequent first."""
    return tuple(sorted(findings, key=lambda finding: (finding.unit, rank(finding.first.code), -finding.count)))


def _header(finding: Finding) -> Iterator[RenderableType]:
    first = finding.first
    about = [first.kind, plural(finding.count, "case")] if first.kind else [plural(finding.count, "time")]
    if first.during:
        about = [f"during {first.during}"]
    yield line((first.code, HEAD), f"  {finding.id}  ", (finding.unit, LABEL), "  ", "  ".join(about))
    yield line(f"{finding.unit} ", verdict(first.code).summary)
    others = [kind for kind in finding.kinds if kind != first.kind]
    if others:
        more = f" and {len(others) - _KINDS} more" if len(others) > _KINDS else ""
        yield words(f"the same defect shows with {', '.join(others[:_KINDS])}{more}", FAINT)
    if not finding.fails:
        yield words(_why(finding), WARN)
    if first.also:
        yield words(f"also: {', '.join(first.also)}", FAINT)


def _section(label: str, content: Iterable[RenderableType], narrow: bool) -> Iterator[RenderableType]:
    blocks = tuple(content)
    if not blocks:
        return
    yield ""
    title = words(_TITLES[label], PLACE + " bold")
    if narrow:
        yield title
        yield indented(Group(*blocks))
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=_LABEL_COLUMN)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(title, Group(*blocks))
    yield grid


_TITLES = {
    "sent": "What was sent",
    "promised": "Promised",
    "seen": "Seen",
    "meaning": "It means",
    "run it again": "Run it again",
}
