"""Looking at a running unit from the outside: records, commits, members, process. No sleeps: reading is the wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kcontract.engine.own import OwnRecords
from kcontract.engine.recorder import Recorder
from kcontract.engine.topics.schema_watch import SchemaWatch
from kcontract.engine.watching.flood import FloodGate
from kcontract.engine.watching.probing import Probing
from kcontract.engine.watching.rhythm import Rhythm
from kcontract.errors import BrokerError
from kcontract.judge.resources import MOST_SHARE
from kcontract.model import events as ev
from kcontract.model.cluster import GroupView
from kcontract.model.in_blocks import in_blocks
from kcontract.model.record import LogRecord, TopicPartition
from kcontract.model.service import Resources
from kcontract.model.tap import ProduceHeld
from kcontract.ports import Cluster, Reader, Service, Tap

_COMMITS_EVERY, _MEMBERS_EVERY, _TAP_EVERY = 0.05, 0.25, 0.25
_COMMITS_REST = 10
"""Asking for commits may take that part of the time at most, however slow the broker answers."""
_POLL = 0.01
_POLL_AT_MOST, _COMMITS_AT_MOST = 0.1, 0.25
"""Seconds between looks while nothing happens."""
_ONLY_COMMITS = 0.002
_RESOURCES_EVERY, _RESOURCES_REST = 1.0, 50
_LATELY = 0.25
_NEW_TOPICS = 20
"""So many topics of the service's own making are read."""


class Observer:
    """Turns what the ports show into events, each change once."""

    def __init__(
        self,
        cluster: Cluster,
        recorder: Recorder,
        group: str,
        inputs: Iterable[TopicPartition],
        tap: Tap | None = None,
    ) -> None:
        self._cluster = cluster
        self._tap = tap
        self._recorder = recorder
        self._group = group
        self._inputs = tuple(inputs)
        self._known = {topic for topic, _ in self._inputs}
        self._received = frozenset(self._known)
        self._shared: frozenset[str] = frozenset()
        """Inputs that the service writes to as well."""
        self.own = OwnRecords()
        self._committed: dict[TopicPartition, int] = {}
        self._commits_at = self._members_at = self._tap_at = -1.0
        self._commits_took = self._resources_took = 0.0
        self._resources_at = -1.0
        self._new_topics = 0
        self._rhythm = Rhythm()
        self._pause = _POLL
        self._gate = FloodGate()
        self.held: Resources | None = None
        """What the service held when it was last looked at."""
        self._held_by: Service | None = None
        self.bloated = False
        """Whether it was ended for that, ever."""
        self._view: GroupView | None = None
        self.reader: Reader | None = None
        self.service: Service | None = None
        self.exited = False
        self.schemas: SchemaWatch | None = None
        self.probing: Probing | None = None
        self.kept_back = 0
        """How often the service has written what a fault kept from the broker."""
        self.broker_away = False
        """We have taken the broker down ourselves: nothing is asked of it. The reader finds back by itself."""

    def watch(self, topics: Iterable[str]) -> None:
        """Read these topics from their present end on, and on a cluster of ours also those that come to be later."""
        watched = tuple(topics)
        self._known.update(watched)
        self._shared = self._received.intersection(watched)
        self.reader = self._cluster.reader(watched)
        if self._tap is not None:
            self._tap.forget()

    def leave(self, topics: Iterable[str]) -> None:
        """These belong to other services: what comes there is not read."""
        self._known.update(topics)

    def _watch_new_topics(self) -> None:
        """A service that writes to a topic of its own making is seen."""
        if self.reader is None or not self._cluster.ours:
            return
        new = [topic for topic in self._cluster.topics() if topic not in self._known]
        if new:
            self._known.update(new)
            read = new[: max(0, _NEW_TOPICS - self._new_topics)]
            self.reader.add(read)
            if self._new_topics <= _NEW_TOPICS < self._new_topics + len(new):
                what = f"the service made more than {_NEW_TOPICS} topics of its own: the further ones are not read"
                unit = self._recorder.state.promises.unit if self._recorder.state else ""
                self._recorder.record(ev.Blind(self._recorder.now(), unit, what))
            self._new_topics += len(new)

    def stir(self) -> None:
        """Something is about to happen: look quickly again."""
        self._rhythm.stir()
        self._pause = _POLL

    def look(self, timeout: float | None = None) -> None:
        """One look at everything; waits up to `timeout` seconds for a record, else the longer the less happens."""
        self.take(self.read(self._pause if timeout is None else timeout))
        self.look_at_process()
        self.look_at_views()
        if self.broker_away:
            return
        now = self._recorder.now()
        self._pause = self._rhythm.pause(now, _POLL, _POLL_AT_MOST)
        rest = self._rhythm.pause(now, _COMMITS_EVERY, _COMMITS_AT_MOST)
        if self._inputs and now - self._commits_at >= max(rest, _COMMITS_REST * self._commits_took):
            self.look_at_commits()
        if self._inputs and now - self._members_at >= _MEMBERS_EVERY:
            self.look_at_members()
        if now - self._tap_at >= _TAP_EVERY:
            self.look_at_tap()
        if now - self._resources_at >= max(_RESOURCES_EVERY, _RESOURCES_REST * self._resources_took):
            self.look_at_resources()

    def look_at_views(self) -> None:
        """What the receivers' probes say of records that are not shown yet."""
        if self.probing is not None and not self.exited:
            self.probing.look()

    def look_at_resources(self) -> Resources | None:
        """What the service holds. One that takes the machine's memory is ended, which is seen as its exit."""
        if self.service is None or self.exited:
            return None
        begun = self._recorder.now()
        held = self.service.resources()
        now = self._resources_at = self._recorder.now()
        self._resources_took = now - begun
        if held is not None:
            self._recorder.record(ev.ResourcesSeen(now, held))
            if held.share > MOST_SHARE:
                self.bloated = True
                self.service.kill()
        self.held, self._held_by = held, self.service
        return held

    def looked_at_resources(self) -> Resources | None:
        """What the service held a moment ago; it is looked at again if that is longer ago, or was another process."""
        lately = self._recorder.now() - self._resources_at < _LATELY
        return self.held if lately and self._held_by is self.service and not self.exited else self.look_at_resources()

    def look_at_tap(self) -> None:
        """What the service and the broker have said to each other."""
        if self._tap is not None:
            self._tap_at = now = self._recorder.now()
            sightings = self._tap.sightings()
            self.kept_back += sum(seen.times for seen in sightings if isinstance(seen, ProduceHeld))
            self._recorder.record_all([ev.Tapped(now, seen) for seen in sightings])

    def read(self, timeout: float) -> Sequence[LogRecord]:
        """Records that have come, to be taken with `take`; waits up to `timeout` seconds for one."""
        return () if self.reader is None else self.reader.poll(timeout)

    def gather(self, gathers: bool) -> None:
        """Whether records may come a little later, and many at once."""
        if self.reader is not None and not self.broker_away:
            self.reader.gather(gathers)

    def take(self, records: Sequence[LogRecord]) -> None:
        """What was read is seen now, but for our own records in an input that the service writes to as well."""
        if records:
            self._rhythm.stir()
        for some in in_blocks(records):
            self._take(some)
        self._recorder.record_all(self._gate.report(self._recorder.now()))

    def _take(self, records: Sequence[LogRecord]) -> None:
        if self._shared:
            records = [record for record in records if not self._is_own(record)]
        if self.schemas is not None:
            self.schemas.look_up(records)
        now = self._recorder.now()
        self._recorder.record_all([ev.Seen(now, record) for record in self._kept(records)])

    def _kept(self, records: Sequence[LogRecord]) -> Sequence[LogRecord]:
        """All of them, unless they are a flood."""
        state = self._recorder.state
        if state is None or not records:
            return records
        window, sent = state.window, state.requests.count
        if window is not None:
            sent = len(window.deliveries)
        return self._gate.admit(records, window.number if window else 0, sent, state.promises.most_effects)

    def fits(self, sent: int) -> int:
        """How many cases a window may have, so that what comes of them can be held; the last one had `sent`."""
        return self._gate.fits(sent)

    def _is_own(self, record: LogRecord) -> bool:
        return record.topic in self._shared and self.own.holds(record.topic, record.partition, record.offset)

    @property
    def group(self) -> GroupView | None:
        """The group as it was when it was last looked at."""
        return self._view

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended, be it recorded or not."""
        return self.exited or (self.service is not None and self.service.poll() is not None)

    def look_at_process(self) -> None:
        if self.service is None or self.exited:
            return
        ended = self.service.poll()
        if ended is not None:
            if self.probing is not None:  # what was handled before is not suspected
                self.probing.look_at_all()
            self.exited = True
            event = ev.ServiceExited(
                self._recorder.now(), self.service.pid, ended.code, stderr=ended.stderr, stdout=ended.stdout
            )
            self._recorder.record(event)

    def look_at_commits(self) -> None:
        begun = self._recorder.now()
        committed = self._cluster.committed(self._group, self._inputs)
        now = self._commits_at = self._recorder.now()
        self._commits_took = now - begun
        for place, offset in committed.items():
            if self._committed.get(place) != offset:
                self._committed[place] = offset
                self._rhythm.stir()
                self._recorder.record(ev.Committed(now, place[0], place[1], offset))

    def look_for_commits(self) -> float:
        """Only commits are missing, and no record will tell of them: look at once, then ever more seldom. Returns the
        seconds until the next look."""
        now = self._recorder.now()
        rest = self._rhythm.pause(now, _ONLY_COMMITS, _POLL_AT_MOST)
        if now - self._commits_at >= rest:
            self.look_at_commits()
        return rest

    def look_at_members(self) -> GroupView:
        view = self._cluster.describe(self._group)
        self._members_at = self._recorder.now()
        if view != self._view:
            self._view = view
            self._rhythm.stir()
            members = tuple((member.id, member.partitions) for member in view.members)
            self._recorder.record(ev.MembersSeen(self._members_at, view.state, members))
        return view

    def drain(self, timeout: float) -> bool:
        """Read everything that has been written so far; False if that took too long."""
        if self.reader is None:
            return True
        self._watch_new_topics()
        since = self._recorder.now()
        seen, done = self.reader.drain(timeout)
        self.take(seen)
        if done:
            self._recorder.record(ev.Drained(self._recorder.now(), since))
        return done

    def wait(self, condition: Callable[[], bool], deadline: float) -> bool:
        """Look until `condition` holds, the service is gone or the run's clock passes `deadline`."""
        while not condition():
            if self.exited or self._recorder.now() >= deadline:
                return condition()
            self.look()
        return True

    def find_back(self, timeout: float) -> None:
        """The broker is back: wait until it answers us again. BrokerError if it does not within `timeout` seconds."""
        self.broker_away = False
        self._cluster.reconnect()
        if self.reader is not None:
            self.reader.renew()
        deadline = self._recorder.now() + timeout
        while True:
            try:
                if self._inputs:
                    self.look_at_commits()
                self.drain(timeout)
                return
            except BrokerError:
                if self._recorder.now() >= deadline:
                    raise

    def forget_commits(self, offsets: Mapping[TopicPartition, int]) -> None:
        """We have set these offsets ourselves; only later commits are the service's."""
        self._committed.update(offsets)

    def close(self) -> None:
        self._recorder.record_all(self._gate.report(self._recorder.now(), last=True))
        if self.reader is not None:
            self.reader.close()
            self.reader = None
