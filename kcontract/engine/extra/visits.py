"""A second member in the service's group: it comes, is given partitions, and leaves before it has committed."""

from __future__ import annotations

from collections.abc import Mapping

from kcontract.engine.stage import Stage
from kcontract.errors import BrokerError
from kcontract.model import events as ev
from kcontract.model.record import TopicPartition
from kcontract.ports import ClusterControl, Visitor

GRIP_SECONDS = 20.0
"""In which it must have got its share: members notice with their next heartbeat, 3 s apart, some in two rounds."""
_EMPTY_HANDED = 7.0
"""Seconds after which a member that is in, and has nothing, will not be given anything."""


class Visit:
    """One visit. What keeps it from being one is a blind spot, and ends nothing."""

    def __init__(self, stage: Stage, control: ClusterControl, what: str) -> None:
        """`what` it is for, in the blind spot's words."""
        self._stage = stage
        self._control = control
        self._what = what
        self._recorder = stage.tools.recorder
        self._visitor: Visitor | None = None
        self._in_since: float | None = None
        self._had = False

    @property
    def places(self) -> frozenset[TopicPartition]:
        """What the visitor has now."""
        return (self._visitor.places if self._visitor else None) or frozenset()

    def begin(self) -> None:
        """It sets out; see `grips`."""
        topics = sorted({topic for topic, _ in self._stage.lifecycle.places})
        self._had, self._in_since = False, None
        try:
            self._visitor = self._control.visit(self._stage.unit.group, topics)
        except BrokerError as error:
            self._tell(error.message, error.fix or "")

    def grips(self) -> bool:
        """Whether it has its share, or is known to get none."""
        if self._visitor is None or self._visitor.failure:
            return True
        places, now = self._visitor.places, self._recorder.now()
        if places is None:
            return False
        self._had = self._had or bool(places)
        self._in_since = now if self._in_since is None else self._in_since
        return bool(places) or now - self._in_since >= _EMPTY_HANDED

    def take_back(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit as the service would have left them had it not committed yet. BrokerError VISIT_FAILED."""
        if self._visitor is not None:
            self._visitor.commit(offsets)
            self._stage.lifecycle.note_offsets(offsets)

    def end(self) -> None:
        """It leaves. Harmless where it never came, or has left."""
        visitor, self._visitor = self._visitor, None
        if visitor is None:
            return
        failure, is_in = visitor.failure, visitor.places is not None
        visitor.leave()
        if failure:
            self._tell(failure)
        elif not is_in:
            self._tell("the group did not let a second member in")
        elif not self._had:
            self._tell("the second member of the group was given no partition", "give the topic more partitions")

    def _tell(self, why: str, remedy: str = "") -> None:
        self._recorder.record(ev.Blind(self._recorder.now(), self._stage.unit.name, f"{self._what}: {why}", remedy))
