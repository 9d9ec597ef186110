"""A service that handles a bad record as it should, and is at its end then."""

from __future__ import annotations

import pytest

from kcontract.judge.runs.history import unit_findings
from kcontract.model.case import Expectation
from kcontract.model.record import Record
from tests.unit.engine.world import _ORACLE, EXIT, World, good, verified

FEW = frozenset({"valid", "wrong_type", "missing_required"})


class AtItsEnd(World):
    """Behind each bad record, which it has dead-lettered and committed, it stands still, or exits."""

    def __init__(self, end: str) -> None:
        super().__init__(good)
        self.end = end
        self.still_since = 0
        """The start that stands still."""

    def _work(self) -> None:
        process = self.process
        while process and process.code is None and self._position < len(self.log) and self.still_since < self.started:
            record = self.log[self._position]
            self._position += 1
            self.committed_to = self._position
            done = good(record)
            assert not isinstance(done, str)
            for topic, effect in done:
                self.write(topic, effect)
            self._take_its_toll(record)

    def _take_its_toll(self, record: Record) -> None:
        assert self.process is not None
        if _ORACLE.expect(record).expectation is Expectation.VALID:
            return
        if self.end == EXIT:
            self.process.code = 1
        else:
            self.still_since = self.started


@pytest.mark.parametrize(("end", "code"), [("stands still", "STUCK"), (EXIT, "CRASHED")])
def test_who_ends_behind_a_record_is_blamed_for_it(end: str, code: str) -> None:
    """Its outcome came: what stands behind it has none, or needs another start."""
    found = verified(AtItsEnd(end), kinds=FEW)
    assert set(found.codes) == {code}
    kinds = {verdict.kind.partition(":")[0] for verdict in found.stage.state.reached}
    assert FEW - {"valid"} <= kinds <= (FEW - {"valid"}) | {"wrong_encoding"}  # which closes windows
    assert len(unit_findings("billing", found.stage.state, "run")) == 1
