"""Reading the project's documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[3]
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "examples/patients/broken/README.md")
_FENCE = re.compile(r"^(?:`(?P<file>[\w./-]+)`\n\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced block. `file` is the name that stands alone on the line above it, empty if there is none."""

    file: str
    language: str
    text: str


def blocks(page: Path) -> tuple[Block, ...]:
    """All fenced blocks of a page."""
    found = _FENCE.finditer(page.read_text(encoding="utf-8"))
    return tuple(Block(match["file"] or "", match["language"], match["text"]) for match in found)


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def named(page: Path, file: str) -> tuple[str, ...]:
    """The texts of all blocks for a file, in the order of the page."""
    return tuple(block.text for block in blocks(page) if block.file == file)


def command_lines() -> Iterator[tuple[str, str]]:
    """Page and command line of every use of kcontract in a shell block, without comments, pipes and what is before."""
    for page in PAGES:
        for block in blocks(page):
            if block.language == "sh":
                for line in block.text.splitlines():
                    found = re.match(r"\s*(?:[A-Z_]+=\S+ )*(kcontract [^#|>]*)", line)
                    if found:
                        yield page.name, found[1].strip()
