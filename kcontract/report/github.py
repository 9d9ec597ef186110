"""Annotations of GitHub Actions: workflow commands that mark the broken line of the contract in a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from kcontract.model.finding import Finding
from kcontract.model.verdicts import verdict
from kcontract.ports import StreamItem
from kcontract.report.collected import Collected
from kcontract.report.rerun import rerun
from kcontract.report.visible import visible

_SEEN = 3


class GitHub:
    """Written when the run has ended: GitHub shows ten errors a step, so what fails comes first."""

    def __init__(self, stream: TextIO, *, verbose: bool = False) -> None:  # noqa: ARG002 -- every format takes it
        self._stream = stream
        self._run = Collected()
        self._written = False

    def take(self, item: StreamItem) -> None:
        self._run.take(item)

    def close(self) -> None:
        if not self._written:
            self._written = True
            self._stream.writelines(f"{text}\n" for text in commands(self._run))
            self._stream.flush()


def commands(run: Collected) -> Iterator[str]:
    """One command a line."""
    for finding in sorted(run.findings, key=lambda finding: not finding.fails):
        yield _annotation(finding, run)
    if run.broken_off:
        yield _command("error", run.broken_off, title="kcontract")
    for unit in run.units:
        if unit.blocked:
            message = f"{unit.unit} could not run: {unit.blocked.reason}\n{unit.blocked.fix}".rstrip()
            yield _command("error", message, title=f"{unit.blocked.code} ({unit.unit})")
    for entry in run.stale:
        message = f"{entry.id} ({entry.verdict} of {entry.unit}) did not occur: remove it from the baseline"
        yield _command("notice", message, file=entry.at.file, line=str(entry.at.line), title="stale baseline entry")


def _annotation(finding: Finding, run: Collected) -> str:
    first = finding.first
    lines = [
        f"{finding.unit} {verdict(first.code).summary}.",
        f"Promised: {first.promised}",
        *(f"Seen: {fact}" for fact in first.seen[:_SEEN]),
        *([f"Accepted: {finding.accepted}"] if finding.accepted else []),
        *([f"Run it again: {command}"] if (command := rerun(finding)) else []),
    ]
    place = {"file": run.file(first.at), "line": str(first.at.line), "col": str(first.at.column)}
    kind = f" {first.kind}" if first.kind else ""
    level = "error" if finding.fails else "notice"
    return _command(level, "\n".join(lines), **place, title=f"{first.code}{kind} ({finding.unit}) {finding.id}")


def _command(name: str, message: str, **properties: str) -> str:
    """As @actions/core writes it: the message and each property escaped."""
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {told}::{_data(message)}"


def _data(text: str) -> str:
    shown = "\n".join(visible(part) for part in text.split("\n"))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "##%5B")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
