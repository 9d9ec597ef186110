"""What a text report says of a baseline."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from kcontract.model.baseline import Accepted
from kcontract.report.words import FAINT, LABEL, WARN, line


def stale_lines(stale: tuple[Accepted, ...]) -> Iterator[Text]:
    """Entries that did not occur any more, each with its place."""
    for entry in stale:
        what = f"{entry.id} {entry.verdict} of {entry.unit} did not occur: remove it from the baseline"
        yield line(("stale: ", WARN), (f"{entry.at} ", LABEL), (what, FAINT))
