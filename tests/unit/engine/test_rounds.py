"""Rounds of a fault with a service that often hangs from its start on: what cannot be judged is made up for."""

from __future__ import annotations

from collections.abc import Container

import pytest

from kcontract.engine.settings import ServiceGone
from kcontract.engine.stage import Stage
from kcontract.model import events as ev
from tests.unit.engine.test_faults import Fragile
from tests.unit.engine.world import history_of, receiver_of, stage_of
from tests.unit.judge.story import contract

_ALL = range(1, 999)


def killed(hangs: Container[int], fails: Container[int] = ()) -> Stage:
    """A service that is killed. It `hangs` from some of its starts on, and `fails` by others; 1 is the first since."""
    world = Fragile()
    stage = stage_of(world, contract(), 3000.0, faults=frozenset({"killed"}), kinds=frozenset({"truncated"}))
    behind: list[int] = []

    def starts(number: int) -> bool:
        if any(isinstance(one, ev.FaultBegan) for one in history_of(stage)):
            behind.append(number)
        return len(behind) not in fails

    world.starts = starts
    world.broken = lambda: len(behind) in hangs
    receiver_of(stage).run()
    stage.state.close()
    return stage


def verdicts(stage: Stage) -> list[tuple[str, str]]:
    return [(verdict.code, verdict.during) for verdict in stage.state.reached]


def rounds(stage: Stage) -> list[int]:
    return [one.round for one in history_of(stage) if isinstance(one, ev.FaultBegan)]


def told(stage: Stage) -> list[str]:
    return [what for what, _ in stage.state.blind if what.startswith("killed: ")]


@pytest.mark.parametrize("hangs", [{1, 3}, {1, 2, 4}, {1, 2, 3, 4, 5, 7}])
def test_who_hangs_at_its_start_does_not_escape_its_second_proof(hangs: set[int]) -> None:
    """Two starts are tried before a round; where both hang it is no round, and another one is played for it."""
    stage = killed(hangs)
    assert verdicts(stage) == [("STUCK", "killed")]
    assert rounds(stage) == [1, 2]


def test_rounds_that_cannot_be_judged_have_an_end() -> None:
    """It never gets well again: so many tries, and what was seen once is told."""
    stage = killed(_ALL)
    assert (verdicts(stage), rounds(stage)) == ([], [1])
    unwell, once = (
        "killed: the service was not well before it",
        "STUCK was seen once, and no other round could be judged",
    )
    assert told(stage) == [unwell] * 4 + [f"killed: {once}"]


def test_what_it_did_not_take_before_a_round_is_not_lost_in_it() -> None:
    """It is started anew behind the records by which it was seen to hang."""
    stage = killed({1})
    assert (verdicts(stage), rounds(stage)) == ([], [1, 2, 3])
    assert told(stage) == ["killed: STUCK was seen in one of 3 rounds, and not again"]


def test_who_starts_no_more_before_a_round_could_not_be_verified() -> None:
    """Faults that were not tried are no success."""
    with pytest.raises(ServiceGone, match="after killed the service did not get ready any more"):
        killed({1, 2}, fails=range(3, 999))
