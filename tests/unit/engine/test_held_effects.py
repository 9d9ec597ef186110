"""Effects that later records bring: a window of Kafka Streams closes by the time of records (`suppress`)."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from kcontract.errors import ServiceError
from kcontract.model.record import Record, TopicPartition
from tests.unit.engine.world import Handled, World, good, verified
from tests.unit.judge.story import OUT

FEW = frozenset({"valid", "wrong_type", "empty_value"})


class Holding(World):
    """Writes what it made of a valid record when a record comes that was read half a second later, or more."""

    def __init__(self) -> None:
        super().__init__(self._hold)
        self.held: list[tuple[float, tuple[str, Record]]] = []

    def committed(self, _group: str, _places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """It is slow to commit, as Streams are."""
        return {}

    def _hold(self, record: Record) -> Handled:
        now = self.clock.t
        due = [done for at, done in self.held if now - at >= 0.5]
        self.held = [(at, done) for at, done in self.held if now - at < 0.5]
        mine = [one for one in good(record) if not isinstance(one, str)]
        self.held += [(now, one) for one in mine if one[0] == OUT]
        return [*due, *(one for one in mine if one[0] != OUT)]


def test_effects_that_wait_for_later_records_are_told_as_such() -> None:
    """There are always some that never come: neither the service is blamed nor more time asked for."""
    world = Holding()
    with pytest.raises(ServiceError, match="only when later records are sent") as told:
        verified(world, kinds=FEW)
    assert told.value.code == "EFFECTS_WAIT"
    assert "more time does not help" in told.value.fix
    assert world.clock.t < 120
