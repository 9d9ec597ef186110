"""The end of what a service printed, with the line of its own code that matters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kcontract.report.visible import visible_lines

_TAIL = 8
"""Last lines shown."""
_WIDTH = 400
"""Characters of a line."""
_CAUSE = re.compile(r" at (?P<file>\S+):(?P<line>\d+)$")
_GO_MESSAGE = ("panic: ", "fatal error: ")


def stderr_tail(output: str, cause: str) -> tuple[tuple[str, bool], ...]:
    """The last lines, each with whether it is the innermost frame of the service's own code.

    `cause` is the judge's `ValueError at consumer.py:41`; the line it means is shown even where it stands above the
    last ones, and so is the message above it.
    """
    lines = [line[:_WIDTH] for line in visible_lines(output.rstrip()[-_TAIL * 40 * _WIDTH :]) if line.strip()]
    frame = _frame(lines, cause)
    places = dict.fromkeys((*_around(lines, frame), *range(max(len(lines) - _TAIL, 0), len(lines))))
    return tuple(_with_gaps(lines, sorted(places), frame))


def _around(lines: list[str], frame: int | None) -> Iterator[int]:
    """Where the frame stands, the line of code below it (Python), and the message above its trace (Node, Java, Go)."""
    if frame is None:
        return
    yield frame
    if lines[frame].lstrip().startswith("File ") and frame + 1 < len(lines):
        yield frame + 1
    yield _top(lines, frame)


def _top(lines: list[str], frame: int) -> int:
    """Where the message stands; in Go's traces each function has a line of its own above that of its place."""
    if ".go:" in lines[frame]:
        return next((place for place in reversed(range(frame)) if lines[place].startswith(_GO_MESSAGE)), frame)
    top = frame
    while top > 0 and lines[top].lstrip().startswith("at "):
        top -= 1
    return top


def _with_gaps(lines: list[str], places: list[int], frame: int | None) -> Iterator[tuple[str, bool]]:
    """The lines at these places, and how many are left out between them; one is not worth leaving out."""
    before = places[0] - 1 if places else 0
    for place in places:
        left = place - before - 1
        if left:
            yield (lines[place - 1] if left == 1 else f"… {left} lines …", False)
        yield lines[place], place == frame
        before = place


def _frame(lines: list[str], cause: str) -> int | None:
    match = _CAUSE.search(cause)
    if match is None:
        return None
    file, number = re.escape(match["file"]), match["line"]
    pattern = re.compile(rf'(?:^|[/\s("]){file}(?:", line |:){number}\b')
    return next((place for place in reversed(range(len(lines))) if pattern.search(lines[place])), None)
