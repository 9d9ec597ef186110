"""Nothing that a record, a service or a contract contains can steer the terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from kcontract.model.contract import Contract
from kcontract.model.events import UnitBlocked, UnitStarted
from kcontract.model.finding import CaseVerdict, Finding
from kcontract.model.location import Location
from kcontract.model.record import LogRecord, Record
from kcontract.model.summary import Blocked, KindCount, Progress, RunSummary, UnitSummary
from kcontract.report.text import TextReport

EVIL = "\x1b[2J\x1b]0;pwned\x07\r\x08\x9b31m\u202egnp.exe\u2066\u200b[red]bold[/red][/] :bomb: \x00"
ALLOWED = re.compile(r"\x1b\[[\d;]*m")
"""The colours that rich writes itself."""


def evil_finding() -> Finding:
    """Every text is hostile."""
    found = Record(key=EVIL.encode(), value=EVIL.encode(), headers=((EVIL, EVIL.encode()), (EVIL, b"\xff\x1b")))
    first = CaseVerdict(
        code="DEAD_LETTER_ALTERED",
        case=EVIL,
        kind=EVIL,
        topic=EVIL,
        at=Location(EVIL),
        promised=EVIL,
        seen=(EVIL, EVIL),
        also=(EVIL,),
        cause=EVIL,
        record=found,
        parent=b"x" + EVIL.encode(),
        note=EVIL,
        evidence=(LogRecord(EVIL, 0, 1, Record(value=b"{" + EVIL.encode())),),
        stderr=f"{EVIL}\n{EVIL}",
        request=f"POST {EVIL}\n{EVIL}",
    )
    return Finding(id=EVIL, unit=EVIL, first=first, kinds=(EVIL, EVIL + "2"), decoded=EVIL)


def evil_run(report: TextReport) -> None:
    """A whole stream of hostile texts."""
    unit = UnitSummary(
        unit=EVIL,
        topics=(EVIL,),
        seconds=1.0,
        cases=1,
        kinds=(KindCount(EVIL, EVIL, 2, ((EVIL, 1), ("CRASHED", 1))),),
        not_applicable=((EVIL, EVIL),),
        not_sent=((EVIL, 3, EVIL),),
        blind=((EVIL, EVIL),),
        notes=(EVIL,),
        blocked=Blocked(EVIL, EVIL, EVIL),
    )
    contracts: tuple[Contract, ...] = ()
    report.take(UnitStarted(at=0.0, unit=EVIL, contracts=contracts))
    report.take(UnitBlocked(at=0.0, unit=EVIL, code=EVIL, reason=EVIL, fix=EVIL))
    report.take(Progress(EVIL, EVIL, 1, 2, EVIL))
    report.take(evil_finding())
    report.take(RunSummary(EVIL, 1, 1.0, EVIL, EVIL, False, (unit,), (evil_finding(),), EVIL))
    report.close()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_nothing_steers_a_pipe(width: int) -> None:
    """Only printable characters and line feeds, and markup stays text."""
    stream = io.StringIO()
    evil_run(TextReport(stream, verbose=True, width=width))
    text = stream.getvalue()
    assert text.replace("\n", "").isprintable()
    assert "[red]bold[/red][/] :bomb:" in text
    assert "\\u202e" in text


@pytest.mark.parametrize("width", [60, 120])
def test_nothing_but_colours_reaches_a_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The escape sequences there are rich's own; a terminal without cursor movement, so without bars."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = io.StringIO()
    report = TextReport(stream, verbose=True, width=width)
    evil_run(report)
    assert ALLOWED.sub("", stream.getvalue()).replace("\n", "").isprintable()


def test_bars_show_units_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit's name cannot leave its column either."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    report = TextReport(stream, width=200)
    report.take(Progress(EVIL, "sending", 1, 2))
    report.close()
    text = stream.getvalue()
    assert "\\u001b[2J" in text
    assert "\x1b[2J" not in text
    assert "pwned\x07" not in text
    assert isinstance(Console(file=stream), Console)
