"""Renders to text, and compares with the files under golden/."""

from __future__ import annotations

import io
import os
from pathlib import Path

from rich.console import RenderableType

from kcontract.report.words import console_for, emit

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "KCONTRACT_UPDATE_GOLDEN"
"""Set this variable to rewrite the files; then read the difference before you commit it."""


def plain(shown: RenderableType, width: int) -> str:
    """What a pipe of `width` columns gets."""
    stream = io.StringIO()
    emit(console_for(stream, width), shown)
    return stream.getvalue()


def assert_golden(name: str, text: str) -> None:
    """The text is that of the file, character by character."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get(UPDATE):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; {UPDATE}=1 rewrites it"
