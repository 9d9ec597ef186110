"""Services that run already: looked at, and left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from kcontract.engine.run import VerifyRun
from kcontract.judge.runs.history import judge_history
from kcontract.model.cluster import GroupView, Member
from kcontract.model.contract import Contract, Run
from kcontract.model.record import LogRecord, Record, TopicPartition
from kcontract.model.summary import RunSummary
from tests.unit.engine.world import World, good, tools_of
from tests.unit.judge.story import AT, DLQ, OUT, TOPIC, contract
from tests.unit.judge.test_observed import LIVE, letter

FORBIDDEN = ("create_topics", "delete_topics", "delete_groups", "set_offsets", "evict", "send", "start", "register")


class Alive(World):
    """A cluster of somebody else, with records on their way; nothing may be done there."""

    ours = False

    def __init__(self, records: Sequence[LogRecord]) -> None:
        super().__init__(good)
        self.records = list(records)
        for name in FORBIDDEN:
            setattr(self, name, self.forbidden)

    def forbidden(self, *_: object, **__: object) -> Any:
        raise AssertionError("nothing is done to a service that is only observed")

    def topics(self) -> Mapping[str, int]:
        return {TOPIC: 2, DLQ: 1, OUT: 1, "others": 9}

    def describe(self, _group: str) -> GroupView:
        return GroupView("STABLE", (Member(id="m", client="", host=""),))

    def committed(self, group: str, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        assert group == "billing-live"
        return dict.fromkeys(places, 40)

    def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 42)

    def reader(self, topics: Iterable[str]) -> World:
        assert set(topics) == {TOPIC, DLQ, OUT}
        return self

    def poll(self, _timeout: float = 0.0) -> Sequence[LogRecord]:
        seen, self.records = self.records, []
        return seen


def observed() -> Contract:
    one = contract()
    run = Run(at=AT, observed=True, group="billing-live")
    return msgspec.structs.replace(one, receive=(msgspec.structs.replace(one.receive[0], run=run),))


def looked_at(world: World) -> tuple[RunSummary, Sequence[Any]]:
    """The summary of a run, and its history."""
    tools = tools_of(world, observe=1.0)
    summary = VerifyRun([observed()], tools).run("1", "now", "history")
    return summary, tools.recorder._history.events  # type: ignore[attr-defined]


def test_an_observed_service_is_left_alone_and_judged_by_its_dead_letters() -> None:
    """Real names of topics, nothing done to the cluster, and the group's state is told."""
    summary, history = looked_at(Alive([LIVE, letter(b"changed")]))
    assert (summary.exit_code, [f.first.code for f in summary.findings]) == (1, ["DEAD_LETTER_ALTERED"])
    told = " ".join(what for what, _ in summary.units[0].blind)
    assert "billing-live: STABLE, members: 1, lag 4" in told
    assert "live records: 1, dead letters: 1" in told
    assert [found for _, findings in judge_history(history) for found in findings] == [*summary.findings]


def test_an_observed_service_that_keeps_its_dead_letters_conforms() -> None:
    """As far as was seen, and one letter was."""
    summary, _ = looked_at(Alive([LIVE, letter()]))
    assert (summary.exit_code, summary.units[0].cases) == (0, 1)


def test_without_dead_letters_nothing_was_tested() -> None:
    """No success: exit 2."""
    summary, _ = looked_at(Alive([LIVE, LogRecord(OUT, 0, 1, Record(b"", b"x"))]))
    assert (summary.exit_code, summary.findings) == (2, ())


def test_nobody_runs_on_a_broker_just_started() -> None:
    """COULD_NOT_RUN, and how to name the cluster."""
    world = Alive([])
    world.ours = True
    summary, _ = looked_at(world)
    blocked = summary.units[0].blocked
    assert summary.exit_code == 3
    assert blocked is not None
    assert (blocked.code, "--bootstrap-servers" in blocked.fix) == ("RUN_OBSERVED", True)
