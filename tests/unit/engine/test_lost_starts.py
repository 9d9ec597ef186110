"""A process that takes nothing, though it is a member: a lost join is one start's, standing still every start's."""

from __future__ import annotations

import pytest

from kcontract.model.record import Record
from tests.unit.engine.world import EXIT, Handled, World, good, verified

FEW = frozenset({"valid", "wrong_type", "empty_value"})


class Lost(World):
    """Its first processes take nothing."""

    def __init__(self, lost: int) -> None:
        super().__init__(good)
        self.lost = lost

    def _work(self) -> None:
        if self.started > self.lost:
            super()._work()


@pytest.mark.parametrize("lost", [1, 2])
def test_a_start_that_takes_nothing_is_told_and_tried_again(lost: int) -> None:
    """The next process works, or the one after it: everything is tried with it, nobody is blamed, and the time lost is
    told."""
    run = verified(Lost(lost))
    assert run.codes == []
    assert run.receiver.tested > 20
    assert not run.receiver.not_sent
    assert [what for what, _ in run.stage.state.blind] == [
        "the service stood still once, for 30 s, and did not do it again"
    ]


@pytest.mark.parametrize("lost", [3, 1000])
def test_standing_still_in_every_start_is_a_finding(lost: int) -> None:
    """Three processes, one after the other, took nothing."""
    run = verified(Lost(lost))
    assert run.codes == ["STUCK"]
    assert run.receiver.tested == 0


def test_a_process_that_exits_with_the_first_records_alone_is_tried_again() -> None:
    """It ends twice with what comes first, and its successors work: nothing is left out."""

    def handle(record: Record) -> Handled:
        return EXIT if world.started <= 2 else good(record)

    world = World(handle)
    run = verified(world)
    assert run.codes == []
    assert run.receiver.tested > 20


class Fragile(World):
    """Exits with each empty record; its processes of the numbers `lost` take nothing."""

    def __init__(self, *lost: int) -> None:
        super().__init__(lambda record: good(record) if record.value else EXIT)
        self.lost = lost

    def _work(self) -> None:
        if self.started not in self.lost:
            super()._work()


@pytest.mark.parametrize("lost", [0, 2, 3, 4, 5, 6])
def test_no_record_is_blamed_for_a_start_that_takes_nothing(lost: int) -> None:
    """Starts are many where records are fatal: the one that takes nothing is no record's doing. Which end the fatal one
    is told for depends on whether it is the start in which that would have come again."""
    codes = set(verified(Fragile(lost), kinds=FEW).codes)
    assert codes
    assert codes <= {"CRASH_LOOP", "CRASHED"}


def test_two_in_a_row_are_too_many_for_a_service_that_has_worked() -> None:
    """It took records before: what it stands still before is tried alone, and it stands still again."""
    assert verified(Fragile(2, 3), kinds=FEW).codes == ["STUCK"]


def test_starts_that_take_nothing_are_counted_in_a_row() -> None:
    """One between them took records, and the end of the fatal one is told as without them."""
    assert verified(Fragile(2, 4), kinds=FEW).codes == ["CRASH_LOOP"]


class Standing(World):
    """Stands still before each empty record."""

    def _work(self) -> None:
        everything = self.log
        ahead = (n for n in range(self._position, len(everything)) if everything[n].value == b"")
        self.log = everything[: next(ahead, len(everything))]
        super()._work()
        self.log = everything


def test_a_record_before_which_each_process_stands_still_is_blamed_in_one_more_start() -> None:
    """They take what is before it."""
    assert set(verified(Standing(good), kinds=FEW).codes) == {"STUCK"}
