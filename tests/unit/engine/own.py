"""An invented world on a cluster of ours: its group takes visitors, its topics can be limited, its log cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from kcontract.engine.tools import Levers
from kcontract.errors import BrokerError
from kcontract.model.cluster import GroupView
from kcontract.model.record import Record, TopicPartition
from tests.unit.engine.world import Handled, Process, World, good
from tests.unit.judge.story import TOPIC

PLACE: TopicPartition = (TOPIC, 0)


class Owned(World):
    """Cluster control, and the visitor, in one. While the visitor has the partition the service gets nothing."""

    def __init__(self, handle: Callable[[Record], Handled] = good, **more: Any) -> None:
        super().__init__(handle, **more)
        self.levers = Levers(cluster=cast("Any", self))
        self.refused = self.failure = ""
        self.gives: frozenset[TopicPartition] | None = frozenset({PLACE})
        """What the visitor is given; None: it is not let in."""
        self.looks = 0
        self.visits = 0
        self.visiting = False
        self.limit: int | None = None
        self.limited: tuple[str, ...] = ()
        self.begins = 0
        self.broken: Callable[[], bool] = lambda: False
        """Whether the service stands still now."""
        self.on_taken: Callable[[], None] = lambda: None
        """What the service does when its partition is taken."""
        self.on_given_back: Callable[[], None] = lambda: None

    def visit(self, _group: str, topics: Sequence[str]) -> Owned:
        if self.refused:
            raise BrokerError("VISIT_REFUSED", self.refused)
        assert tuple(topics) == (TOPIC,)
        self.visits += 1
        self.looks, self.visiting = 0, False
        return self

    @property
    def places(self) -> frozenset[TopicPartition] | None:
        """It takes a few looks until the service has noticed."""
        self.looks += 1
        if self.looks < 4 or self.failure:
            return None
        if self.gives and not self.visiting:
            self.visiting = True
            self.on_taken()
        return self.gives

    def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.committed_to = offsets[PLACE]

    def leave(self) -> None:
        if self.visiting:
            self.visiting = False
            self._position = self.committed_to
            self.on_given_back()

    def describe(self, group: str) -> GroupView:
        return GroupView("STABLE", ()) if self.visiting else super().describe(group)

    def limit_records(self, topics: Iterable[str], size: int | None) -> None:
        self.limit, self.limited = size, tuple(topics)

    def delete_records(self, before: Mapping[TopicPartition, int]) -> None:
        self.begins = before[PLACE]

    def start(self, name: str, run: Any, values: Mapping[str, str]) -> Process:
        process = super().start(name, run, values)
        self._position = max(self._position, self.begins)
        return process

    def pass_over(self) -> None:
        """The service goes on behind what is there, and says that it is done."""
        self._position = self.committed_to = len(self.log)

    def _work(self) -> None:
        if not self.visiting and not self.broken():
            super()._work()
