"""The end of what a service printed, with the line of its own code that matters."""

from __future__ import annotations

import re

from kcontract.report.visible import visible_lines

_TAIL = 8
"""Last lines shown."""
_WIDTH = 400
"""Characters of a line."""
_CAUSE = re.compile(r" at (?P<file>\S+):(?P<line>\d+)$")


def stderr_tail(output: str, cause: str) -> tuple[tuple[str, bool], ...]:
    """The last lines, each with whether it is the innermost frame of the service's own code.

    `cause` is the judge's `ValueError at consumer.py:41`; the line it means is shown even where it stands above the
    last ones.
    """
    lines = [line[:_WIDTH] for line in visible_lines(output.rstrip()[-_TAIL * 40 * _WIDTH :]) if line.strip()]
    frame = _frame(lines, cause)
    start = max(len(lines) - _TAIL, 0)
    shown = [(lines[place], place == frame) for place in range(start, len(lines))]
    if frame is None or frame >= start:
        return tuple(shown)
    code = [(lines[frame + 1], False)] if frame + 1 < start and lines[frame].lstrip().startswith("File ") else []
    left = start - frame - 1 - len(code)
    if left == 1:
        code.append((lines[start - 1], False))
    return ((lines[frame], True), *code, *([(f"… {left} lines …", False)] if left > 1 else []), *shown)


def _frame(lines: list[str], cause: str) -> int | None:
    match = _CAUSE.search(cause)
    if match is None:
        return None
    file, number = re.escape(match["file"]), match["line"]
    pattern = re.compile(rf'(?:^|[/\s("]){file}(?:", line |:){number}\b')
    return next((place for place in reversed(range(len(lines))) if pattern.search(lines[place])), None)
