"""Fuzzing a handler that is a function of this process: phases, confirmation, what is left out, smaller records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
import pytest

from kcontract.engine.fuzz.bench import FuzzTools
from kcontract.engine.fuzz.run import FuzzRun
from kcontract.engine.recorder import Recorder
from kcontract.engine.run import VerifyRun
from kcontract.engine.settings import Settings
from kcontract.errors import UsageError
from kcontract.judge.runs.history import HistoryJudge, judge_history
from kcontract.model.called import Handed, Handled, Style
from kcontract.model.contract import Contract, Run
from kcontract.model.finding import Finding
from kcontract.model.summary import RunSummary
from kcontract.ports import Drawer
from kcontract.registry.absent import NoRegistry
from kcontract.wiring.saving import stored_case
from tests.unit.engine.world import FakeClock, Kept, World, good, tools_of
from tests.unit.judge.story import AT, contract

Handle = Callable[[Handed, int], Handled]
"""Of a record, and how many the process had before it."""


class Scripted:
    """A handler whose process is pretended."""

    def __init__(self, handle: Handle, style: Style = "record") -> None:
        self._handle, self._style, self._before = handle, style, 0
        self.seen: list[Handed] = []
        self.opened = 0
        self.topics: Sequence[str] = ()
        self.patience = 0.0
        """The longest that was had with a record without bytes."""

    def open(self, topics: Sequence[str] = ()) -> Style:
        self.opened, self._before = self.opened + 1, 0
        self.topics = topics
        return self._style

    def run(self, batch: Sequence[Handed], patience: float) -> list[Handled]:
        self.patience = max(self.patience, patience if batch[0].record.value == b"" else 0.0)
        answers: list[Handled] = []
        for handed in batch:
            self.seen.append(handed)
            answers.append(self._handle(handed, self._before))
            self._before += 1
            if answers[-1].how in ("exited", "hung", "bloated"):
                self._before = 0
                break
        return answers

    def close(self) -> None:
        self._before = 0


class Fuzzed:
    """One run over the usual contract, whose receiver is a handler."""

    def __init__(
        self,
        handle: Handle,
        *,
        style: Style = "record",
        promised: Contract | None = None,
        drawer: Drawer | None = None,
        **settings: Any,
    ):
        self.handler, self.history = Scripted(handle, style), Kept()
        wanted = Settings(run="r", max_examples=40, shrink=True, **settings)
        recorder = Recorder(self.history, FakeClock(), lambda _: None)
        tools = FuzzTools(NoRegistry(), lambda _: self.handler, recorder, wanted, drawer=drawer)
        self.summary: RunSummary = FuzzRun([as_handler(promised)], tools).run("1", "now", "history")

    @property
    def findings(self) -> list[tuple[str, str]]:
        return [(one.first.code, one.first.kind.partition(":")[0]) for one in self.summary.findings]


def as_handler(promised: Contract | None = None) -> Contract:
    usual = promised or contract(emits=False)
    own = msgspec.structs.replace(usual.receive[0], run=Run(at=AT, handler="h:handle"))
    return msgspec.structs.replace(usual, receive=(own,))


def right(handed: Handed, _before: int = 0) -> Handled:
    """What a careful handler does."""
    try:
        value = msgspec.json.decode(handed.record.value or b"")
        fine = isinstance(value["id"], str) and isinstance(value["amount"], int) and value["amount"] is not True
    except (msgspec.DecodeError, KeyError, TypeError, UnicodeDecodeError, RecursionError):
        fine = False
    return Handled("returned") if fine else Handled("rejected", error="Bad: no")


def test_a_handler_is_told_whose_records_it_gets() -> None:
    """Each time that it is opened: it may take those of another topic alone, which is no fault of any record."""
    fuzzed = Fuzzed(right, kinds=frozenset({"wrong_type"}))
    assert fuzzed.handler.opened
    assert fuzzed.handler.topics == ("orders",)


def test_a_careful_handler_earns_no_finding() -> None:
    """All phases, with healthy records between; the summary counts what was handed over."""
    run = Fuzzed(right)
    assert [finding for finding in run.findings if finding[0] != "ACCEPTED_INVALID"] == []
    assert run.summary.units[0].cases > 40
    assert run.handler.opened == 1


def test_a_record_that_ends_the_process_is_confirmed_alone_and_its_kind_left_out_after_two() -> None:
    """Each costs two more processes: one to confirm, one to go on."""

    def dies(handed: Handed, _before: int) -> Handled:
        return Handled("exited", code=3) if handed.record.value == b"" else right(handed)

    run = Fuzzed(dies, kinds=frozenset({"empty_value"}))
    assert run.findings == [("CRASHED", "empty_value")]
    assert run.summary.findings[0].first.seen[-1] == "and again with the record alone behind a healthy one"


def test_a_process_that_ends_only_after_other_records_is_tried_with_them_again() -> None:
    """What kills is the ninth record, whatever it is."""

    def ninth(handed: Handed, before: int) -> Handled:
        return Handled("exited", code=3) if before == 8 else right(handed)

    run = Fuzzed(ninth, kinds=frozenset({"missing_required"}))
    assert {one.first.cause for one in run.summary.findings} == {"in the company of other records"}


def test_what_happens_once_is_told_and_no_finding() -> None:
    """The history says so as well."""
    once = iter([True])

    def unlucky(handed: Handed, before: int) -> Handled:
        return Handled("exited", code=-9) if before == 3 and next(once, False) else right(handed)

    run = Fuzzed(unlucky, kinds=frozenset({"missing_required"}))
    assert run.findings == []
    assert any("did not happen again" in what for what, _ in run.summary.units[0].blind)


def test_records_are_made_smaller() -> None:
    """The finding tells the least that shows it."""

    def careless(handed: Handed, _before: int) -> Handled:
        return Handled("returned") if b"{" in (handed.record.value or b"") else right(handed)

    run = Fuzzed(careless, kinds=frozenset({"missing_required"}))
    assert run.findings == [("ACCEPTED_INVALID", "missing_required")]
    record = run.summary.findings[0].first.record
    assert record is not None
    assert len(record.value or b"") < 20


def test_a_handler_of_payloads_gets_only_what_has_one() -> None:
    """The others are told as not sent."""
    run = Fuzzed(lambda handed, _: Handled("rejected") if not handed.payload else Handled("returned"), style="payload")
    assert all(handed.payload for handed in run.handler.seen)
    assert any(why.startswith("the handler takes decoded payloads") for *_, why in run.summary.units[0].not_sent)


def test_stored_failures_are_handed_over_again_and_alone_in_a_replay() -> None:
    """With fresh identity among other cases, byte for byte but for the marker in a replay."""

    def careless(_handed: Handed, _before: int) -> Handled:
        return Handled("returned")

    first = Fuzzed(careless, kinds=frozenset({"missing_required"}))
    kept = stored_case(first.summary.findings[0], ())
    assert kept is not None
    again = Fuzzed(right, stored=(kept,), kinds=frozenset({"missing_required"}))
    assert kept.record.value in [handed.record.value for handed in again.handler.seen]
    replay = Fuzzed(careless, replay=kept)
    assert [finding.id for finding in replay.summary.findings] == [kept.finding]
    assert replay.summary.units[0].cases == 1


def test_the_history_judged_again_gives_the_same_findings() -> None:
    """Nothing but events decides."""

    def dies(handed: Handed, _before: int) -> Handled:
        return Handled("hung") if handed.record.value == b"" else right(handed)

    run = Fuzzed(dies, kinds=frozenset({"empty_value", "missing_required"}))
    findings: list[Finding] = [finding for _, found in judge_history(run.history.events) for finding in found]
    assert tuple(findings) == run.summary.findings
    assert run.findings == [("STUCK", "empty_value")]


def test_patience_ends_with_the_time_of_the_run() -> None:
    """What hangs is tried again for six times as long, but not for longer than is left."""

    def dies(handed: Handed, _before: int) -> Handled:
        return Handled("hung") if handed.record.value == b"" else right(handed)

    hurried = Fuzzed(dies, kinds=frozenset({"empty_value"}), max_time=18.0)
    assert hurried.findings == [("STUCK", "empty_value")]
    assert 10.0 <= hurried.handler.patience < 20.0
    assert Fuzzed(dies, kinds=frozenset({"empty_value"})).handler.patience == 30.0


def test_a_handler_that_survives_no_record_at_all_is_tried_twice() -> None:
    """Then it is known, and nothing more is handed over."""
    run = Fuzzed(lambda _handed, _before: Handled("exited", code=3))
    assert run.findings == [("CRASHED", "valid")]
    assert (len(run.handler.seen), run.handler.opened) == (2, 2)


def test_on_a_broker_handlers_are_left_to_fuzz() -> None:
    """Only the harness's own loop would be judged there."""
    with pytest.raises(UsageError) as caught:
        VerifyRun([as_handler()], tools_of(World(good))).run("1", "now", "history")
    assert caught.value.code == "VERIFY_NOTHING"


def test_a_handler_beside_a_service_is_told_as_not_judged() -> None:
    """With the command that judges it; the service's outcome decides how the run ends, also from the history."""
    tools = tools_of(World(good))
    handler = msgspec.structs.replace(as_handler().receive[0], name="pure")
    both = msgspec.structs.replace(contract(), receive=(*contract().receive, handler))
    summary = VerifyRun([both], tools).run("1", "now", "history")
    left, judged = summary.units
    assert (left.unit, left.left, left.cases, [remedy for _, remedy in left.blind]) == (
        "pure",
        True,
        0,
        ["kcontract fuzz"],
    )
    assert (judged.left, summary.exit_code) == (False, 0)
    again = [*HistoryJudge("history").judge(cast("Kept", tools.recorder._history).events)][-1]
    assert isinstance(again, RunSummary)
    assert (again.units, again.exit_code) == (summary.units, 0)


def test_without_a_handler_nothing_is_tested() -> None:
    """Exit 2, with the way to have one."""
    tools = FuzzTools(NoRegistry(), lambda _: Scripted(right), Recorder(Kept(), FakeClock(), print), Settings(run="r"))
    with pytest.raises(UsageError, match="no receiver"):
        FuzzRun([contract()], tools).run("1", "now", "history")
