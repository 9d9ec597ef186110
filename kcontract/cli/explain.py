"""`kcontract explain`: what a code means."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from click.shell_completion import CompletionItem
from rich.console import RenderableType
from rich.text import Text

from kcontract.cli.topics import Topic, find_topic, topics
from kcontract.report.words import FAINT, LABEL, console_for, emit, indented, line, pairs, paragraph, words

_EPILOG = """\b
Examples:
  kcontract explain                    list all codes
  kcontract explain CRASH_LOOP         a verdict
  kcontract explain bit_flip:insert    a kind of malformed record
  kcontract explain KEY_UNKNOWN        a mistake in a contract file
"""
_WIDEST = 110


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001
    return [CompletionItem(topic.code, help=topic.summary) for topic in topics() if topic.code.startswith(incomplete)]


@click.command(epilog=_EPILOG)
@click.argument("code", required=False, shell_complete=_complete)
def explain(code: str | None) -> None:
    """Explain a verdict, a kind of malformed record or a mistake by its code; without CODE, list all codes."""
    known = topics()
    shown = _listed(known) if code is None else _explained(find_topic(code, known))
    console = console_for(sys.stdout)
    console.width = min(console.width, _WIDEST)
    for block in shown:
        emit(console, block)


def _listed(known: tuple[Topic, ...]) -> Iterator[RenderableType]:
    for place, family in enumerate(dict.fromkeys(topic.family for topic in known)):
        if place:
            yield ""
        yield words(family, LABEL)
        yield indented(pairs((topic.code, _summary(topic)) for topic in known if topic.family == family))


def _summary(topic: Topic) -> Text:
    return line(topic.summary, *([] if topic.judged else [("  (not judged by this version)", FAINT)]))


def _explained(topic: Topic) -> Iterator[RenderableType]:
    yield line((topic.code, LABEL), f"  {topic.summary}")
    yield words(topic.family, FAINT)
    yield ""
    yield from (paragraph(text) for text in topic.text.split("\n"))
    if topic.facts or topic.variants:
        yield ""
    yield from (words(fact) for fact in topic.facts)
    if topic.variants:
        yield words(f"Variants: {', '.join(f'{topic.code}:{variant}' for variant in topic.variants)}")
