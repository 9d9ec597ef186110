"""The sections of a finding: what was sent, promised and seen, what it means, and how to run it again."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.record import LogRecord, Record
from kcontract.model.verdicts import verdict
from kcontract.report.abbreviate import ends, middle, plural
from kcontract.report.book import Book
from kcontract.report.bytes_block import value_block
from kcontract.report.decode import Decoded, brief, decode_value
from kcontract.report.diff import Change, diff_bytes, diff_records
from kcontract.report.stderr import stderr_tail
from kcontract.report.visible import visible_lines
from kcontract.report.words import FAINT, HEAD, LABEL, PLACE, bullet, indented, line, pairs, paragraph, words

_NAME = 40
_CHANGES = 3
_EVIDENCE = 2
"""Dead letters or effects shown."""
_HEADERS = 8
_REQUEST_LINES = 20
_REQUEST_WIDTH = 400


def sent(finding: Finding, book: Book, width: int) -> Iterator[RenderableType]:
    """The record or request of the smallest example, with its difference to the valid one it was made from."""
    first = finding.first
    if first.request:
        lines = (middle(text, _REQUEST_WIDTH) for text in visible_lines(first.request.rstrip()))
        yield from (Text(text, overflow="fold") for text in ends(tuple(lines), _REQUEST_LINES))
    if first.record is None:
        return
    yield line("case ", first.case, " to ", (first.topic, PLACE), *([", ", first.note] if first.note else []))
    changes = _changes(first)
    yield from _record(first.record, first.topic, book, width, changes=changes, decoded=finding.decoded)


def promised(first: CaseVerdict) -> Iterator[RenderableType]:
    """The sentence, and where it stands."""
    yield words(first.promised)
    yield words(str(first.at), PLACE)


def seen(first: CaseVerdict, book: Book, width: int) -> Iterator[RenderableType]:
    """The facts, what came back, and the service's last words."""
    for fact in first.seen:
        yield bullet(fact)
    if first.cause:
        yield bullet(line("cause: ", (first.cause, LABEL)))
    for record in first.evidence[:_EVIDENCE]:
        yield from _evidence(first, record, book, width)
    if len(first.evidence) > _EVIDENCE:
        yield bullet(f"and {plural(len(first.evidence) - _EVIDENCE, 'more record')}")
    if first.stderr.strip():
        yield bullet("the end of its standard error:")
        for text, is_frame in stderr_tail(first.stderr, first.cause):
            yield bullet(words(text, HEAD if is_frame else FAINT), "→" if is_frame else " ")


def means(code: str) -> Iterator[RenderableType]:
    """The first paragraph of the verdict's explanation, and the way out."""
    paragraphs = verdict(code).explain.split("\n")
    labelled = next(place for place, text in enumerate(paragraphs) if text.startswith("Proof:"))
    yield words(" ".join(paragraphs[:labelled]))
    yield from (paragraph(text) for text in paragraphs if text.startswith("Fix:"))


def again(finding: Finding) -> Iterator[RenderableType]:
    """The commands to go on with."""
    if finding.first.record is not None:
        yield words(f"kcontract replay {finding.id}")
    yield words(f"kcontract explain {finding.first.code}")


def _changes(first: CaseVerdict) -> tuple[Change, ...] | None:
    """What made the value malformed; None where there is nothing to compare it with."""
    if first.parent is None or first.record is None or first.record.value is None:
        return None
    return diff_bytes(first.parent, first.record.value)


def _record(
    record: Record, topic: str, book: Book, width: int, *, changes: tuple[Change, ...] | None = None, decoded: str = ""
) -> Iterator[RenderableType]:
    shown = decode_value(record.value, topic, book)
    if decoded and not shown.lines:
        shown = Decoded(shown.form, visible_lines(decoded))
    rows: list[tuple[str, RenderableType]] = [("key", words(brief(record.key)))]
    for name, value in record.headers[:_HEADERS]:
        rows.append(("header", words(f"{middle(name, _NAME)}: {brief(value)}")))
    if len(record.headers) > _HEADERS:
        rows.append(("header", words(f"… {len(record.headers) - _HEADERS:,} more")))
    if record.timestamp is not None:
        rows.append(("time", words(f"{record.timestamp} ms since 1970")))
    rows.append(("value", words(shown.form)))
    if changes:
        rows.append(("made by", Group(*_told(changes))))
    yield pairs(rows)
    if record.value:
        yield from (indented(block) for block in value_block(record.value, shown, changes or (), width - 2))


def _told(changes: tuple[Change, ...]) -> Iterator[Text]:
    for change in changes[:_CHANGES]:
        yield words(str(change))
    if len(changes) > _CHANGES:
        yield words(f"and {len(changes) - _CHANGES} more places")
    yield words("(old → new, against the valid record it was made from)", FAINT)


def _evidence(first: CaseVerdict, found: LogRecord, book: Book, width: int) -> Iterator[RenderableType]:
    place = f"{found.topic}/{found.partition}@{found.offset}"
    if first.code == "DEAD_LETTER_ALTERED" and first.record is not None:
        yield bullet(line("the dead letter ", (place, PLACE), " differs from what was sent:"))
        yield from (bullet(words(text), " ") for text in diff_records(first.record, found.record))
    else:
        yield bullet(line("the record ", (place, PLACE)))
    yield from (indented(block) for block in _record(found.record, found.topic, book, width - 4))
