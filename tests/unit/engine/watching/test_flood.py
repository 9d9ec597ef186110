"""A service that writes without end: what repeats is counted only, and the run goes on."""

from __future__ import annotations

from kcontract.engine.watching.flood import _LEAST, _MOST_BYTES, _OF_ONE, FloodGate
from kcontract.model import events as ev
from kcontract.model.case import CASE_HEADER
from kcontract.model.record import LogRecord, Record
from tests.unit.engine.world import Handled, World, good, history_of, verified
from tests.unit.judge.story import DLQ, OUT


def records(count: int, case: str, size: int = 1) -> list[LogRecord]:
    record = Record(b"k", b"x" * size, ((CASE_HEADER, f"run/{case}".encode()),))
    return [LogRecord(OUT, 0, offset, record) for offset in range(count)]


def test_what_is_no_flood_passes() -> None:
    """The share of a window, and of the next one again."""
    gate = FloodGate()
    for window in (1, 2):
        assert len(gate.admit(records(_LEAST, "1"), window, 0)) == _LEAST
    assert gate.report(9.0, last=True) == []


def test_of_a_flood_each_case_keeps_its_first_records() -> None:
    """What comes behind a flood is seen; the rest is counted and told at most once a second."""
    gate = FloodGate()
    gate.admit(records(_LEAST, "1"), 1, 0)
    kept = gate.admit([*records(100, "1"), *records(1, "2")], 1, 0, count=2)
    assert [one.record.header(CASE_HEADER) for one in kept] == [b"run/1"] * (_OF_ONE + 4) + [b"run/2"]
    assert gate.report(2.0) == [ev.Flooded(2.0, OUT, 100 - _OF_ONE - 4, 6 * (100 - _OF_ONE - 4))]
    gate.admit(records(100, "1"), 1, 0)
    assert gate.report(2.5) == []
    assert gate.report(2.5, last=True) == [ev.Flooded(2.5, OUT, 100, 600)]


def test_large_effects_make_smaller_windows() -> None:
    """Bytes are bounded as well as numbers."""
    gate = FloodGate()
    gate.admit(records(16, "1", size=1 << 20), 1, 4)
    assert gate.fits(4) == 31
    kept = gate.admit(records(80, "1", size=_MOST_BYTES // 64), 1, 4)
    assert len(kept) == _OF_ONE + 2
    assert FloodGate().fits(0) > 1 << 20


def test_a_flooded_dead_letter_topic_ends_no_run() -> None:
    """Thousands of dead letters for each bad record: the run settles, keeps some, says so, and blames the service."""

    def flood(record: Record) -> Handled:
        done = good(record)
        return [(DLQ, record)] * 3_000 if done[0][0] == DLQ else done

    world = World(flood)
    done = verified(world, kinds=frozenset({"json_syntax"}))
    history = history_of(done.stage)
    letters = sum(isinstance(event, ev.Seen) and event.record.topic == DLQ for event in history)
    done.stage.observer.close()
    left_out = sum(event.records for event in history if isinstance(event, ev.Flooded))
    assert letters + left_out == sum(one.topic == DLQ for one in world.out)
    assert left_out > 0
    assert set(done.codes) == {"DUPLICATE_EFFECT"}


def test_further_topics_of_its_own_making_are_not_read() -> None:
    """A service that makes topics on and on: a bounded number is read, and the report says so, once."""

    class Making(World):
        made = 0
        read: list[str] = []  # noqa: RUF012 - one world a test

        def topics(self) -> dict[str, int]:
            self.made += 30
            return {f"own-{number}": 1 for number in range(self.made)}

        def add(self, topics: object) -> None:
            self.read += topics  # type: ignore[arg-type]

    world = Making(good)
    done = verified(world)
    told = [what for what, _ in done.stage.state.blind if "topics of its own" in what]
    assert len(set(world.read)) == len(world.read) == 20
    assert len(told) == 1
