"""Starting, restarting and stopping the service of a unit, with its group in a known state."""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Mapping

from kcontract.engine.plan import Unit
from kcontract.engine.settings import ServiceGone
from kcontract.engine.tools import Tools
from kcontract.engine.topics.changelogs import empty_changelogs
from kcontract.engine.watching.observer import Observer
from kcontract.errors import BrokerError
from kcontract.model import events as ev
from kcontract.model.cluster import GroupView
from kcontract.model.contract import Run
from kcontract.model.naming import is_internal
from kcontract.model.record import TopicPartition
from kcontract.model.service import ExitInfo
from kcontract.model.summary import Progress
from kcontract.ports import Service

_EVICTED_SECONDS, _SESSION_SECONDS = 5.0, 75.0
"""For a dead member to go: on a cluster of ours it is evicted, elsewhere its session (45 s by default) runs out."""
_JOIN_SECONDS = 10.0
"""So long a service whose `ready` holds may take to join; one that assigns itself its partitions never does."""


class Lifecycle:
    """One service process after another, all members of the same group."""

    def __init__(
        self,
        unit: Unit,
        tools: Tools,
        observer: Observer,
        values: Mapping[str, str],
        places: tuple[TopicPartition, ...],
        deadline: float = math.inf,
    ) -> None:
        """`values` fill the placeholders of the service's run; `places` are the partitions that it must be assigned.
        Nothing is waited for beyond `deadline` on the run's clock."""
        self._unit = unit
        self._cluster = tools.cluster
        self._launcher = tools.launcher
        self._trigger = tools.trigger
        self._recorder = tools.recorder
        self._observer = observer
        self._values = values
        self._places = places
        self._deadline = deadline
        self.starts = 0
        self._lingering: frozenset[str] = frozenset()
        """Members of dead processes."""
        self._besides: set[TopicPartition] = set()
        """What its group was seen to be assigned besides, topics of the service's own: what a bad record became there
        ends every later process as well."""
        self._ready_at = math.inf
        """When the process's `ready` was first seen to hold."""
        self.failure: ServiceGone | None = None
        """Why the last restart failed that did."""
        self._broken_off = ""
        """What the process was asked, to see whether it is ready, and closed the connection instead of an answer."""
        self._has_joined = self._joins_none = False
        """Whether its group was ever seen to have members; whether it was taken to do without."""

    @property
    def values(self) -> Mapping[str, str]:
        """What the placeholders stand for."""
        return self._values

    @property
    def places(self) -> tuple[TopicPartition, ...]:
        """The partitions that the service must be assigned."""
        return self._places

    @property
    def port(self) -> str:
        """The port that the service was told to listen on."""
        return self._values["port"]

    @property
    def service(self) -> Service | None:
        return self._observer.service

    @property
    def gone(self) -> bool:
        """Whether no process of the service runs."""
        return self.service is None or self._observer.exited

    @property
    def has_left(self) -> bool:
        """Whether the process runs, and nobody is in the group any more that it had joined: nothing will be read."""
        group = self._observer.group
        return self._has_joined and not self.gone and group is not None and group.state == "EMPTY"

    @property
    def missing(self) -> bool:
        """Whether no process runs though one should: a sender that is only a command may have done its work."""
        ended = self.service.poll() if self.service is not None and self._unit.speaks_no_http else None
        return self.gone and not (ended is not None and ended.code == 0)

    def start(self, at_most: float = math.inf) -> None:
        """Start the service and wait until it is ready: for `startTimeout`, or `at_most` seconds if that is less.

        ServiceGone if it exits or does not get there in time; then no process of it is left.
        """
        recorder, run = self._recorder, self._unit.run
        recorder.progress(Progress(unit=self._unit.name, phase="starting"), force=True)
        self.starts += 1
        begun = recorder.now()
        service = self._launcher.start(self._unit.name, run, self._values)
        self._observer.service, self._observer.exited = service, False
        self._ready_at, self._broken_off = math.inf, ""
        self._observer.stir()
        recorder.record(ev.ServiceStarted(recorder.now(), service.pid, self.starts))
        if not self._observer.wait(lambda: self._is_ready(run), self._patience(begun, at_most)):
            gone = ServiceGone(self._why_not_ready(run), service.output()[-4000:])
            self.kill("restart")
            raise gone
        recorder.record(ev.ServiceReady(recorder.now(), service.pid))

    def _patience(self, begun: float, at_most: float) -> float:
        return min(begun + min(self._unit.run.start_timeout, at_most), self._deadline)

    def _is_ready(self, run: Run) -> bool:
        if run.ready is not None and not self._answers(run.ready):
            return False
        if self._places and self._cluster.is_broker:
            view = self._observer.look_at_members().without(self._lingering)
            if not view.members:
                return self._does_without_group(run)
            self._has_joined = True
            self._note_besides(view)
            return len(view.members) >= run.instances and frozenset(self._places) <= view.assigned()
        if self._places:
            return True  # the mock describes no groups: the first records wait for the consumer
        return run.ready is not None or self._unit.speaks_no_http or self._answers(f"http://127.0.0.1:{self.port}/")

    def _does_without_group(self, run: Run) -> bool:
        """Whether the service, whose `ready` holds while its group is empty, can be taken to assign itself its
        partitions: it has had the time to join, or did so before. Commits need no members."""
        if run.ready is None or self._has_joined:
            return False
        now = self._recorder.now()
        self._ready_at = min(self._ready_at, now)
        self._joins_none |= now >= self._ready_at + _JOIN_SECONDS
        return self._joins_none

    def _answers(self, ready: str) -> bool:
        """A URL answers 2xx (any status for the bare port), or the output matches a regular expression."""
        if not ready.startswith(("http://", "https://")):
            return self.service is not None and re.search(ready, self.service.output()) is not None
        url = ready.replace("{port}", self._values["port"])
        answer = self._trigger.request("GET", url, {}, None, 1.0)
        if answer.status or answer.hung_up:
            self._broken_off = "" if answer.status else f"GET {url}"
        return answer.status != 0 if ready == f"http://127.0.0.1:{self.port}/" else 200 <= answer.status < 300

    def _why_not_ready(self, run: Run) -> str:
        if self._observer.exited:
            at = f", when it was asked {self._broken_off}: run.ready may name another page"
            asked = self._broken_off and not run.in_container  # there it may be a proxy's word
            return f"the service exited before it was ready{at if asked else ''}"
        if self._recorder.now() >= self._deadline:
            return "--max-time was over before the service was ready"
        if run.ready is not None and not self._answers(run.ready):
            return f"ready: {run.ready} did not hold within {run.start_timeout:g} s"
        if apart := self._read_apart():
            return (
                f"the members of group {self._unit.group} were assigned nothing of {', '.join(apart)} within"
                f" {run.start_timeout:g} s; what the service reads without its group (a global table, assign()) has no"
                " receiver: leave it out there, and the topic of its contract is made all the same"
            )
        if self._places:
            who = "no member" if run.instances == 1 else f"no {run.instances} members"
            return (
                f"{who} of group {self._unit.group} had all of its input's partitions within {run.start_timeout:g}"
                " s; does the service take its group from the environment ({group}), or has it a fixed one (run.group)?"
                " If it joins none and assigns itself its partitions, say when it is ready (run.ready)"
            )
        return f"the service did not listen on port {self.port} within {run.start_timeout:g} s"

    def _read_apart(self) -> list[str]:
        """Topics that no member has any partition of, where members have some of others."""
        assigned = {topic for topic, _ in self._observer.look_at_members().assigned()} if self._places else set()
        topics = {topic for topic, _ in self._places}
        return sorted(topics - assigned) if topics & assigned else []

    def kill(self, reason: ev.KillReason) -> None:
        """SIGKILL, with everything that it started."""
        if self.service is not None and not self.gone:
            if reason != "fault":  # there the moment counts
                self._look_at_last_members()
            self._ended(self.service.kill(), reason)

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after `stopTimeout`."""
        if self.service is not None and not self.gone:
            self._recorder.progress(Progress(unit=self._unit.name, phase="stopping"), force=True)
            self._look_at_last_members()
            self._ended(self.service.terminate(self._unit.run.stop_timeout), "finished")
            with contextlib.suppress(BrokerError):
                self._look_at_last_commits()

    def _look_at_last_members(self) -> None:
        """What is seen of the group from now on is what the end of the service led to."""
        if self._places and not self._observer.broker_away:
            with contextlib.suppress(BrokerError):
                self._observer.look_at_members()

    def _look_at_last_commits(self) -> None:
        """Many commit when they are closed."""
        if self._places and not self._observer.broker_away:
            self._observer.look_at_commits()

    def terminate(self) -> None:
        """The same as a fault, whose end is judged."""
        if self.service is not None and not self.gone:
            timeout = self._unit.run.stop_timeout
            self._recorder.record(ev.StopAsked(self._recorder.now(), self.service.pid, timeout))
            self._ended(self.service.terminate(timeout), "fault")

    def _ended(self, info: ExitInfo, reason: ev.KillReason) -> None:
        service = self.service
        if service is not None:
            self._observer.exited = True
            now = self._recorder.now()
            self._recorder.record(
                ev.ServiceKilled(now, service.pid, reason, info.code, stderr=info.stderr, stdout=info.stdout)
            )

    def restart(self, *, behind: bool, at_most: float = math.inf) -> None:
        """Start a new process. `behind`: it begins behind everything sent so far; else where its commits stand.
        `at_most`: as in `start`.

        ServiceGone if it does not get ready, or if the broker does not let go of its predecessor.
        """
        try:
            self.kill("restart")
            self.evict()
            if behind:
                self.commit_ends()
            self.start(at_most)
        except BrokerError as error:
            self.kill("restart")
            raise ServiceGone(f"the service could not be started again: {error.message}") from error

    def restarts(self, *, behind: bool) -> bool:
        """As `restart`; False where the service does not get ready any more."""
        try:
            self.restart(behind=behind)
        except ServiceGone as gone:
            self.failure = gone
            return False
        return True

    def forget_state(self) -> bool:
        """Have the next process begin without what the last ones kept on the broker. False if it does not get ready."""
        try:
            self.kill("restart")
            self.evict()
            empty_changelogs(self._cluster)
        except BrokerError:
            return False
        return self.restarts(behind=True)

    def comes_back(self, *, behind: bool, within: float) -> bool:
        """As whoever supervises it would, restart it until it is ready: twice, and again for `within` seconds.

        False if it does not get ready any more.
        """
        begun, pause = self._recorder.now(), 1.0
        while not self.restarts(behind=behind):
            now = self._recorder.now()
            if now >= self._deadline or (pause > 1.0 and now >= begun + within):
                return False
            while self._recorder.now() < now + pause:
                self._observer.look(0.2)
            pause *= 2
        return True

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Kill the service and have the next process begin at these offsets, elsewhere behind everything sent.

        That is how it would find its group had it died before it committed what lies between. ServiceGone as above.
        """
        try:
            self.kill("restart")
            self.evict()
            self.commit_ends(offsets)
            self.start()
        except BrokerError as error:
            self.kill("restart")
            raise ServiceGone(f"the service could not be started again: {error.message}") from error

    def evict(self) -> None:
        """Make the dead process's members leave, so that the next start need not wait out their session.

        Only on a cluster of ours; elsewhere they keep their partitions until then, and the next start is not
        ready before.
        """
        if not self._places:
            return
        view = self._cluster.describe(self._unit.group)
        self._note_besides(view)
        members = tuple(member.id for member in view.members)
        if not self._cluster.ours:
            self._lingering = frozenset(members)
        elif members:
            self._cluster.evict(self._unit.group, members)
            self._recorder.record(ev.Evicted(self._recorder.now(), members))

    def _note_besides(self, view: GroupView) -> None:
        if self._cluster.ours:
            self._besides |= view.assigned() - frozenset(self._places)

    def _consumed_besides(self) -> list[TopicPartition]:
        """Of what the group reads besides, what it has done with once it is handled; not what it builds its state of
        at each start, of which it commits nothing."""
        besides = sorted(self._besides)
        committed = self._cluster.committed(self._unit.group, besides) if besides else {}
        return [place for place in besides if place in committed or is_internal(place[0])]

    def commit_ends(self, instead: Mapping[TopicPartition, int] | None = None) -> None:
        """Commit the current end offsets for the empty group, so that `auto.offset.reset` decides nothing. `instead`:
        other offsets for some partitions of its input; what it has made of these is left to it then."""
        if not self._places or not self._cluster.is_broker:
            return  # the mock takes no offsets for a group
        besides = () if instead else self._consumed_besides()
        ends = {**self._cluster.end_offsets((*self._places, *besides)), **(instead or {})}
        self._set_offsets(ends)
        self.note_offsets(ends)

    def note_offsets(self, ends: Mapping[TopicPartition, int]) -> None:
        """These were committed by us; only later commits are the service's."""
        told = tuple((topic, partition, offset) for (topic, partition), offset in ends.items())
        self._recorder.record(ev.OffsetsSet(self._recorder.now(), told))
        self._observer.forget_commits(ends)

    def _set_offsets(self, ends: dict[TopicPartition, int]) -> None:
        """The broker refuses while it still sees a member: a dead one is evicted, or its session must run out."""
        seconds = _EVICTED_SECONDS if self._cluster.ours else _SESSION_SECONDS
        deadline = min(self._recorder.now() + seconds, self._deadline)
        while True:
            try:
                self._cluster.set_offsets(self._unit.group, ends)
                return
            except BrokerError:
                if self._recorder.now() >= deadline:
                    raise
                self.evict()
                self._observer.look(0.2)
