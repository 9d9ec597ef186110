"""The recorder: who hears what."""

from __future__ import annotations

import pytest

from kcontract.engine.recorder import Recorder
from kcontract.model import events as ev
from kcontract.model.record import LogRecord, Record
from kcontract.ports import StreamItem
from tests.unit.engine.world import Kept

SEEN = [ev.Seen(1.0, LogRecord("t", 0, offset, Record())) for offset in range(3)]
OPENED = ev.WindowOpened(0.0, 1, "batch")


class Still:
    """A clock that stands."""

    def now(self) -> float:
        return 0.0


@pytest.mark.parametrize("detailed", [True, False])
def test_records_are_told_to_those_who_want_them(*, detailed: bool) -> None:
    """The history gets everything; reports that do not tell of each record are spared them, one by one or many."""
    history, told = Kept(), list[StreamItem]()
    recorder = Recorder(history, Still(), told.append, detailed=detailed)
    recorder.record(OPENED)
    recorder.record_all(SEEN[:2])
    recorder.record(SEEN[2])
    recorder.record_all([ev.Refused(2.0, "1", "no")])
    everything = [OPENED, *SEEN, ev.Refused(2.0, "1", "no")]
    assert history.events == everything
    assert told == (everything if detailed else [OPENED, everything[-1]])
