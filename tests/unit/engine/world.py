"""A broker with one partition, a service and a clock, all invented, to see what the engine does with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from kcontract.engine.lifecycle import Lifecycle
from kcontract.engine.plan import plan_units
from kcontract.engine.receivers import ReceiverRun
from kcontract.engine.recorder import Recorder
from kcontract.engine.settings import Settings
from kcontract.engine.stage import Stage
from kcontract.engine.tools import Levers, Tools
from kcontract.engine.watching.observer import Observer
from kcontract.engine.watching.probing import Probing
from kcontract.generate.source import CaseSource
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.cluster import Delivered, GroupView, Member, Sendable, Standing, TopicSpec
from kcontract.model.contract import Contract, Probe, Run
from kcontract.model.record import LogRecord, Record, TopicPartition
from kcontract.model.registry import RegisteredSchema
from kcontract.model.service import Answer, ExitInfo, HttpRequest, Question, Resources, Sight
from kcontract.oracle.topic import TopicOracle
from tests.unit.judge.story import DLQ, OUT, TOPIC, contract

EXIT = "exit"
Handled = Sequence[tuple[str, Record]] | str
"""What the service writes for a record, or EXIT."""
_ORACLE = TopicOracle(contract(), contract().receive[0], ())


class FakeClock:
    """Each look at it costs five milliseconds."""

    def __init__(self) -> None:
        self.t = 0.0

    def now(self) -> float:
        self.t += 0.005
        return self.t


class Kept:
    """A history that stays in memory."""

    path = ""

    def __init__(self) -> None:
        self.events: list[ev.Event] = []

    def append(self, event: ev.Event) -> None:
        self.events.append(event)

    def extend(self, events: Sequence[ev.Event]) -> None:
        self.events.extend(events)

    def close(self) -> None:
        """Nothing is open."""


class Process:
    """The service's process; `ready`: it gets its partition, else it ends at once."""

    pid = 1

    def __init__(self, *, ready: bool) -> None:
        self.ready = ready
        self.code: int | None = None if ready else 1
        self.held: Resources | None = None
        """What it holds, where the world tells."""
        self.said: list[str] = []
        self.stops_with = -9
        """How it ends on SIGTERM."""

    def poll(self) -> ExitInfo | None:
        return None if self.code is None else ExitInfo(self.code)

    def output(self) -> str:
        return "its last words"

    def resources(self) -> Resources | None:
        return self.held

    def kill(self) -> ExitInfo:
        self.code = -9
        return ExitInfo(-9)

    def terminate(self, _timeout: float) -> ExitInfo:
        self.code = self.stops_with
        return ExitInfo(self.code, stdout="\n".join(self.said))


class World:
    """Cluster, reader, launcher and trigger in one. The service commits each record once it has handled it."""

    label = bootstrap = service_bootstrap = container_bootstrap = url = container_url = "invented"
    ours = True
    is_broker = True

    def __init__(
        self,
        handle: Callable[[Record], Handled],
        starts: Callable[[int], bool] = lambda _: True,
        answer: Callable[[bytes], Answer] = lambda _: Answer(200),
    ) -> None:
        """`handle` is the service; `starts` says of the n-th start whether it succeeds; `answer` is its HTTP side."""
        self.handle, self.starts, self.answer = handle, starts, answer
        self.clock = FakeClock()
        self.prefix = ""
        """Before the names of topics on a cluster that is not ours."""
        self.log: list[Record] = []
        self.out: list[LogRecord] = []
        self.process: Process | None = None
        self.started = self.committed_to = 0
        self.deleted: list[str] = []
        self.levers = Levers()
        self.view: Callable[[Question], Sight] | None = None
        """What the receiver's probe says; None: none is asked."""
        self.tap: Any = None
        """Between the service and the cluster, where there is one."""
        self.gathers = False
        self._read = self._position = 0

    # the cluster

    def topics(self) -> Mapping[str, int]:
        return {}

    def create_topics(self, specs: Iterable[TopicSpec]) -> None:
        """They are there."""

    def delete_topics(self, names: Iterable[str]) -> None:
        self.deleted.extend(names)

    def delete_groups(self, groups: Iterable[str]) -> None:
        """There is one, and it stays."""

    def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, len(self.log))

    def committed(self, _group: str, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self.committed_to) if self.committed_to else {}

    def set_offsets(self, _group: str, offsets: Mapping[TopicPartition, int]) -> None:
        self.committed_to = next(iter(offsets.values()))

    def describe(self, _group: str) -> GroupView:
        if self.process is None or self.process.code is not None:
            return GroupView("EMPTY", ())
        return GroupView("STABLE", (Member(id="m", client="", host="", partitions=((self.prefix + TOPIC, 0),)),))

    def evict(self, group: str, members: Sequence[str]) -> None:
        """Dead members are gone at once."""

    def send(self, records: Sequence[Sendable], delivered: Delivered, standing: Standing | None = None) -> None:
        for one in records:
            self.log.append(one.record)
            if standing is None:
                delivered(one.id, one.topic, 0, len(self.log) - 1, "")
            else:
                standing(one.topic, 0, len(self.log) - 1, (one.id,))

    def flush(self, _timeout: float) -> int:
        return 0

    def reconnect(self) -> None:
        """The connections are good."""

    def reader(self, _topics: Iterable[str]) -> World:
        return self

    def schemas(self) -> tuple[RegisteredSchema, ...]:
        """The registry holds nothing."""
        return ()

    # its reader

    def poll(self, _timeout: float = 0.0) -> Sequence[LogRecord]:
        self._work()
        new, self._read = self.out[self._read :], len(self.out)
        return new

    def drain(self, _timeout: float) -> tuple[Sequence[LogRecord], bool]:
        return self.poll(), True

    def gather(self, gathers: bool) -> None:
        self.gathers = gathers

    def renew(self) -> None:
        """The connections are good."""

    def add(self, topics: Iterable[str]) -> None:
        """All topics are read."""

    def close(self) -> None:
        """Nothing is open."""

    # the service

    def start(self, _name: str, _run: Run, _values: Mapping[str, str]) -> Process:
        self.started += 1
        self._position = self.committed_to
        self.process = Process(ready=self.starts(self.started))
        return self.process

    def check(self, _run: Run) -> None:
        """Every form can be started."""

    def free_port(self) -> int:
        return 1

    def request(self, _method: str, _url: str, _headers: object, body: bytes | None, _timeout: float) -> Answer:
        return self.answer(body or b"")

    def at_once(self, requests: Sequence[HttpRequest], _timeout: float) -> Sequence[Answer]:
        return [self.answer(one.body or b"") for one in requests]

    def ask(self, _run: Run, _probe: Probe, questions: Sequence[Question]) -> Sequence[Sight]:
        return [self.view(question) if self.view else Sight(error="no view") for question in questions]

    def write(self, topic: str, record: Record) -> None:
        """Something that the service sends."""
        self.out.append(LogRecord(self.prefix + topic, 0, len(self.out), record))

    def _work(self) -> None:
        process = self.process
        while process and process.code is None and self._position < len(self.log):
            done = self.handle(self.log[self._position])
            if isinstance(done, str):
                process.code = 1
                return
            self._position += 1
            self.committed_to = self._position
            for topic, record in done:
                self.write(topic, record)


def good(record: Record) -> Handled:
    """What the contract of `story` promises."""
    if _ORACLE.expect(record).expectation is not Expectation.VALID:
        return [(DLQ, record)]
    payload = _ORACLE.read(record)
    bill = json.dumps({"order": payload["id"], "amount": payload["amount"]}).encode()
    return [(OUT, Record(record.key, bill, record.headers))]


def tools_of(world: World, **settings: Any) -> Tools:
    """Every port is the world."""
    recorder = Recorder(Kept(), world.clock, lambda _item: None)
    chosen = Settings(**{"run": "run", "max_examples": 20, **settings})
    port = cast("Any", world)
    return Tools(port, port, port, port, recorder, chosen, tap=world.tap, levers=world.levers)


def history_of(stage: Stage) -> list[ev.Event]:
    """Everything that has happened."""
    return cast("Kept", stage.tools.recorder._history).events


def stage_of(world: World, contract_: Contract | None = None, max_time: float = 600.0, **settings: Any) -> Stage:
    """The stage of the contract's only unit."""
    one = contract_ or contract()
    (unit,) = plan_units([one], "run")
    tools = tools_of(world, **settings)
    state = tools.recorder.state = UnitState("run", compile_promises(unit.name, [one], ()))
    places = ((TOPIC, 0),) if unit.receives else ()
    observer = Observer(cast("Any", world), tools.recorder, "g", places, world.tap)
    observer.watch([OUT, DLQ])
    lifecycle = Lifecycle(unit, tools, observer, {"port": "1"}, places, max_time)
    if world.view is not None:
        observer.probing = Probing(cast("Any", world), tools.recorder, state, unit.run, lambda: {"port": "1"})
    return Stage(tools, unit, (), state, observer, lifecycle, max_time)


def receiver_of(stage: Stage) -> ReceiverRun:
    """The receiving side, ready to run."""
    one, settings = stage.unit.contracts[0], stage.tools.settings
    source = CaseSource(one, one.receive[0], (), seed=0, run="run", max_examples=20, kinds=settings.kinds)
    return ReceiverRun(stage, {TOPIC: source})


def verified(world: World, contract_: Contract | None = None, **settings: Any) -> SimpleNamespace:
    """The world's service verified: its `stage`, its `receiver` and the `codes` of all verdicts."""
    stage = stage_of(world, contract_, **settings)
    receiver = receiver_of(stage)
    receiver.run()
    stage.state.close()
    return SimpleNamespace(stage=stage, receiver=receiver, codes=[verdict.code for verdict in stage.state.reached])
