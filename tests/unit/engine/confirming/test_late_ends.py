"""A service that handles a bad record as it should, and ends a while later."""

from __future__ import annotations

import math

import pytest

from kcontract.judge.runs.history import unit_findings
from kcontract.model.case import Expectation
from kcontract.model.record import Record
from kcontract.model.service import ExitInfo
from tests.unit.engine.world import _ORACLE, Process, World, good, history_of, verified

FEW = frozenset({"valid", "wrong_type", "missing_required"})
ALIKE = {"missing_required": {"missing_required"}, "json_syntax": {"json_syntax", "wrong_encoding"}}
"""Kinds that the service cannot tell apart. The latter one is what closes windows."""


class Timed(Process):
    """One that ends when its time has come."""

    def __init__(self, world: World) -> None:
        super().__init__(ready=True)
        self.world = world
        self.due = math.inf

    def poll(self) -> ExitInfo | None:
        if self.code is None and self.world.clock.t >= self.due:
            self.code = 3
        return super().poll()


class EndsLate(World):
    """Its processes, the first so many `times`, end `after` seconds behind the first record that is fatal."""

    def __init__(self, after: float, fatal: str = "", *, always: bool = False, times: float = math.inf) -> None:
        """`fatal`: what is wrong with it, or anything; `always`: a good record does it as well."""
        super().__init__(good)
        self.after, self.fatal, self.always, self.times = after, fatal, always, times
        self.spared = 0
        """How many fatal records do no harm yet."""

    def start(self, *_of: object) -> Process:
        self.started += 1
        self._position = self.committed_to
        self.process = Timed(self)
        if self.started > self.times:
            self.process.due = 1e9
        return self.process

    def _work(self) -> None:
        process, before = self.process, self._position
        if isinstance(process, Timed) and process.poll() is None:
            super()._work()
            if process.due == math.inf and any(map(self._is_fatal, self.log[before : self._position])):
                process.due = self.clock.t + self.after

    def _is_fatal(self, record: Record) -> bool:
        expected = _ORACLE.expect(record)
        if expected.expectation is Expectation.VALID:
            return self.always
        if expected.rejection is None or not expected.rejection.code.startswith(self.fatal):
            return False
        self.spared -= 1
        return self.spared < 0


@pytest.mark.parametrize("after", [0.05, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("fatal", ["", "missing_required", "json_syntax"])
def test_the_record_is_found(after: float, fatal: str) -> None:
    """Whatever was sent when it ended, and whichever window that was."""
    found = verified(EndsLate(after, fatal), kinds=FEW)
    kinds = {verdict.kind.partition(":")[0] for verdict in found.stage.state.reached}
    assert set(found.codes) == {"CRASHED"}
    assert kinds <= ALIKE.get(fatal, {"wrong_type", "missing_required", "json_syntax", "wrong_encoding"})
    assert len(unit_findings("billing", found.stage.state, "run")) == 1
    assert not any("exited" in what for what, _ in found.stage.state.blind)


def test_the_record_that_closes_windows_is_not_taken_for_those_before_it() -> None:
    """In the probe phase its kind did no harm."""
    world = EndsLate(0.05, "json_syntax")
    world.spared = 2
    found = verified(world, kinds=FEW)
    assert found.codes
    assert {verdict.kind.partition(":")[0] for verdict in found.stage.state.reached} <= ALIKE["json_syntax"]


def test_what_was_seen_is_told() -> None:
    found = verified(EndsLate(0.3, "missing_required"), kinds=FEW)
    (verdict,) = found.stage.state.reached
    assert any(
        fact.startswith("it was handled, and 0.3 s after it was sent the process exited with code 3")
        for fact in verdict.seen
    )


def test_who_ends_by_itself_ends_of_no_record() -> None:
    """Healthy records alone do not outlast that time; it is told."""
    found = verified(EndsLate(0.4, always=True), kinds=FEW)
    assert found.codes == []
    assert any("exited with code 3" in what for what, _ in found.stage.state.blind)


def test_what_does_not_come_again_is_not_looked_into_for_long() -> None:
    found = verified(EndsLate(0.3, times=1), kinds=FEW)
    assert found.codes == []
    assert sum(getattr(event, "purpose", "") == "late" for event in history_of(found.stage)) == 1
    assert any("exited with code 3" in what for what, _ in found.stage.state.blind)


def test_nothing_is_tried_where_the_service_does_not_end() -> None:
    found = verified(EndsLate(math.inf), kinds=FEW)
    assert found.codes == []
    assert not any(getattr(event, "purpose", "") == "late" for event in history_of(found.stage))
