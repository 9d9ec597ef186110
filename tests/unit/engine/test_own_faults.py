"""Faults of a cluster of ours: a second member in the group, topics without room, commits that point at nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from kcontract.engine.stage import Stage
from kcontract.judge.runs.history import judge_history
from kcontract.model import events as ev
from kcontract.model.contract import Contract, OnInvalid
from kcontract.model.record import Record
from tests.unit.engine.own import PLACE, Owned
from tests.unit.engine.world import EXIT, Handled, good, history_of, receiver_of, stage_of
from tests.unit.judge.story import AT, DLQ, OUT, contract


def played(world: Owned, faults: str, one: Contract | None = None) -> Stage:
    """The unit at its end. Its history alone leads to the same findings."""
    one = one or contract()
    stage = stage_of(world, one, 3000.0, faults=frozenset(faults.split(",")), kinds=frozenset({"truncated"}))
    receiver_of(stage).run()
    stage.state.close()
    head: list[ev.Event] = [ev.RunStarted(0.0, "run", "", 0, "", "", ""), ev.UnitStarted(0.0, "billing", (one,))]
    again = judge_history([*head, *history_of(stage), ev.UnitEnded(0.0, "billing")])
    assert [(f.first.code, f.first.during) for _, found in again for f in found] == verdicts(stage)
    return stage


def verdicts(stage: Stage) -> list[tuple[str, str]]:
    return [(verdict.code, verdict.during) for verdict in stage.state.reached]


def blind(stage: Stage, word: str) -> list[str]:
    return [what for what, _ in stage.state.blind if word in what]


@pytest.mark.parametrize("faults", ["rebalance", "recordLimit", "recordLimit:deadLetter", "offsetsOutOfRange", "all"])
def test_a_service_that_survives_conforms(faults: str) -> None:
    """One round is enough, everything is as before, and nobody is blamed."""
    world = Owned()
    stage = played(world, faults)
    assert (verdicts(stage), world.visiting, world.limit) == ([], False, None)
    assert blind(stage, faults) == []
    rounds = [(event.fault, event.round) for event in history_of(stage) if isinstance(event, ev.FaultBegan)]
    assert all(number == 1 for _, number in rounds)
    assert faults == "all" or [name for name, _ in rounds] == [faults]


def test_delivery_means_a_rebalance_too() -> None:
    """Beside the ends of the process."""
    world = Owned()
    assert (verdicts(played(world, "delivery")), world.visits) == ([], 1)


def test_records_are_on_their_way_when_the_group_forms_anew() -> None:
    """They go on coming until the newcomer has its share, and some more come to it."""
    world, taken = Owned(), list[int]()
    world.on_taken = lambda: taken.append(len(world.log))
    stage = played(world, "rebalance")
    began = next(event.at for event in history_of(stage) if isinstance(event, ev.FaultBegan))
    sent = sum(isinstance(event, ev.Sent) and event.at >= began for event in history_of(stage))
    assert (len(taken), sent) == (1, 24)


def test_what_was_in_hand_is_lost_with_the_partition() -> None:
    """Committed past when the partition comes back: twice is a verdict."""
    world = Owned()
    world.on_given_back = world.pass_over
    assert verdicts(played(world, "rebalance")) == [("LOST", "rebalance")]


def test_repeats_behind_a_rebalance_are_allowed() -> None:
    """At least once: what had not been committed is handled again."""
    world = Owned()

    def again() -> None:
        world._position = max(0, world.committed_to - 3)

    world.on_given_back = again
    assert verdicts(played(world, "rebalance")) == []


def test_a_service_that_exits_when_its_partition_is_taken() -> None:
    """A rebalance is nothing that ends a process."""
    world = Owned()

    def ends() -> None:
        assert world.process is not None
        world.process.code = 1

    world.on_taken = ends
    assert verdicts(played(world, "rebalance")) == [("CRASHED", "rebalance")]


def test_a_service_that_takes_nothing_any_more() -> None:
    """It is a member, has its partition back, and stands still until it is started anew."""
    world, hung = Owned(), set[int]()
    world.on_given_back = lambda: hung.add(world.started)
    world.broken = lambda: world.started in hung
    assert verdicts(played(world, "rebalance")) == [("STUCK", "rebalance")]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda world: setattr(world, "refused", "its members use the assignor stream"), "the assignor stream"),
        (lambda world: setattr(world, "failure", "error 35"), "error 35"),
        (lambda world: setattr(world, "gives", frozenset()), "no partition"),
        (lambda world: setattr(world, "gives", None), "did not let a second member in"),
    ],
)
def test_a_visit_that_is_none_is_told(change: Callable[[Owned], None], what: str) -> None:
    """It is our limit, or the group's, and no defect of the service."""
    world = Owned()
    change(world)
    stage = played(world, "rebalance")
    assert verdicts(stage) == []
    assert [told for told in blind(stage, "rebalance") if what in told]


def while_limited(world: Owned, done: Callable[[Record], Handled]) -> Owned:
    world.handle = lambda record: good(record) if world.limit is None else done(record)
    return world


def test_a_service_that_waits_for_room() -> None:
    """What it could not write is written when there is room again."""
    world = Owned()
    world.broken = lambda: world.limit is not None
    assert verdicts(played(world, "recordLimit")) == []


def test_a_record_whose_effect_found_no_room_may_be_dead_lettered() -> None:
    """It cannot be handled, and it is not lost."""
    world = Owned()
    assert verdicts(played(while_limited(world, lambda record: [(DLQ, record)]), "recordLimit")) == []


def test_the_fault_behind_one_that_leaves_refusals_meets_a_new_process() -> None:
    """Who refuses for ever is blamed with the fault since when it does, not with the next one as well."""
    world, gave_up = Owned(), set[int]()

    def gives_up(record: Record) -> Handled:
        if OUT in world.limited and world.limit is not None:
            gave_up.add(world.started)
        return [(DLQ, record)] if world.started in gave_up else good(record)

    world.handle = gives_up
    assert verdicts(played(world, "recordLimit,recordLimit:deadLetter")) == [("REJECTED_VALID", "recordLimit")]


def test_a_record_whose_effect_found_no_room_is_not_dropped() -> None:
    """A refusal that nobody looks at."""
    world = while_limited(Owned(), lambda _: ())
    assert verdicts(played(world, "recordLimit")) == [("LOST", "recordLimit")]


def test_a_service_may_exit_where_no_retry_helps() -> None:
    """Without a commit: the record comes again when there is room."""
    world = while_limited(Owned(), lambda _: EXIT)
    stage = played(world, "recordLimit")
    assert verdicts(stage) == []
    assert any(isinstance(event, ev.ServiceExited) for event in history_of(stage))


def test_a_service_that_exits_with_a_commit_has_lost_the_record() -> None:
    """Its last act was to say that all is done."""
    world = Owned()

    def gives_up(_: Record) -> Handled:
        world.pass_over()
        return EXIT

    assert verdicts(played(while_limited(world, gives_up), "recordLimit")) == [("LOST", "recordLimit")]


def test_a_service_that_exits_on_when_there_is_room_again() -> None:
    """A record that was refused once ends it for ever: it is told that it stands still."""
    world, hurt = Owned(), set[bytes | None]()

    def never_heals(record: Record) -> Handled:
        if world.limit is not None:
            hurt.add(record.key)
        return EXIT if record.key in hurt else good(record)

    world.handle = never_heals
    assert verdicts(played(world, "recordLimit")) == [("STUCK", "recordLimit")]


def test_a_dead_letter_that_found_no_room_is_not_forgotten() -> None:
    """Valid records wait for room; the invalid one is committed past."""
    world = Owned()

    def drops_letters(record: Record) -> Handled:
        done = good(record)
        return () if done and done[0][0] == DLQ else done

    assert verdicts(played(while_limited(world, drops_letters), "recordLimit")) == [
        ("NOT_DEAD_LETTERED", "recordLimit")
    ]


@pytest.mark.parametrize(("exits", "codes"), [(True, []), (False, [("NOT_DEAD_LETTERED", "recordLimit:deadLetter")])])
def test_who_waits_with_valid_records_may_forget_dead_letters(*, exits: bool, codes: list[tuple[str, str]]) -> None:
    """A valid record that finds no room keeps it from any invalid one: dead letters alone are refused as well."""
    world = Owned()

    def finds_no_room() -> bool:
        new = world.log[world._position :]
        return world.limit is not None and OUT in world.limited and bool(new) and good(new[0])[0][0] == OUT

    def drops_letters(record: Record) -> Handled:
        done = good(record)
        return (EXIT if exits else ()) if world.limit is not None and done[0][0] == DLQ else done

    world.broken, world.handle = finds_no_room, drops_letters
    assert verdicts(played(world, "recordLimit,recordLimit:deadLetter")) == codes


def test_who_writes_no_dead_letters_is_told_whom_the_fault_is_for() -> None:
    """The broker is ours already."""
    (receive,) = contract().receive
    skips = msgspec.structs.replace(receive, on_invalid=OnInvalid(at=AT, policy="skip"))
    stage = played(Owned(), "recordLimit:deadLetter", msgspec.structs.replace(contract(), receive=(skips,)))
    assert any("recordLimit:deadLetter" in what and "for dead letters" in fix for what, fix in stage.state.blind)


@pytest.mark.parametrize("passes_over", [0, 2])
def test_what_is_gone_is_not_missed(passes_over: int) -> None:
    """Records that were deleted before the service came up again are nobody's; `latest` passes over some more."""
    world = Owned()
    handle = world.handle

    def latest(record: Record) -> Handled:
        is_new = world.begins and world._position < world.begins + passes_over
        return () if is_new else handle(record)

    world.handle = latest
    assert verdicts(played(world, "offsetsOutOfRange")) == []
    assert world.begins > 0


def test_a_service_that_waits_for_what_is_gone() -> None:
    """It lives, and takes nothing, until somebody sets its offsets: STUCK."""
    world = Owned()
    world.broken = lambda: world.committed_to < world.begins
    assert verdicts(played(world, "offsetsOutOfRange")) == [("STUCK", "offsetsOutOfRange")]


def test_a_compacted_log_is_not_cut() -> None:
    """The broker would refuse; that is told where it was asked for by name."""
    one = msgspec.structs.replace(contract(), compacted=True)
    stage = played(Owned(), "offsetsOutOfRange", one)
    assert blind(stage, "offsetsOutOfRange cannot be put on here")


def test_the_visitor_is_given_what_the_service_had() -> None:
    """The fake is no kinder than a broker: while the partition is away nothing is handled."""
    world = Owned()
    visitor = world.visit("g", [PLACE[0]])
    assert [visitor.places for _ in range(4)] == [None, None, None, {PLACE}]
    world.process = None
    assert world.describe("g").assigned() == frozenset()
