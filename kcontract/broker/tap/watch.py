"""What is seen of all connections together, summed up until it is asked for. No input or output here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from kcontract.model.record import TopicPartition
from kcontract.model.tap import (
    CommitAsked,
    Connected,
    GroupStirred,
    PassedUnread,
    ProduceFailed,
    ProduceHeld,
    Refetched,
    Sighting,
)
from kcontract.protocol.apis import Api
from kcontract.protocol.body import Topic
from kcontract.protocol.fetch import read_fetch, read_fetched
from kcontract.protocol.membership import (
    MEMBER_ID_REQUIRED,
    REBALANCE_IN_PROGRESS,
    MemberAnswer,
    MemberRequest,
    read_member,
    read_member_answer,
)
from kcontract.protocol.offset_commit import Mark, read_offset_commit
from kcontract.protocol.produce import ProduceRequest, read_produce, read_produced
from kcontract.protocol.topic_ids import read_topic_ids

_OFFSETS_KEPT = 64
"""Offsets remembered a partition: a loop comes back to few."""
_KEPT = 10_000
"""Partitions, topics and groups remembered, at most."""
_REPORTED_FROM = 3
"""Fetches at one offset, answered with records, before they are told of: one more is common after a seek or a join."""
_OFFSET_OUT_OF_RANGE = 1
MEMBERSHIP = frozenset({
    Api.JOIN_GROUP, Api.SYNC_GROUP, Api.HEARTBEAT, Api.LEAVE_GROUP, Api.CONSUMER_GROUP_HEARTBEAT,
})  # fmt: skip
_COMMITS = frozenset({Api.OFFSET_COMMIT, Api.TXN_OFFSET_COMMIT})
READ_REQUESTS = frozenset({Api.PRODUCE, Api.FETCH, *_COMMITS, *MEMBERSHIP})
READ_ANSWERS = frozenset({Api.PRODUCE, Api.FETCH, Api.METADATA, *MEMBERSHIP})


@dataclass(slots=True)
class Connection:
    """What one connection is about."""

    positions: dict[TopicPartition, int] = field(default_factory=dict)
    """The offsets wanted by its fetch session."""
    furthest: dict[TopicPartition, int] = field(default_factory=dict)
    """The furthest offsets that were ever wanted on it."""
    rewinds: bool = False
    """Something was wanted once more: its reader seeks back."""
    on_way: Counter[str] = field(default_factory=Counter)
    """Records sent and not acknowledged, by topic."""


@dataclass(slots=True)
class _Stir:
    joins: int = 0
    leaves: int = 0
    failures: int = 0
    generation: int = -1
    told: bool = True


class Watch:
    """The fold over everything that is read. Every method may raise FrameError for what cannot be read."""

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}
        self._on_way: Counter[str] = Counter()
        self._taken: dict[TopicPartition, dict[int, int]] = {}
        self._groups: dict[str, _Stir] = {}
        self._refetched: Counter[tuple[str, int, int]] = Counter()
        self._commits: dict[TopicPartition, CommitAsked] = {}
        self._failed: Counter[tuple[str, int, int]] = Counter()
        self.connected = self.refused = self.held = self.unread = 0

    def gather(self) -> tuple[Sighting, ...]:
        """What has come since the last call."""
        seen: list[Sighting] = [Refetched(*place, times) for place, times in self._refetched.items()]
        seen += self._commits.values()
        seen += [ProduceFailed(*place, times) for place, times in self._failed.items()]
        for group, stir in self._groups.items():
            if not stir.told:
                seen.append(GroupStirred(group, stir.joins, stir.leaves, stir.failures, stir.generation))
                stir.joins = stir.leaves = stir.failures = 0
                stir.told = True
        if self.connected or self.refused:
            seen.append(Connected(self.connected, self.refused))
        if self.held:
            seen.append(ProduceHeld(self.held))
        if self.unread:
            seen.append(PassedUnread(self.unread))
        self._refetched.clear()
        self._commits.clear()
        self._failed.clear()
        self.connected = self.refused = self.held = self.unread = 0
        return tuple(seen)

    def forget(self) -> None:
        """Topics are made anew, and other members come: nothing seen before tells of them."""
        self.gather()
        self._taken.clear()
        self._groups.clear()

    def request(self, connection: Connection, api: int, version: int, frame: bytes) -> Any:
        """A request (its frame without the length); what is to be given to `answer` with the broker's answer to it."""
        if api == Api.FETCH:
            return self._fetch(connection, frame, version)
        if api == Api.PRODUCE:
            return self._produce(connection, read_produce(frame, version))
        if api in _COMMITS:
            marks = read_offset_commit(frame, api, version)
            if api == Api.OFFSET_COMMIT:
                self._commit(marks)
            return marks
        return read_member(frame, api, version) if api in MEMBERSHIP else None

    def answer(self, connection: Connection, api: int, version: int, asked: Any, frame: bytes) -> None:
        """The answer (its frame without the length) to a request that was read as `asked`."""
        if api == Api.FETCH:
            self._fetched(asked, frame, version)
        elif api == Api.PRODUCE:
            self._produced(connection, asked, frame, version)
        elif api == Api.METADATA:
            self._learn(read_topic_ids(frame, version))
        elif api in MEMBERSHIP:
            self._member(api, asked, read_member_answer(frame, api, version))

    def closed(self, connection: Connection) -> None:
        """What was on its way there is not any more."""
        self._on_way.subtract(connection.on_way)
        connection.on_way.clear()

    def _name(self, topic: Topic) -> str:
        return topic if isinstance(topic, str) else self._names.get(topic, "")

    def _learn(self, names: dict[bytes, str]) -> None:
        if len(self._names) + len(names) <= _KEPT:
            self._names.update(names)

    def _fetch(self, connection: Connection, frame: bytes, version: int) -> dict[TopicPartition, int]:
        request = read_fetch(frame, version)
        if request.full:
            connection.positions = {}
        for topic, partition in request.forgotten:
            connection.positions.pop((self._name(topic), partition), None)
        for wanted in request.positions:
            place = self._name(wanted.topic), wanted.partition
            connection.positions[place] = wanted.offset
            self._advance(connection, place, wanted.offset)
        return connection.positions if request.full else dict(connection.positions)

    def _advance(self, connection: Connection, place: TopicPartition, offset: int) -> None:
        """Note how far it is, and whether that is back from where it was; a topic without a name is any topic."""
        if not place[0]:
            return
        before = connection.furthest.get(place, 0)
        connection.rewinds |= offset < before
        if offset > before and len(connection.furthest) < _KEPT:
            connection.furthest[place] = offset

    def _fetched(self, asked: dict[TopicPartition, int], frame: bytes, version: int) -> None:
        for part in read_fetched(frame, version):
            place = self._name(part.topic), part.partition
            if part.size and place[0] and place in asked:
                self._take(place, asked[place])

    def _take(self, place: TopicPartition, offset: int) -> None:
        offsets = self._taken.get(place)
        if offsets is None:
            if len(self._taken) >= _KEPT:
                return
            offsets = self._taken[place] = {}
        times = offsets.pop(offset, 0) + 1
        offsets[offset] = times  # the youngest stand last
        if len(offsets) > _OFFSETS_KEPT:
            del offsets[next(iter(offsets))]
        if times >= _REPORTED_FROM:
            self._refetched[(*place, offset)] += times if times == _REPORTED_FROM else 1

    def _produce(self, connection: Connection, request: ProduceRequest) -> ProduceRequest:
        if request.acks:
            for part in request.parts:
                connection.on_way[self._name(part.topic)] += part.records
                self._on_way[self._name(part.topic)] += part.records
        return request

    def _produced(self, connection: Connection, asked: ProduceRequest, frame: bytes, version: int) -> None:
        for part in asked.parts:
            topic = self._name(part.topic)
            connection.on_way[topic] -= part.records
            self._on_way[topic] -= part.records
            if not self._on_way[topic]:
                del self._on_way[topic]
        refused = [taken for taken in read_produced(frame, version) if taken.error]
        for taken in refused if len(self._failed) < _KEPT else ():
            self._failed[(self._name(taken.topic), taken.partition, taken.error)] += 1

    def _commit(self, marks: tuple[Mark, ...]) -> None:
        pending = tuple((topic, records) for topic, records in self._on_way.items() if topic and records > 0)
        for mark in marks if pending else ():
            topic = self._name(mark.topic)
            if topic and len(self._commits) < _KEPT:
                self._commits[(topic, mark.partition)] = CommitAsked(topic, mark.partition, mark.offset, pending)

    def _member(self, api: int, asked: MemberRequest, answer: MemberAnswer) -> None:
        stir = self._groups.get(asked.group)
        if stir is None:
            if len(self._groups) >= _KEPT:
                return
            stir = self._groups[asked.group] = _Stir()
        if answer.error:
            if answer.error not in (MEMBER_ID_REQUIRED, REBALANCE_IN_PROGRESS):
                stir.failures += 1
                stir.told = False
        elif api == Api.LEAVE_GROUP or (asked.epoch is not None and asked.epoch < 0):
            stir.leaves += 1
            stir.told = False
        elif asked.epoch == 0 or (api == Api.JOIN_GROUP and answer.generation != stir.generation):
            stir.joins += 1
            stir.generation = answer.generation
            stir.told = False
