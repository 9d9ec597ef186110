"""All report formats, and `--report FORMAT[=PATH]`. A new format is one file, and one line here."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from kcontract.errors import EnvironmentFailureError, UsageError
from kcontract.model.value import Value
from kcontract.ports import StreamItem
from kcontract.report.interface import Report
from kcontract.report.json_lines import JsonLines
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


FORMATS = (
    Format("text", "for people: progress, findings, what was left out (the default)", TextReport),
    Format("json", "for programs: every item of the run as one JSON line", JsonLines),
)


class Wanted(Value, frozen=True):
    """One `--report`. `path` None: standard output."""

    format: str
    path: str | None = None


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


def open_reports(wanted: Sequence[Wanted], stdout: TextIO, *, verbose: bool = False) -> Reports:
    """All reports as one. Files are opened at once, so that a wrong path is told before the run, not after it.

    Raises EnvironmentFailureError if a file cannot be written.
    """
    opened: list[TextIO] = []
    reports: list[Report] = []
    try:
        for one in wanted:
            stream = stdout if one.path is None else _open(one.path)
            opened += [] if one.path is None else [stream]
            reports.append(_format(one.format).make(stream, verbose=verbose))
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
        for report in self._reports:
            _writing(lambda report=report: report.take(item))  # type: ignore[misc]

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


def _open(path: str) -> TextIO:
    try:
        return Path(path).open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> EnvironmentFailureError:
    where = f"{error.filename}: " if error.filename else ""
    return EnvironmentFailureError(
        "REPORT_UNWRITABLE", f"the report cannot be written: {where}{error.strerror}", "give another path, or make room"
    )
