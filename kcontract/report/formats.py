"""All report formats, and `--report FORMAT[=PATH]`. A new format is one file, and one line here."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO, cast

from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.model.value import Value
from kcontract.ports import StreamItem
from kcontract.report.defused import Defused, is_actions
from kcontract.report.github import GitHub
from kcontract.report.interface import Report
from kcontract.report.json_lines import JsonLines
from kcontract.report.junit import JUnit
from kcontract.report.markdown import Markdown
from kcontract.report.sarif import Sarif
from kcontract.report.text import TextReport


class Make(Protocol):
    """Makes a report that writes to `stream`."""

    def __call__(self, stream: TextIO, *, verbose: bool = False) -> Report: ...


@dataclass(frozen=True)
class Format:
    """A way to write a run down. `code` is what `--report` takes."""

    code: str
    summary: str
    make: Make
    commands: bool = False
    """Whether what it writes is meant as commands for GitHub Actions."""
    detailed: bool = False
    """Whether it tells of each record, the others of what came of them."""


FORMATS = (
    Format("text", "for people: progress, findings, what was left out (the default)", TextReport),
    Format("json", "for programs: every item of the run as one JSON line", JsonLines, detailed=True),
    Format("junit", "JUnit XML for CI servers: a suite a unit, a test case a kind", JUnit),
    Format("sarif", "SARIF 2.1.0 for code scanning: findings at the lines of the contracts", Sarif),
    Format("github", "annotations of GitHub Actions, where they come by themselves", GitHub, commands=True),
    Format("markdown", "for step summaries and comments", Markdown),
)


class Wanted(Value, frozen=True):
    """One `--report`. `path` None: standard output. `append`: to what stands in the file already."""

    format: str
    path: str | None = None
    append: bool = False


STANDARD_ERROR = "/dev/stderr"
"""Not opened anew: a container's may not be openable."""


def parse_wanted(values: Iterable[str]) -> tuple[Wanted, ...]:
    """What `--report` asks for: `text`, `json`, `json=run.jsonl`. If nothing takes standard output, text does.

    Raises UsageError for an unknown format, an empty path, or two reports at one place.
    """
    wanted = tuple(_parse(value) for value in values)
    places = [one.path for one in wanted]
    for place in places:
        if places.count(place) > 1:
            where = place or "standard output"
            raise UsageError("REPORT_TWICE", f"two reports for {where}", "give one of them another path: json=PATH")
    return wanted if None in places else (Wanted("text"), *wanted)


def is_detailed(wanted: Iterable[Wanted]) -> bool:
    """Whether one of them tells of each record."""
    return any(_format(one.format).detailed for one in wanted)


def on_actions(wanted: Sequence[Wanted], environ: Mapping[str, str]) -> tuple[Wanted, ...]:
    """What is wanted, and on GitHub Actions annotations and the step summary, unless they are wanted anyway.

    Annotations go to standard error, where the runner finds them as well: standard output may be a machine's.
    """
    if not is_actions(environ):
        return tuple(wanted)
    more = [] if any(one.format == "github" for one in wanted) else [Wanted("github", STANDARD_ERROR, append=True)]
    if summary := environ.get("GITHUB_STEP_SUMMARY"):
        more.append(Wanted("markdown", summary, append=True))
    return (*wanted, *more)


def open_reports(wanted: Sequence[Wanted], stdout: TextIO, *, verbose: bool = False, defuse: bool = False) -> Reports:
    """All reports as one. Files are opened at once, so that a wrong path is told before the run, not after it.

    `defuse`: standard output is the log of GitHub Actions, where a text must not become a command. Raises
    EnvironmentFailureError if a file cannot be written.
    """
    opened: list[TextIO] = []
    reports: list[Report] = []
    try:
        for one in wanted:
            known = _format(one.format)
            shared = {None: stdout, STANDARD_ERROR: sys.stderr}.get(one.path)
            stream = shared or _open(str(one.path), append=one.append)
            opened += [] if shared else [stream]
            if one.path is None and defuse and not known.commands:
                stream = cast("TextIO", Defused(stdout))
            reports.append(known.make(stream, verbose=verbose))
    except BaseException:
        for stream in opened:
            stream.close()
        raise
    return Reports(tuple(reports), tuple(opened))


class Reports:
    """Hands every item to all reports, and closes their files."""

    def __init__(self, reports: tuple[Report, ...], files: tuple[TextIO, ...] = ()) -> None:
        self._reports = reports
        self._files = files

    def take(self, item: StreamItem) -> None:
        """EnvironmentFailureError if one of them cannot write (a full disk); a closed pipe stays BrokenPipeError."""
        try:
            for report in self._reports:
                report.take(item)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _unwritable(error) from error

    def close(self) -> None:
        for report in self._reports:
            _writing(report.close)
        for file in self._files:
            _writing(file.close)


def _writing(write: Callable[[], None]) -> None:
    try:
        write()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error) from error


def _parse(value: str) -> Wanted:
    code, equals, path = value.partition("=")
    _format(code)
    if equals and not path:
        raise UsageError("REPORT_PATH", f"--report {value}: no path after the equals sign", f"{code}=PATH, or {code}")
    return Wanted(code, os.path.normpath(path) if path else None)


def _format(code: str) -> Format:
    for known in FORMATS:
        if known.code == code:
            return known
    codes = [known.code for known in FORMATS]
    near = difflib.get_close_matches(code, codes, n=1)
    fix = f"did you mean {near[0]}?" if near else f"one of {', '.join(codes)}"
    raise UsageError("REPORT_FORMAT", f"no report format is called {code!r}", fix)


def _open(path: str, *, append: bool) -> TextIO:
    mode = "a" if append else "w"
    try:
        return Path(path).open(mode, encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[return-value]
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> EnvironmentFailureError:
    where = f"{error.filename}: " if error.filename else ""
    return EnvironmentFailureError(
        "REPORT_UNWRITABLE", f"the report cannot be written: {where}{error.strerror}", "give another path, or make room"
    )
