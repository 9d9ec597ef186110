"""Finding one fatal record among many suspects costs few starts."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.engine.confirming.culprits import Detective
from kcontract.judge.evidence import Delivery
from kcontract.model import events as ev
from kcontract.model.case import Case
from kcontract.model.record import Record
from tests.unit.engine.test_streaming import many, player_of
from tests.unit.engine.world import EXIT, Handled, World, good, history_of
from tests.unit.judge.story import TOPIC


def fatal(record: Record) -> Handled:
    return EXIT if b"31337" in (record.value or b"") else good(record)


def with_fatal(case: Case) -> Case:
    value = b'{"id":"abc","amount":31337}'
    return msgspec.structs.replace(case, record=msgspec.structs.replace(case.record, value=value))


@pytest.mark.parametrize(
    ("count", "place", "most"), [(5, 4, 2), (300, 7, 2), (300, 8, 4), (300, 299, 4), (2000, 777, 4)]
)
def test_few_starts_find_it(count: int, place: int, most: int) -> None:
    """One where it is among the first; else one a round, for two rounds of groups and for the record alone."""
    world = World(good)
    player = player_of(world)
    world.handle = fatal
    cases = many(player, count)
    cases[place] = with_fatal(cases[place])
    source = player._stage.state.promises.inputs[TOPIC]
    suspects = [Delivery(case, source, 1, 0.0) for case in cases]
    found = Detective(player._stage, player).find(suspects, parallel=1)
    assert found is cases[place]
    assert sum(isinstance(event, ev.ServiceStarted) for event in history_of(player._stage)) - 1 <= most


def test_what_got_its_outcome_after_all_is_tried_last() -> None:
    """A restart where the commits stand clears those that were handled then."""
    world = World(good)
    player = player_of(world)
    world.handle = fatal
    cases = many(player, 40)
    cases[30] = with_fatal(cases[30])
    source = player._stage.state.promises.inputs[TOPIC]
    suspects = [
        Delivery(case, source, 1, 0.0, first_outcome_at=None if n == 30 else 1.0) for n, case in enumerate(cases)
    ]
    assert Detective(player._stage, player).find(suspects, parallel=1) is cases[30]
    alone = [e.of for e in history_of(player._stage) if isinstance(e, ev.WindowOpened) and e.purpose == "alone"]
    assert alone == [cases[30].root]


def test_nobody_is_blamed_where_no_record_does_it() -> None:
    """All groups pass: there is no culprit, and no start was spent."""
    world = World(good)
    player = player_of(world)
    source = player._stage.state.promises.inputs[TOPIC]
    suspects = [Delivery(case, source, 1, 0.0) for case in many(player, 100)]
    assert Detective(player._stage, player).find(suspects, parallel=1) is None
    assert world.started == 1
