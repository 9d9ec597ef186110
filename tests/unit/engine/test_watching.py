"""What a service writes where it also reads, and schemas that it registers itself."""

from __future__ import annotations

from typing import cast

from kcontract.engine.own import OwnRecords
from kcontract.engine.strangers import look_for_strangers
from kcontract.engine.topics.schema_watch import SchemaWatch
from kcontract.model import events as ev
from kcontract.model.record import LogRecord, Record
from kcontract.model.registry import RegisteredSchema
from tests.unit.engine.world import Kept, World, good, history_of, receiver_of, stage_of, tools_of
from tests.unit.judge.story import OUT, TOPIC


def test_own_records_are_ranges() -> None:
    """What the broker hands out in a row is one range; others' records leave gaps."""
    own = OwnRecords()
    for offset in (0, 1, 4, 2, 2):
        own.note("t", 0, offset)
    assert [own.holds("t", 0, offset) for offset in range(6)] == [True, True, True, False, True, False]
    assert not own.is_whole(("t", 0), 5)
    assert own.is_whole(("t", 1), 0)
    own.note("u", 0, 0)
    assert own.is_whole(("u", 0), 1)
    assert not own.is_whole(("u", 0), 2)


def test_own_records_in_a_shared_topic_are_not_seen() -> None:
    """A unit that receives what it writes is watched there, too."""
    stage = stage_of(World(good))
    stage.observer.watch([OUT, TOPIC])
    stage.observer.own.note(TOPIC, 0, 0)
    stage.observer.take([LogRecord(TOPIC, 0, 0, Record(None, b"ours")), LogRecord(TOPIC, 0, 1, Record(None, b"its"))])
    seen = [event.record.record.value for event in history_of(stage) if isinstance(event, ev.Seen)]
    assert seen == [b"its"]


def test_a_broker_that_is_away_is_not_asked_to_gather() -> None:
    """Where its reader is, nobody can tell it."""
    world = World(good)
    stage = stage_of(world)
    stage.observer.broker_away = True
    stage.observer.gather(gathers=True)
    assert not world.gathers
    stage.observer.broker_away = False
    stage.observer.gather(gathers=True)
    assert world.gathers


class Watched(World):
    """Its input can be read, and the service may have written to it."""

    stranger = False

    def poll(self, _timeout: float = 0.0) -> list[LogRecord]:
        if not self.reading_input:
            return list(super().poll(_timeout))
        self.reading_input = False
        return [LogRecord(TOPIC, 0, offset, record) for offset, record in enumerate(self.log)]

    reading_input = False


def strangers(world: Watched, *, foreign: bool) -> list[str]:
    """The verdicts when the input is looked at in the end."""
    stage = stage_of(world)
    receiver_of(stage).run()
    if foreign:
        world.log.append(Record(None, b"from the service"))
    world.reading_input = True
    look_for_strangers(stage, [TOPIC])
    return [verdict.code for verdict in stage.state.reached]


def test_a_record_of_the_service_in_its_own_input() -> None:
    """UNDECLARED_EVENT, where no contract says that it writes there."""
    assert strangers(Watched(good), foreign=True) == ["UNDECLARED_EVENT"]


def test_an_input_with_our_records_alone() -> None:
    """Nothing is read that was sent."""
    assert strangers(Watched(good), foreign=False) == []


class Registry(World):
    """Asked for schemas, it counts."""

    asked = 0

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        self.asked += 1
        return (RegisteredSchema(id=7, subject="bills-value", version=1, kind="avro", text='"string"'),)


def test_an_unknown_id_is_looked_up_once() -> None:
    """And what is new is told before the record that names it; other topics are not looked at."""
    world = Registry(good)
    tools = tools_of(world)
    watch = SchemaWatch(tools.registry, tools.recorder, (), [OUT])
    framed = Record(None, b"\0\0\0\0\7\2a")
    watch.look_up([LogRecord("elsewhere", 0, 0, framed), LogRecord(OUT, 0, 0, Record(None, b"{}"))])
    assert world.asked == 0
    for _ in range(2):
        watch.look_up([LogRecord(OUT, 0, 0, framed)])
    told = [event for event in cast("Kept", tools.recorder._history).events if isinstance(event, ev.SchemasSeen)]
    assert (world.asked, [schema.id for event in told for schema in event.schemas]) == (1, [7])
