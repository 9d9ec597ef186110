"""What the broker says of many records is told at once, as far as they stand one behind the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import pytest

from kcontract.engine.own import OwnRecords
from kcontract.engine.windows.dispatch import Dispatcher, in_a_row
from kcontract.model import events as ev
from kcontract.model.case import Case, Role
from kcontract.model.cluster import Delivered, Sendable, Standing
from kcontract.model.record import LogRecord
from tests.unit.engine.world import World, good, history_of, receiver_of, stage_of
from tests.unit.judge.story import TOPIC, Story


def test_partitions_are_told_apart() -> None:
    """Acknowledgements come mixed; each partition has a row of its own."""
    told = [("1", "t", 0, 7), ("2", "t", 1, 0), ("3", "t", 0, 8), ("4", "u", 0, 9), ("5", "t", 1, 1)]
    assert in_a_row(told) == [("t", 0, 7, ["1", "3"]), ("t", 1, 0, ["2", "5"]), ("u", 0, 9, ["4"])]


def test_a_gap_begins_anew() -> None:
    """A transaction's marker, or a record of somebody else, may lie between."""
    assert in_a_row([("1", "t", 0, 7), ("2", "t", 0, 9), ("3", "t", 0, 10)]) == [
        ("t", 0, 7, ["1"]),
        ("t", 0, 9, ["2", "3"]),
    ]
    assert in_a_row([]) == []


def test_own_records_are_known_by_their_rows() -> None:
    """Rows that follow each other make one range."""
    own = OwnRecords()
    own.note("t", 0, 0, 3)
    own.note("t", 0, 3, 2)
    assert own.holds("t", 0, 4) and not own.holds("t", 0, 5)
    assert own.is_whole(("t", 0), 5)
    own.note("t", 0, 8, 2)
    assert own.holds("t", 0, 9) and not own.holds("t", 0, 6) and not own.is_whole(("t", 0), 10)


def test_a_row_places_each_of_its_cases() -> None:
    """As if each had been acknowledged alone: at the offset of its turn."""
    story = Story()
    story.window()
    first, second = story.invalid("1"), story.invalid("2")
    story.tell(ev.Placed(story.now, TOPIC, 1, 40, (first.id, second.id)))
    assert story.state.window is not None
    assert [(one.place, one.offset) for one in story.state.window.deliveries] == [((TOPIC, 1), 40), ((TOPIC, 1), 41)]


class Slow(World):
    """A broker that answers when it is told to, in rows of all that came together."""

    def __init__(self) -> None:
        super().__init__(good)
        self.answers: deque[Callable[[], None]] = deque()
        self.refuses: set[str] = set()
        """Cases, each time."""
        self.refuses_with: set[str] = set()
        """Cases that are refused where others are with them."""
        self.takes_all = True

    def send(self, records: Sequence[Sendable], delivered: Delivered, standing: Standing | None = None) -> None:
        bad = {one.id for one in records} & (self.refuses | (self.refuses_with if len(records) > 1 else set()))
        for one in records if bad else ():
            at = len(self.log)
            self.answers.append(partial(delivered, one.id, one.topic, 0, at, "no" if one.id in bad else ""))
            self.log += [one.record] if one.id not in bad else []
        if not bad and standing is not None:
            self.answers.append(partial(standing, TOPIC, 0, len(self.log), [one.id for one in records]))
            self.log += [one.record for one in records]

    def flush(self, timeout: float) -> int:
        while timeout > 1 and self.takes_all and self.answers:
            self.answers.popleft()()
        return len(self.answers)


class Sending:
    """A dispatcher before such a broker, with some cases, in a window that is open."""

    def __init__(self, world: Slow, count: int = 4) -> None:
        self.world = world
        self.stage = stage_of(world)
        self.own = OwnRecords()
        self.to = Dispatcher(cast("Any", world), self.stage.tools.recorder, "billing", self.own)
        source = receiver_of(self.stage)._player.sources[TOPIC]
        self.cases = [source.healthy(Role.CASE, 0) for _ in range(count)]
        self.stage.tools.recorder.record(ev.WindowOpened(0.0, 1, "batch", ""))

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in history_of(self.stage) if isinstance(event, kind)]

    @property
    def placed(self) -> list[tuple[int, int]]:
        """First offset and number of each row."""
        return [(event.offset, len(event.cases)) for event in self.told(ev.Placed)]


def test_volleys_are_heard_of_in_their_order() -> None:
    """One of many records is answered as soon as its row is; what comes behind it counts when it has its answer too."""
    sending = Sending(Slow())
    sending.to.queue(sending.cases[:3], 1)
    sending.to.queue(sending.cases[3:], 1)
    first, second = sending.world.answers
    sending.world.answers.clear()
    assert sending.to.hear() == 0
    second()
    assert (sending.to.hear(), sending.to.waits) == (0, True)
    first()
    assert (sending.to.hear(), sending.to.waits) == (2, False)
    assert sending.placed == [(3, 1), (0, 3)]
    assert sending.own.holds(TOPIC, 0, 3)
    assert not sending.own.holds(TOPIC, 0, 4)


def test_a_place_is_told_once() -> None:
    """However often the broker is heard."""
    sending = Sending(Slow())
    sending.to.send(sending.cases, 1)
    sending.to.hear()
    assert sending.placed == [(0, 4)]
    assert sending.own.complete


def test_what_was_sent_ahead_is_told_with_its_window_and_is_not_sent_again() -> None:
    """The volley behind it is sent as any other."""
    sending = Sending(Slow())
    sending.to.send_ahead(sending.cases[:3])
    assert (len(sending.world.log), sending.told(ev.Sent)) == (3, [])
    sending.to.queue(sending.cases[:3], 1)
    assert (len(sending.world.log), len(sending.told(ev.Sent))) == (3, 3)
    sending.to.queue(sending.cases[3:], 1)
    assert (len(sending.world.log), len(sending.told(ev.Sent))) == (4, 4)


def test_nothing_is_sent_ahead_by_a_road() -> None:
    """Cases come to their topic by other services then, one window after the other."""

    class Road:
        def carry(self, case: Case) -> tuple[Case, LogRecord]:
            return case, LogRecord(TOPIC, 0, 7, case.record)

    sending = Sending(Slow())
    to = Dispatcher(cast("Any", sending.world), sending.stage.tools.recorder, "billing", sending.own, Road())
    to.send_ahead(sending.cases[:1])
    to.queue(sending.cases[:1], 1)
    to.finish()
    assert (len(sending.world.log), sending.placed) == (0, [(7, 1)])


@pytest.mark.parametrize("ahead", [False, True])
def test_who_is_refused_in_company_is_sent_alone(ahead: bool) -> None:
    """A broker refuses a whole batch for one record in it; what it refuses alone it refuses for good."""
    world = Slow()
    sending = Sending(world)
    one, two = sending.cases[0].id, sending.cases[1].id
    world.refuses, world.refuses_with = {one}, {two}
    if ahead:
        sending.to.send_ahead(sending.cases)
    sending.to.send(sending.cases, 1)
    assert [event.case for event in sending.told(ev.Refused)] == [one]
    assert {case for event in sending.told(ev.Placed) for case in event.cases} == {c.id for c in sending.cases[1:]}


def test_what_the_broker_does_not_take_is_told() -> None:
    """Nobody can say then which records of a topic are ours."""
    world = Slow()
    sending = Sending(world)
    world.takes_all = False
    sending.to.send(sending.cases, 1)
    assert not sending.own.complete
    assert any("not taken by the broker in time" in event.what for event in sending.told(ev.Blind))
