"""Markdown: an overview, findings in full, and nothing that a record could make of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from kcontract.ports import StreamItem
from tests.unit.report.findings import crashed
from tests.unit.report.machine import accepted, hostile, whole, written
from tests.unit.report.rendering import assert_golden
from tests.unit.report.test_text_report import BILLING, LEFT, end, start


class _Tags(HTMLParser):
    """The elements of a page, in the order in which they begin."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag if not attrs else f"{tag} {attrs}")


def tags(text: str) -> list[str]:
    """The elements that a reader of Markdown makes of it."""
    parser = _Tags()
    parser.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    return parser.found


def test_a_run_as_markdown() -> None:
    """Golden: headline, findings with their lines, details, units with their tables."""
    assert_golden("markdown", written("markdown", [start(), end(crashed(), accepted(crashed()))]))


def test_the_whole_table_is_for_those_who_ask() -> None:
    """Without `-v` kinds alike are one row; with it each has its own, and reasons are told."""
    items: list[StreamItem] = [start(), end(units=(BILLING,))]
    full = written("markdown", items, verbose=True)
    assert "| truncated | invalid | 400 | dead-lettered 400 |" in full
    assert "not applicable: json\\_syntax: payload is Avro" in full
    assert "not applicable" not in written("markdown", items)


def test_a_unit_that_is_left_to_another_command_is_told() -> None:
    """In the headline, and with the command in its own section."""
    document = written("markdown", [start(), end(code=0, units=(BILLING, LEFT))])
    assert document.startswith("## kcontract: no finding, 1 unit, 1 left to another command, 3,482 cases\n")
    assert "- not judged: handlers are not started (would be with: kcontract fuzz)" in document


def test_a_record_stays_text() -> None:
    """The elements of a hostile run are those of a harmless one: no script, no link, no fence left early."""
    found = set(tags(written("markdown", hostile(), verbose=True)))
    assert found <= set(tags(written("markdown", whole(), verbose=True))) | {"strong"}
    assert written("markdown", hostile()).count("</details>") > 0


def test_every_fence_is_closed_by_its_own() -> None:
    """A value with backticks gets a longer fence than it has."""
    text = written("markdown", hostile())
    opened = re.findall(r"^(`{3,})text$", text, re.MULTILINE)
    assert opened
    assert min(len(fence) for fence in opened) > 3


def test_a_run_that_broke_off_says_so() -> None:
    """With what was found by then."""
    text = written("markdown", [start(), crashed(), BILLING])
    assert "**Not the whole run: the run broke off before its end.**" in text
    assert "3f9a01c2" in text
