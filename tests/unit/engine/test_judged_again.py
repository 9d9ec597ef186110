"""A run and its history: what the run told is what the history amounts to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

import msgspec
import pytest

from kcontract.engine.recorder import Recorder
from kcontract.engine.run import VerifyRun
from kcontract.judge.runs.history import CUT, HistoryJudge, judge_history
from kcontract.model import events as ev
from kcontract.model.contract import Contract
from kcontract.model.finding import Finding
from kcontract.model.record import Record
from kcontract.model.summary import Progress, RunSummary, UnitSummary
from kcontract.ports import StreamItem
from tests.unit.engine.world import EXIT, Kept, World, good, tools_of
from tests.unit.judge.story import DLQ, OUT, contract


def swallow(record: Record) -> Any:
    """No dead letter for anything."""
    done = good(record)
    return done if done[0][0] == OUT else []


def crash(record: Record) -> Any:
    return EXIT if good(record)[0][0] == DLQ and (record.value or b"")[:1] != b"{" else good(record)


def stray(record: Record) -> Any:
    return [*good(record), ("surprise", record)]


def interrupt(record: Record) -> Any:
    if good(record)[0][0] == DLQ:
        raise KeyboardInterrupt
    return good(record)


def told(
    world: World, contracts: tuple[Contract, ...] = (), **settings: Any
) -> tuple[list[ev.Event], list[StreamItem]]:
    """The history of a run, and everything that its reports got."""
    history, items = Kept(), cast("list[StreamItem]", [])
    tools = tools_of(world, **settings)
    tools = type(tools)(
        tools.cluster, tools.registry, tools.launcher, tools.trigger,
        Recorder(history, world.clock, items.append), tools.settings,
    )  # fmt: skip
    VerifyRun(contracts or (contract(),), tools).run("1", "now", "history")
    return history.events, [item for item in items if not isinstance(item, Progress)]


RUNS: dict[str, Callable[[], tuple[list[ev.Event], list[StreamItem]]]] = {
    "good": lambda: told(World(good)),
    "swallow": lambda: told(World(swallow)),
    "crash": lambda: told(World(crash)),
    "stray": lambda: told(World(stray)),
    "interrupted": lambda: told(World(interrupt)),
    "never starts": lambda: told(World(good, starts=lambda _: False)),
    "starts once": lambda: told(World(crash, starts=lambda number: number < 3)),
    "no time": lambda: told(World(good), max_time=0.0),
    "no case": lambda: told(World(good), kinds=frozenset({"no_such_kind"})),
}


@cache
def run_of(name: str) -> tuple[list[ev.Event], list[StreamItem]]:
    """One of the invented runs, played once."""
    return RUNS[name]()


def stored(events: Sequence[ev.Event]) -> list[ev.Event]:
    """As they come back from the disk."""
    block = bytearray()
    ev.encode_block(events, block)
    return ev.decode_block(block[: ev.HEAD_SIZE], block[ev.HEAD_SIZE :])


@pytest.mark.parametrize("name", RUNS)
def test_a_history_is_judged_as_the_run_was(name: str) -> None:
    """The same findings, units, exit code, in the same order: from the bytes on disk alone."""
    events, items = run_of(name)
    again = list(HistoryJudge("history").judge(stored(events)))
    assert [type(item).__name__ for item in again] == [type(item).__name__ for item in items]
    assert again == items


def test_each_unit_has_its_findings() -> None:
    """As the run told them."""
    events, items = run_of("swallow")
    findings = tuple(item for item in items if isinstance(item, Finding))
    assert findings
    assert list(judge_history(events)) == [("billing", findings)]


@pytest.mark.parametrize("name", ["swallow", "crash"])
def test_a_history_that_is_cut_off_is_judged_up_to_there(name: str) -> None:
    """Wherever it ends: no error, a note, never an exit code of 0, and nothing that the whole run did not find."""
    events, items = run_of(name)
    codes = {item.first.code for item in items if isinstance(item, Finding)}
    for end in range(1, len(events), max(len(events) // 8, 1)):
        *_, summary = HistoryJudge().judge(events[:end])
        assert isinstance(summary, RunSummary)
        assert summary.incomplete
        assert summary.exit_code in (1, 2)
        assert {finding.first.code for finding in summary.findings} <= codes
        cut = [unit for unit in summary.units if CUT in unit.notes]
        assert len(cut) == (end > 1 and not any(isinstance(event, ev.UnitEnded) for event in events[:end]))


def test_a_history_without_a_run_is_none() -> None:
    """Nothing to sum up."""
    assert list(HistoryJudge().judge([])) == []
    assert [type(item) for item in HistoryJudge().judge([ev.RunEnded(1.0)])] == [ev.RunEnded]


def test_the_ids_of_findings_are_those_of_another_seed() -> None:
    """Two runs with other records find the same defects under the same ids."""
    first, second = (
        {item.id for item in told(World(crash), seed=seed, run=f"run{seed}")[1] if isinstance(item, Finding)}
        for seed in (1, 2)
    )
    assert first == second != set()


def test_a_unit_that_follows_one_that_never_got_going() -> None:
    """Each has its own summary, in order."""
    events, _ = run_of("good")
    (started,) = [event for event in events if isinstance(event, ev.UnitStarted)]
    other = msgspec.structs.replace(started, unit="ledger", contracts=())
    blocked = ev.UnitBlocked(0.0, "ledger", "TOPIC", "no topic")
    units = [
        item for item in HistoryJudge().judge([events[0], other, blocked, *events[1:]]) if isinstance(item, UnitSummary)
    ]
    assert [(unit.unit, unit.blocked is None) for unit in units] == [("ledger", False), ("billing", True)]
