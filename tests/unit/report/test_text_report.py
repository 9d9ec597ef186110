"""The report for people, from the first item to the closing line."""

from __future__ import annotations

import io
from collections.abc import Sequence

import msgspec
import pytest

from kcontract.model.case import Case, Expectation
from kcontract.model.events import RunStarted, Sent
from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.summary import Blocked, KindCount, Progress, RunSummary, UnitSummary
from kcontract.ports import StreamItem
from kcontract.report.live import Live
from kcontract.report.text import TextReport
from kcontract.report.words import console_for
from tests.unit.report.findings import accepted_invalid, crashed, misread
from tests.unit.report.rendering import assert_golden
from tests.unit.report.samples import started

LOCAL = "Apache Kafka 4.1.1 (local)"
BILLING = UnitSummary(
    unit="billing",
    topics=("patient.created",),
    seconds=41.23,
    cases=3482,
    latency_p50=0.0123,
    latency_p99=1.5,
    starts=3,
    kinds=(
        KindCount("valid", "valid", 2000, (("handled", 2000),)),
        KindCount("union_index_bad", "invalid", 14, (("CRASHED", 14),)),
        KindCount("truncated", "invalid", 400, (("dead-lettered", 400),)),
    ),
    not_applicable=(("json_syntax", "payload is Avro"),),
    not_sent=(("depth_bomb", 3, "already known to be fatal"),),
    blind=(("idempotent is not judged by this version", "kcontract verify of a later version"),),
    notes=("stopped with 143 after SIGTERM",),
)
GONE = UnitSummary(
    unit="audit",
    topics=("patient.created",),
    seconds=0.4,
    blocked=Blocked("SERVICE_EXITED", "exited with 127 before it was ready", "check `run.command`"),
)


def start(*, is_broker: bool = True) -> RunStarted:
    """The first item."""
    return RunStarted(0.0, "r1", "0.1.0", 42, LOCAL, "embedded", "2026-01-01T00:00:00Z", is_broker)


def end(
    *findings: Finding, code: int = 1, units: tuple[UnitSummary, ...] = (BILLING,), mock: bool = False
) -> RunSummary:
    """The last item."""
    broker = "librdkafka mock" if mock else LOCAL
    return RunSummary("r1", code, 44.04, broker, "embedded", not mock, units, findings, ".kcontract/runs/r1.jsonl")


def text(items: Sequence[StreamItem], *, verbose: bool = False, width: int = 100) -> str:
    """What a pipe gets."""
    stream = io.StringIO()
    report = TextReport(stream, verbose=verbose, width=width)
    for item in items:
        report.take(item)
    report.close()
    return stream.getvalue()


def whole() -> list[StreamItem]:
    """A run with two findings and a unit that could not run."""
    found = crashed()
    phases: list[StreamItem] = [
        Progress("billing", phase, done, 2000) for phase in ("starting", "probing", "sending") for done in (0, 1000)
    ]
    return [start(), started(), *phases, found, misread(), end(misread(), found, units=(BILLING, GONE))]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_whole_run_on_a_pipe(width: int) -> None:
    """Golden: a line a phase and a finding, then blocks by precedence, units, closing line."""
    assert_golden(f"run_{width}", text(whole(), width=width))


def test_a_whole_run_with_all_reasons() -> None:
    """Golden: `-v` names what was left out, and why."""
    assert_golden("run_verbose", text(whole(), verbose=True))


def test_a_run_without_findings_says_so() -> None:
    """What conforms is short."""
    lines = text([start(), started(), end(code=0)]).splitlines()
    assert lines[-4:] == [
        "no finding · 1 unit · 3,482 cases · 44.0 s",
        "measured on Apache Kafka 4.1.1 (local); registry: embedded",
        "history: .kcontract/runs/r1.jsonl",
        "exit 0: everything that was tested conforms",
    ]


LEFT = UnitSummary("pure", ("orders",), 0.0, blind=(("handlers are not started", "kcontract fuzz"),), left=True)


def test_a_unit_that_is_left_to_another_command_is_told() -> None:
    """With the command; it counts neither as a unit of this run nor as one that could not run."""
    shown = text([start(), end(code=0, units=(BILLING, LEFT))])
    assert "not judged: handlers are not started\n" in shown
    assert "would be with: kcontract fuzz\n" in shown
    assert "no finding · 1 unit · 1 left to another command · 3,482 cases · 44.0 s\n" in shown


def test_the_last_words_of_what_could_not_run_keep_their_tabs() -> None:
    """The traces of Java have them: four spaces here, no escape."""
    said = "see `run`; its last words:\nIllegalStateException: no listener\n\tat shop.Orders.main(Orders.java:7)"
    gone = msgspec.structs.replace(GONE, blocked=Blocked("COULD_NOT_RUN", "the service exited", said))
    assert "\n        at shop.Orders.main(Orders.java:7)\n" in text([start(), end(code=3, units=(gone,))])


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (2, "something was not tested, or the command or a file is wrong"),
        (3, "something that the run needs was not there; a retry may help"),
        (130, "interrupted"),
    ],
)
def test_the_closing_line_says_what_the_exit_code_means(code: int, meaning: str) -> None:
    """Nobody should have to look it up."""
    assert text([end(code=code, units=())]).endswith(f"exit {code}: {meaning}\n")


def test_a_mock_is_called_no_broker_first_and_last() -> None:
    """Whoever reads only one end of a log must see it."""
    lines = text([start(is_broker=False), end(code=0, mock=True)]).splitlines()
    assert next(place for place, line in enumerate(lines) if "NOT A BROKER" in line) <= 2
    assert "NOT A BROKER" in "".join(lines[-4:])
    assert "NOT A BROKER" not in text([start(), end(code=0)])


def test_findings_stand_in_the_order_of_precedence() -> None:
    """Exits before misreadings, whatever came first."""
    shown = text([end(misread(), accepted_invalid(), crashed())])
    places = [shown.index(f"\n{code}  ") for code in ("CRASHED", "ACCEPTED_INVALID", "MISREAD")]
    assert places == sorted(places)


def test_a_finding_that_is_told_again_is_one_line() -> None:
    """Its count grows; the line while it runs comes once."""
    shown = text([crashed(), crashed(), end(crashed())])
    assert shown.count("CRASHED  3f9a01c2") == 2  # the line and the block


def test_many_findings_are_lines_after_the_first_twenty() -> None:
    """`-v` shows all blocks."""
    many = [Finding(id=f"{number:08x}", unit="billing", first=crashed().first) for number in range(25)]
    short = text([end(*many)])
    assert short.count("What was sent") == 20
    assert "and 5 more findings (-v shows all):" in short
    assert text([end(*many)], verbose=True).count("What was sent") == 25


def test_a_stream_that_breaks_off_still_shows_its_findings() -> None:
    """An engine that dies must not take the findings with it."""
    shown = text([start(), started(), crashed()])
    assert "What was sent" in shown
    assert "exit" not in shown.splitlines()[-1]


def test_closing_twice_is_harmless() -> None:
    """A `finally` may come on top."""
    stream = io.StringIO()
    report = TextReport(stream, width=80)
    report.take(crashed())
    report.close()
    once = stream.getvalue()
    report.close()
    assert stream.getvalue() == once


def test_events_say_nothing_to_people() -> None:
    """A hundred thousand records are not a hundred thousand lines."""
    case = Case("1", "t", Record(), "valid", Expectation.VALID)
    assert text([Sent(at=0.0, window=1, case=case)]) == ""


def test_pipes_get_a_line_a_phase() -> None:
    """Once, however often the service is started again; without numbers that move, and without colours."""
    items = [Progress("billing", phase, done, 2000) for done in range(5) for phase in ("starting", "sending")]
    assert text([*items, Progress("billing", "stopping")]) == "billing: starting\nbilling: sending\nbilling: stopping\n"


def test_a_long_phase_is_told_every_ten_seconds() -> None:
    """A log of an hour without a line looks like a dead run."""
    stream, now = io.StringIO(), 0.0
    live = Live(console_for(stream, 80), clock=lambda: now)
    for done in range(25):
        now = float(done)
        live.show(Progress("billing", "sending", done, 2000))
    assert stream.getvalue() == "billing: sending\nbilling: sending 10 of 2,000\nbilling: sending 20 of 2,000\n"


def terminal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """A whole run on a terminal."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", **environment}.items():
        monkeypatch.setenv(name, value)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    report = TextReport(stream, width=100)
    for item in whole():
        report.take(item)
    report.close()
    return stream.getvalue()


def test_a_terminal_gets_colours_and_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdicts in red, progress in place of lines, and the cursor back at the end."""
    shown = terminal(monkeypatch)
    assert "\x1b[1;31mCRASHED" in shown
    assert "/2000" in shown
    assert "billing: sending" not in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") > 0


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org: bold may stay, colours go."""
    shown = terminal(monkeypatch, NO_COLOR="1")
    assert "\x1b[1mCRASHED" in shown
    assert not any(f"\x1b[{code}m" in shown or f";{code}m" in shown for code in (*range(30, 38), *range(90, 98)))
