"""What is tried again alone must stand in nobody's company."""

from __future__ import annotations

from kcontract.model import events as ev
from kcontract.model.record import Record
from tests.unit.engine.world import World, good, history_of, verified
from tests.unit.judge.story import DLQ

FEW = frozenset({"valid", "wrong_type", "wrong_root", "empty_value"})


class Batches(World):
    """Polls up to four records at once, waits for more a while, and refuses all of them if `blunt` and one is bad; if
    it `drops`, the bad ones are refused, and nothing comes of the others."""

    size = 4

    def __init__(self, *, blunt: bool = False, drops: bool = False) -> None:
        super().__init__(good)
        self._blunt, self._drops = blunt, drops
        self._seen = 0

    def _work(self) -> None:
        more, self._seen = len(self.log) > self._seen, len(self.log)
        while self.process and self.process.code is None and self._position < len(self.log):
            batch = self.log[self._position : self._position + self.size]
            if more and len(batch) < self.size:
                return
            self._position = self.committed_to = self._position + len(batch)
            spoilt = any(_is_refused(record) for record in batch)
            for record in batch:
                if not (spoilt and self._drops) or _is_refused(record):
                    self.write(*((DLQ, record) if spoilt and self._blunt else _done(record)))


def _done(record: Record) -> tuple[str, Record]:
    done = good(record)
    assert not isinstance(done, str)
    return done[0]


def _is_refused(record: Record) -> bool:
    return _done(record)[0] == DLQ


def test_a_batch_that_is_refused_for_one_record() -> None:
    """Its healthy records are refused in company only: alone, with no invalid marker in their batch, they are not."""
    assert set(verified(Batches(blunt=True), kinds=FEW).codes) == {"COLLATERAL"}


def test_a_batch_that_is_dropped_for_one_record() -> None:
    """A transaction that is aborted, tasks that are cancelled: the marker of their own window counts as company."""
    assert set(verified(Batches(drops=True), kinds=FEW).codes) == {"COLLATERAL"}


def test_a_batch_whose_bad_records_alone_are_refused() -> None:
    """Nobody suffers for its neighbour."""
    assert verified(Batches(), kinds=FEW).codes == []


def test_valid_records_that_are_refused_alone_as_well() -> None:
    """No marker is needed to see it."""
    picky = World(lambda record: [(DLQ, record)] if b'"amount":0' in (record.value or b"") else good(record))
    assert "REJECTED_VALID" in verified(picky, kinds=FEW).codes


class Sulking(World):
    """Refuses all that comes since the first bad record, until it is started anew; `ever`: from its start on."""

    def __init__(self, *, ever: bool = False) -> None:
        super().__init__(self._sulk)
        self._ever = ever
        self._since = 0

    def _sulk(self, record: Record) -> list[tuple[str, Record]]:
        if _is_refused(record):
            self._since = self.started
        return [(DLQ, record)] if self._ever or self._since == self.started else [_done(record)]


def test_a_service_that_refuses_everything_once_it_has_seen_a_bad_record() -> None:
    """What the healthy record before it shows as well is not the record's own: a new process takes it."""
    found = verified(Sulking(), kinds=FEW)
    assert set(found.codes) == {"COLLATERAL"}
    seen = {fact for verdict in found.stage.state.reached for fact in verdict.seen}
    assert "alone behind a healthy record it is handled as promised by a new process" in seen


def test_a_service_that_refuses_everything() -> None:
    """A new process does as well: that is asked once, and not for each record."""
    sulking, taking = Sulking(ever=True), World(good)
    assert set(verified(sulking, kinds=FEW).codes) == {"REJECTED_VALID"}
    verified(taking, kinds=FEW)
    assert sulking.started <= taking.started + 1


def test_the_window_is_played_again_before_all_of_it_was_tried_alone() -> None:
    """A few that were right alone are enough to ask for it, and once is enough."""
    stage = verified(Batches(blunt=True)).stage
    played = [
        e for e in history_of(stage) if isinstance(e, ev.WindowOpened) and e.purpose in ("batch", "alone", "repeat")
    ]
    first = next(number for number, window in enumerate(played) if window.purpose == "repeat")
    before, behind = (sum(one.purpose == "alone" for one in some) for some in (played[:first], played[first:]))
    assert 3 <= before < behind
    assert sum(window.of == played[first].of and window.purpose == "repeat" for window in played) == 1
