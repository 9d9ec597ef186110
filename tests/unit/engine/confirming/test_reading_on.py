"""A service that is stopped by a bad record, and takes some records more before it is at its end."""

from __future__ import annotations

import pytest

from kcontract.judge.runs.history import unit_findings
from kcontract.model.case import Expectation
from kcontract.model.cluster import GroupView
from kcontract.model.record import Record
from tests.unit.engine.world import _ORACLE, EXIT, Handled, Process, World, good, verified

FEW = frozenset({"valid", "wrong_type", "missing_required"})
_LEAVES = "leaves its group"


class ReadingOn(World):
    """Behind each bad record, which it dead-letters, it takes so many more and is at its end then."""

    def __init__(self, end: str, more: int, seconds: float = 1e9) -> None:
        """`seconds`: after so many it is back in the group that it has left."""
        super().__init__(good)
        self.end, self.more, self.seconds = end, more, seconds
        self.left = -1
        """How many records it still takes; -1 while no bad one has come."""
        self.away_at = 0.0

    def start(self, *of: object) -> Process:
        self.left, self.away_at = -1, 0.0
        return super().start(*of)  # type: ignore[arg-type]

    @property
    def is_away(self) -> bool:
        return bool(self.away_at) and self.clock.t - self.away_at < self.seconds

    def _work(self) -> None:
        process = self.process
        while process and process.code is None and self._position < len(self.log) and not self.is_away:
            record = self.log[self._position]
            self._position += 1
            self.committed_to = self._position
            self._take(good(record))
            self._count(record, process)

    def _take(self, done: Handled) -> None:
        assert not isinstance(done, str)
        for topic, effect in done:
            self.write(topic, effect)

    def _count(self, record: Record, process: Process) -> None:
        if self.left < 0 and _ORACLE.expect(record).expectation is not Expectation.VALID:
            self.left = self.more + 1
        self.left -= self.left > 0
        if self.left == 0:
            self.left = -1
            if self.end == EXIT:
                process.code = 1
            else:
                self.away_at = self.clock.t

    def describe(self, group: str) -> GroupView:
        return GroupView("EMPTY") if self.is_away else super().describe(group)


def test_who_leaves_its_group_behind_a_record_is_stuck_with_it() -> None:
    """Its outcome came, and that of the sentinel behind it, which was fetched with it."""
    found = verified(ReadingOn(_LEAVES, 1), kinds=FEW)
    assert set(found.codes) == {"STUCK"}
    assert {verdict.kind.partition(":")[0] for verdict in found.stage.state.reached} == FEW - {"valid"}
    assert len(unit_findings("billing", found.stage.state, "run")) == 1


@pytest.mark.parametrize(("end", "codes"), [(_LEAVES, {"STUCK"}), (EXIT, {"CRASHED", "CRASH_LOOP"})])
def test_no_good_record_is_blamed_that_came_a_little_later(end: str, codes: set[str]) -> None:
    """It was the first of a window of its own, and the process had been sent bad ones before."""
    found = verified(ReadingOn(end, 2), kinds=FEW)
    assert found.codes
    assert codes.issuperset(found.codes)
    assert not any(verdict.kind == "valid" for verdict in found.stage.state.reached)


def test_who_is_back_in_its_group_is_waited_for() -> None:
    found = verified(ReadingOn(_LEAVES, 1, seconds=2.0), kinds=FEW)
    assert found.codes == []
    assert found.stage.state.starts == 1
