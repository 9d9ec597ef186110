"""What is tried again alone must stand in nobody's company."""

from __future__ import annotations

from kcontract.model import events as ev
from kcontract.model.record import Record
from tests.unit.engine.world import World, good, history_of, verified
from tests.unit.judge.story import DLQ

FEW = frozenset({"valid", "wrong_type", "wrong_root", "empty_value"})


class Batches(World):
    """Polls up to four records at once, waits for more a while, and refuses all of them if `blunt` and one is bad."""

    size = 4

    def __init__(self, *, blunt: bool) -> None:
        super().__init__(good)
        self._blunt = blunt
        self._seen = 0

    def _work(self) -> None:
        more, self._seen = len(self.log) > self._seen, len(self.log)
        while self.process and self.process.code is None and self._position < len(self.log):
            batch = self.log[self._position : self._position + self.size]
            if more and len(batch) < self.size:
                return
            self._position = self.committed_to = self._position + len(batch)
            refused = self._blunt and any(_is_refused(record) for record in batch)
            for record in batch:
                self.write(*((DLQ, record) if refused else _done(record)))


def _done(record: Record) -> tuple[str, Record]:
    done = good(record)
    assert not isinstance(done, str)
    return done[0]


def _is_refused(record: Record) -> bool:
    return _done(record)[0] == DLQ


def test_a_batch_that_is_refused_for_one_record() -> None:
    """Its healthy records are refused in company only: alone, with no invalid marker in their batch, they are not."""
    assert set(verified(Batches(blunt=True), kinds=FEW).codes) == {"COLLATERAL"}


def test_a_batch_whose_bad_records_alone_are_refused() -> None:
    """Nobody suffers for its neighbour."""
    assert verified(Batches(blunt=False), kinds=FEW).codes == []


def test_valid_records_that_are_refused_alone_as_well() -> None:
    """No marker is needed to see it."""
    picky = World(lambda record: [(DLQ, record)] if b'"amount":0' in (record.value or b"") else good(record))
    assert "REJECTED_VALID" in verified(picky, kinds=FEW).codes


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
