"""The sections of a finding: what was sent, promised and seen, what it means, and how to run it again."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.record import LogRecord, Record
from kcontract.model.verdicts import verdict
from kcontract.report.abbreviate import ends, middle, plural, size
from kcontract.report.book import Book
from kcontract.report.bytes_block import lines_block, value_block
from kcontract.report.decode import Decoded, brief, decode_value
from kcontract.report.diff import Change, diff_bytes, diff_envelopes, diff_records
from kcontract.report.rerun import rerun
from kcontract.report.stderr import stderr_tail
from kcontract.report.visible import as_text, visible_lines
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
    if not first.case:  # an event of the service's own: it stands among what was seen
        return
    yield line("case ", first.case, *((" to ", (first.topic, PLACE)) if first.record else ()))
    if first.note:
        yield words(first.note)
    if first.request:
        yield from (indented(Text(text, overflow="fold")) for text in _request(first.request))
    if first.record is not None:
        changes = _changes(first)
        shown = decode_value(first.record.value, first.topic, book)
        if finding.decoded and not shown.lines:
            shown = Decoded(shown.form, visible_lines(finding.decoded))
        envelope = diff_envelopes(first.envelope, first.record) if first.envelope is not None else ()
        yield pairs(_rows(first.record, shown.form, (*envelope, *_told(changes or ())), with_time=True))
        if first.record.value:
            beside = shown if shown.lines else _parent(first, book)
            yield from (indented(block) for block in value_block(first.record.value, beside, changes or (), width - 2))


def promised(first: CaseVerdict) -> Iterator[RenderableType]:
    """The sentence, and where it stands."""
    yield words(first.promised)
    yield words(str(first.at), PLACE)


def seen(first: CaseVerdict, book: Book, width: int) -> Iterator[RenderableType]:
    """The facts, what came back, and the service's last words."""
    for fact in first.seen:
        yield bullet(fact)
    if _has_cause(first):
        yield bullet(line("cause: ", (first.cause, LABEL)))
    for record in first.evidence[:_EVIDENCE]:
        yield from _evidence(first, record, book, width)
    if len(first.evidence) > _EVIDENCE:
        yield bullet(f"and {plural(len(first.evidence) - _EVIDENCE, 'more record')}")
    if first.stderr.strip():
        yield bullet("the end of its standard error:")
        for text, is_frame in stderr_tail(first.stderr, first.cause):
            yield bullet(words(text, HEAD if is_frame else FAINT), "→" if is_frame else " ")


def _has_cause(first: CaseVerdict) -> bool:
    """Of an exit the cause is told; elsewhere it only repeats what the facts say."""
    return bool(first.cause) and (verdict(first.code).scope == "process" or bool(first.stderr))


def means(code: str) -> Iterator[RenderableType]:
    """The first paragraph of the verdict's explanation, and the way out."""
    paragraphs = verdict(code).explain.split("\n")
    labelled = next(place for place, text in enumerate(paragraphs) if text.startswith("Proof:"))
    yield words(" ".join(paragraphs[:labelled]))
    yield from (paragraph(text) for text in paragraphs if text.startswith("Fix:"))


def again(finding: Finding) -> Iterator[RenderableType]:
    """The commands to go on with."""
    if command := rerun(finding):
        yield words(command)
    yield words(f"kcontract explain {finding.first.code}")


def _request(text: str) -> tuple[str, ...]:
    return ends(tuple(middle(part, _REQUEST_WIDTH) for part in visible_lines(text.rstrip())), _REQUEST_LINES)


def _changes(first: CaseVerdict) -> tuple[Change, ...] | None:
    """What made the value malformed; None where there is nothing to compare it with."""
    if first.parent is None or first.record is None or first.record.value is None:
        return None
    return diff_bytes(first.parent, first.record.value)


def _parent(first: CaseVerdict, book: Book) -> Decoded:
    """The valid record, in place of one that nobody can decode."""
    if first.parent is None:
        return Decoded("")
    shown = decode_value(first.parent, first.topic, book)
    return Decoded("", ("(made from this valid record:)", *shown.lines)) if shown.lines else shown


def _rows(
    record: Record, form: str, changes: tuple[str, ...] = (), *, with_time: bool = False
) -> Iterator[tuple[str, RenderableType]]:
    yield "key", words(brief(record.key))
    for name, value in record.headers[:_HEADERS]:
        yield "header", words(f"{middle(name, _NAME)}: {brief(value)}")
    if len(record.headers) > _HEADERS:
        yield "header", words(f"… {len(record.headers) - _HEADERS:,} more")
    if with_time and record.timestamp is not None:
        yield "time", words(f"{record.timestamp} ms since 1970")
    yield "value", words(form)
    if changes:
        told = [words(change) for change in changes]
        yield "changed", Group(*told, words("(old → new, against the valid record it was made from)", FAINT))


def _told(changes: tuple[Change, ...]) -> Iterator[str]:
    yield from map(str, changes[:_CHANGES])
    if len(changes) > _CHANGES:
        yield f"and {len(changes) - _CHANGES} more places"


def _evidence(first: CaseVerdict, found: LogRecord, book: Book, width: int) -> Iterator[RenderableType]:
    place = f"{found.topic}/{found.partition}@{found.offset}"
    if first.code == "DEAD_LETTER_ALTERED" and first.record is not None:
        yield bullet(line("the dead letter ", (place, PLACE), " differs from what was sent:"))
        yield from (bullet(words(text), " ") for text in diff_records(first.record, found.record))
    else:
        yield bullet(line("the record ", (place, PLACE)))
    if first.record is not None and found.record.value == first.record.value:
        form = size(found.record.value) if found.record.value != b"" else "empty"
        yield indented(pairs(_rows(found.record, f"{form}, as it was sent")))
        return
    shown = decode_value(found.record.value, found.topic, book)
    yield indented(pairs(_rows(found.record, shown.form)))
    if found.record.value and shown.lines and as_text(found.record.value) is not None:
        yield indented(lines_block(shown), 4)
    elif found.record.value:
        yield from (indented(block, 4) for block in value_block(found.record.value, shown, (), width - 4))
