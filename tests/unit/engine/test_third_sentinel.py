"""A service whose worker has died commits on: only a new process tells what a window's records came to."""

from __future__ import annotations

import pytest

from kcontract.model import events as ev
from kcontract.model.record import Record
from tests.unit.engine.world import Handled, World, good, history_of, verified
from tests.unit.judge.story import Story

FEW = frozenset({"valid", "wrong_type", "wrong_root", "empty_value"})


class Worker:
    """Dies with a record that is `fatal`, and nobody notices: what comes later is committed, and forgotten."""

    def __init__(self, fatal: bytes | None) -> None:
        self.fatal = fatal
        self.dead = False

    def started(self, _start: int) -> bool:
        self.dead = False
        return True

    def handle(self, record: Record) -> Handled:
        self.dead = self.dead or (record.value or b"") == self.fatal
        return () if self.dead else good(record)


def judged(worker: Worker) -> tuple[set[str], int]:
    """The codes, and how often the service was started."""
    found = verified(World(worker.handle, worker.started), kinds=FEW)
    return set(found.codes), sum(isinstance(event, ev.ServiceStarted) for event in history_of(found.stage))


def test_a_worker_that_lives() -> None:
    """No sentinel is missed, and nothing is started for it."""
    assert judged(Worker(None)) == (set(), judged(Worker(b"never sent"))[1])


def test_a_worker_that_dies_in_silence() -> None:
    """The record is blamed for itself, and for its neighbours, which a new process handles."""
    codes, starts = judged(Worker(b""))
    assert codes == {"NOT_DEAD_LETTERED", "COLLATERAL"}
    assert starts > judged(Worker(None))[1]


class Cursed(Worker):
    """No new process helps."""

    def started(self, _start: int) -> bool:
        return True


def test_a_service_that_no_start_brings_back() -> None:
    """It is tried once; from then on what is missing is judged as it is."""
    codes, starts = judged(Cursed(b""))
    assert "SKIPPED_VALID" in codes
    assert starts <= judged(Worker(None))[1] + 2


@pytest.mark.parametrize("how", ["renewed", "exited"])
def test_a_start_for_a_third_sentinel_disturbs_nothing(how: str) -> None:
    """What was missing before it is no loss around a restart; behind an exit it may be."""
    story = Story()
    story.window()
    story.send("1")
    story.commit(1)
    if how == "renewed":
        story.kill("restart")
    else:
        story.exit()
    story.start()
    assert story.state.window is not None
    assert story.state.window.disturbed is (how == "exited")
