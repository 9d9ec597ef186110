"""The pages that `make docs` writes."""

from __future__ import annotations

import re

import pytest

from docs import generate
from kcontract.generate.catalogue import KINDS
from kcontract.model.verdicts import VERDICTS


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_current(name: str) -> None:
    """After a change of a catalogue: `make docs`."""
    assert (generate.HERE / name).read_text(encoding="utf-8") == generate.PAGES[name]()


def test_every_verdict_has_its_section() -> None:
    """No verdict is left out because its scope is new."""
    assert set(re.findall(r"^### (\w+)$", generate.verdicts_page(), re.MULTILINE)) == {v.code for v in VERDICTS}


def test_every_kind_has_its_section() -> None:
    """No kind is left out because its family is new."""
    assert set(re.findall(r"^### (\w+)$", generate.kinds_page(), re.MULTILINE)) == {kind.code for kind in KINDS}


def test_table_cells_hold_no_bare_bar() -> None:
    """A bar in a summary would make another column."""
    rows = [row for page in generate.PAGES.values() for row in page().splitlines() if row.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert widths == {4, 5}
