"""Units in an invented world: what is cleared away, what is left untried, and what a stored case needs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from kcontract.engine.plan import plan_units
from kcontract.engine.run import VerifyRun
from kcontract.engine.tools import Levers
from kcontract.engine.unit_run import UnitRun
from kcontract.errors import BrokerError
from kcontract.model.case import CASE_HEADER, Expectation
from kcontract.model.contract import Contract
from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.stored import STORED_FORMAT, StoredCase
from kcontract.model.summary import RunSummary, UnitSummary
from tests.unit.engine.world import EXIT, World, good, tools_of
from tests.unit.judge.story import DLQ, TOPIC, contract

HEADERS = ((CASE_HEADER, b"old/7"), ("correlation_id", b"corr"))


def unit_of(world: World, deadline: float = 600.0, **settings: Any) -> tuple[UnitSummary, tuple[Finding, ...]]:
    """The only unit of the story's contract, verified."""
    (unit,) = plan_units([contract()], "run")
    return UnitRun(unit, [contract()], tools_of(world, **settings), ()).run(deadline)


def whole_run(world: World, contracts: Iterable[Contract] = (), **settings: Any) -> RunSummary:
    """A run of the story's contract."""
    return VerifyRun(tuple(contracts) or (contract(),), tools_of(world, **settings)).run("1", "now", "history")


def stored(value: bytes, topic: str = TOPIC) -> StoredCase:
    return StoredCase(
        format=STORED_FORMAT, finding="0", unit="billing", contract="c.yaml", topic=topic, kind="json_syntax",
        expectation=Expectation.INVALID, verdict="CRASHED", record=Record(b"k", value, HEADERS), created="",
        version="", tokens=(b"corr",),
    )  # fmt: skip


def test_a_unit_clears_its_topics_away() -> None:
    """Its summary says how much was tested."""
    world = World(good)
    summary, findings = unit_of(world)
    assert (summary.blocked, findings) == (None, ())
    assert summary.cases > 20
    assert TOPIC in world.deleted


@pytest.mark.parametrize(("ours", "times"), [(True, 1), (False, 1), (True, 2)], ids=["late", "foreign", "stubborn"])
def test_a_topic_that_a_late_request_made_again_is_made_anew(ours: bool, times: int) -> None:
    """Once, and on a cluster of ours only; elsewhere it is somebody's."""
    world, made = World(good), itertools.count()

    def create(_: object) -> None:
        world.ours = ours  # not before: a foreign cluster takes no service without {topic}
        if next(made) < times:
            raise BrokerError("TOPIC_EXISTS", "topic orders is there already")

    world.create_topics = create  # type: ignore[method-assign, assignment]
    summary, _ = unit_of(world)
    assert (summary.blocked is None) == (ours and times == 1)
    assert next(made) == (2 if ours else 1)


@pytest.mark.parametrize("broken", ["delete_topics", "delete_groups", "close"])
def test_what_cannot_be_cleared_away_costs_no_summary(broken: str) -> None:
    """A broker that dies at the end is told as a blind spot; the other steps are taken all the same."""
    world = World(good)

    def refuse(*_: object) -> None:
        raise BrokerError("BROKER_GONE", "the broker does not answer")

    setattr(world, broken, refuse)
    summary, _ = unit_of(world)
    assert summary.cases > 20
    assert ("something of this unit was left behind: the broker does not answer", "") in summary.blind
    assert broken == "delete_topics" or TOPIC in world.deleted


def test_the_interruption_of_clearing_away_clears_the_rest() -> None:
    """A second Ctrl-C leaves no topics."""
    world = World(good)

    def interrupted() -> None:
        raise KeyboardInterrupt

    world.close = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        unit_of(world)
    assert TOPIC in world.deleted


def test_a_late_broker_error_at_a_restart_blocks_nothing_else() -> None:
    """The group cannot be set any more: the service counts as gone, and the run has its summary."""
    world = World(good)
    set_offsets = world.set_offsets

    def once(group: str, offsets: Any) -> None:
        if world.started:
            raise BrokerError("GROUP", "the group has a member")
        set_offsets(group, offsets)

    world.set_offsets = once  # type: ignore[assignment,method-assign]
    summary, _ = unit_of(world)
    assert summary.cases > 20
    assert summary.blocked is not None
    assert "does not start any more" in summary.blocked.reason


def test_a_service_that_does_not_start_again_says_why() -> None:
    """It was ended by us and has not got ready since: its own words tell more than that it is gone."""
    summary, _ = unit_of(World(good, lambda number: number == 1))
    assert summary.blocked is not None
    assert summary.blocked.reason == "the service does not start any more: the service exited before it was ready"
    assert "its last words" in summary.blocked.fix


def test_a_unit_behind_max_time_is_not_tested() -> None:
    """It is told, nothing of it is started, and the run is no success."""
    world = World(good)
    summary = whole_run(world, max_time=0.0)
    assert (summary.exit_code, world.started) == (2, 0)
    assert summary.units[0].blind == (("not verified: --max-time was over", "raise --max-time"),)


def test_the_run_of_a_healthy_service_succeeds() -> None:
    """Every unit was tested, and there is no finding."""
    assert whole_run(World(good)).exit_code == 0


@pytest.mark.parametrize(("handles", "code"), [(good, 0), (lambda r: EXIT if r.value == b"{" else good(r), 1)])
def test_a_stored_case_is_judged(handles: Any, code: int) -> None:
    """0 if it is handled as promised now, 1 if it is not."""
    assert whole_run(World(handles), replay=stored(b"{")).exit_code == code


def test_a_stored_case_that_the_broker_refuses_proves_nothing() -> None:
    """The probes alone are no success."""
    world = World(good)
    send = world.send

    def refusing(records: Any, delivered: Any, standing: Any = None) -> None:
        for one in records:
            if one.record.value == b"{":
                delivered(one.id, one.topic, 0, -1, "too large")
            else:
                send([one], delivered, standing)

    world.send = refusing  # type: ignore[method-assign]
    assert whole_run(world, replay=stored(b"{")).exit_code == 2


def test_a_stored_case_of_another_topic_is_refused() -> None:
    """The contract has moved on: that is no verdict."""
    summary = whole_run(World(good), replay=stored(b"{", "elsewhere"))
    assert summary.exit_code == 3
    assert summary.units[0].blocked is not None
    assert summary.units[0].blocked.code == "CASE_TOPIC"


def test_findings_have_one_id_in_every_run() -> None:
    """On a foreign cluster topics carry the run's name; the finding and its stored case do not."""

    def handle(record: Record) -> Any:
        done = good(record)
        return done if done[0][0].endswith("bills") else []

    def finding(run: str, *, ours: bool) -> Finding:
        world = World(handle)
        world.ours = ours
        run_ = contract().receive[0].run
        taking = msgspec.structs.replace(run_, env=(("T", "{topic}"),))
        one = msgspec.structs.replace(contract(), receive=(msgspec.structs.replace(contract().receive[0], run=taking),))
        world.prefix = "" if ours else f"kcontract.{run}."
        summary = whole_run(world, [one], run=run)
        return summary.findings[0]

    home, first, second = finding("a", ours=True), finding("b", ours=False), finding("c", ours=False)
    assert home.first.code == "NOT_DEAD_LETTERED"
    assert {home.first.topic, first.first.topic, second.first.topic} == {TOPIC}
    assert home.id == first.id == second.id


@pytest.mark.parametrize("broker", [None, object()])
def test_an_interrupted_unit_tells_what_it_has_found(broker: Any) -> None:
    """Ctrl-C in the middle of the cases: verdicts reached by then are findings, and the run ends as interrupted. Topics
    are deleted where the broker stays; one that ends with the run, be it busy or paused, is asked nothing more."""
    dead_letters = itertools.count()

    def handle(record: Record) -> Any:
        done = good(record)
        if done[0][0] != DLQ:
            return done
        number = next(dead_letters)
        if number > 30:
            raise KeyboardInterrupt
        return done if number < 15 else [(DLQ, Record(record.key, b"changed", record.headers))]

    world = World(handle)
    world.levers = Levers(broker=broker)
    summary = whole_run(world, window=20)
    assert (summary.interrupted, summary.exit_code) == (True, 130)
    assert [finding.first.code for finding in summary.findings] == ["DEAD_LETTER_ALTERED"]
    assert [unit.unit for unit in summary.units] == ["billing"]
    assert (TOPIC in world.deleted) == (broker is None)


def test_a_unit_that_max_time_cuts_short_says_so() -> None:
    """It was started: that is no reason to keep quiet about what was not tried."""
    summary = whole_run(World(good), max_time=0.5)
    assert ("not verified to the end: --max-time was over", "raise --max-time") in summary.units[0].blind


def test_a_unit_that_had_time_enough_says_nothing_of_it() -> None:
    """The near miss."""
    summary = whole_run(World(good))
    assert not [what for what, _ in summary.units[0].blind if "--max-time" in what]
