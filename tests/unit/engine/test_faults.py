"""Putting faults on in an invented world: those who survive conform, each way of not surviving has its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec
import pytest

from kcontract.engine.stage import Stage
from kcontract.engine.tools import Levers
from kcontract.errors import BrokerError
from kcontract.judge.runs.history import judge_history
from kcontract.model import events as ev
from kcontract.model.contract import Fault
from kcontract.model.record import LogRecord, Record, TopicPartition
from kcontract.model.service import Answer, ExitInfo
from kcontract.model.tap import ProduceHeld, Sighting
from tests.unit.engine.world import EXIT, Handled, Process, World, good, history_of, receiver_of, stage_of
from tests.unit.judge.story import AT, DLQ, contract


class Fragile(World):
    """A world whose broker can be taken away, and whose registry can fail."""

    def __init__(self, handle: Callable[[Record], Handled] = good, **more: Any) -> None:
        super().__init__(handle, **more)
        self.levers = Levers(broker=cast("Any", self), registry=cast("Any", self))
        self.away = False
        self.fault = ""
        self.outages = 0
        self.broken: Callable[[], bool] = lambda: False
        """Whether the service stands still now."""

    def halt(self) -> int:
        self.away = True
        self.outages += 1
        return 0

    kill = pause = halt

    def start_again(self) -> None:
        self.away = False

    resume = start_again

    def set_fault(self, fault: str) -> None:
        self.fault = fault

    def clear_fault(self) -> None:
        self.fault = ""

    def committed(self, group: str, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        if self.away:
            raise BrokerError("BROKER_UNREACHABLE", "it is away")
        return super().committed(group, places)

    def _work(self) -> None:
        if not self.away and not self.broken():
            super()._work()


def judged(world: Fragile, faults: str, health: Any = None, **run: Any) -> list[tuple[str, str]]:
    """Verdicts, and the faults that were on."""
    return [(verdict.code, verdict.during) for verdict in played(world, faults, health, **run).state.reached]


def played(world: Fragile, faults: str, health: Any = None, **run: Any) -> Stage:
    """The unit at its end. Its history alone leads to the same findings."""
    family: Any = faults.partition(":")[0]
    declared = (Fault(at=AT, name=family, health=health),) if health else ()
    one = msgspec.structs.replace(contract(), faults=declared)
    (receive,) = one.receive
    env = (("REGISTRY", "{registry}"),)
    service = msgspec.structs.replace(receive.run, env=env, **run)
    one = msgspec.structs.replace(one, receive=(msgspec.structs.replace(receive, run=service),))
    stage = stage_of(world, one, 3000.0, faults=frozenset(faults.split(",")), kinds=frozenset({"truncated"}))
    receiver_of(stage).run()
    stage.state.close()
    verdicts = [(verdict.code, verdict.during) for verdict in stage.state.reached]
    head: list[ev.Event] = [ev.RunStarted(0.0, "run", "", 0, "", "", ""), ev.UnitStarted(0.0, "billing", (one,))]
    again = judge_history([*head, *history_of(stage), ev.UnitEnded(0.0, "billing")])
    assert [(f.first.code, f.first.during) for _, found in again for f in found] == verdicts
    return stage


@pytest.mark.parametrize(
    "faults", ["brokerDown", "brokerDown:paused", "registryDown", "registryDown:500", "killed", "terminated", "all"]
)
def test_a_service_that_survives_conforms(faults: str) -> None:
    """Everything is handled in the end, and nobody is blamed."""
    world = Fragile()
    assert judged(world, faults) == []


def test_a_broker_that_is_away_is_not_asked() -> None:
    """What the harness cannot do meanwhile is not blamed on the service, and ends no run."""
    world = Fragile()
    assert judged(world, "brokerDown") == []
    assert (world.outages, world.away) == (1, False)


class Deaf(Fragile):
    """Our own reader hears nothing of a broker that was away until it is made anew."""

    deaf = False

    def start_again(self) -> None:
        super().start_again()
        self.deaf = True

    def renew(self) -> None:
        self.deaf = False

    def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
        if not self.deaf:
            return super().poll(timeout)
        self._work()
        return ()


def test_a_reader_that_does_not_come_back_is_ours() -> None:
    """What it does not see is neither blamed on the service nor keeps the fault from being judged."""
    world = Deaf()
    stage = played(world, "brokerDown")
    assert (stage.state.reached, world.outages) == ([], 1)
    assert not any("brokerDown" in what for what, _ in stage.state.blind)


def test_valid_records_that_are_refused_in_an_outage() -> None:
    """Dead-lettered while the registry is down: its doing, twice, is the verdict."""
    world = Fragile()
    world.handle = lambda record: [(DLQ, record)] if world.fault else good(record)
    assert judged(world, "registryDown") == [("DROPS_ON_OUTAGE", "registryDown")]


def test_valid_records_that_are_dropped_in_an_outage() -> None:
    """Passed over without a word."""
    world = Fragile()
    world.handle = lambda record: [] if world.fault else good(record)
    assert judged(world, "registryDown:500") == [("DROPS_ON_OUTAGE", "registryDown:500")]


@pytest.mark.parametrize(("seconds", "expected"), [(20.0, []), (1e9, [("NOT_RECOVERED", "registryDown:deleted")])])
def test_an_excuse_ends_with_its_fault(seconds: float, expected: list[tuple[str, str]]) -> None:
    """A schema that was denied may be refused, and be remembered for a while; for ever it may not."""
    world, until = Fragile(), list[float]()

    def remembering(record: Record) -> Handled:
        if world.fault and not until:
            until.append(world.clock.now() + seconds)
        return [(DLQ, record)] if until and world.clock.now() < until[0] else good(record)

    world.handle = remembering
    assert judged(world, "registryDown:deleted") == expected


def test_what_is_seen_in_one_round_only_is_told_by_name() -> None:
    """A race that was lost once: no verdict, and people learn what to look for."""
    world = Fragile()
    lost: list[Record] = []

    def racing(record: Record) -> Handled:
        if world.fault and not lost:
            lost.append(record)
            return []
        return good(record)

    world.handle = racing
    stage = played(world, "registryDown:500")
    assert stage.state.reached == []
    told = [what for what, _ in stage.state.blind if "rounds" in what]
    assert told == ["registryDown:500: DROPS_ON_OUTAGE was seen in one of 3 rounds, and not again"]


def test_a_service_that_waits_keeps_its_records() -> None:
    """Nothing is handled while the registry is down, everything afterwards."""
    world = Fragile()
    world.broken = lambda: bool(world.fault)
    assert judged(world, "registryDown") == []


def test_a_service_that_exits_with_the_fault() -> None:
    """Started again it handles everything; it has crashed all the same."""
    world = Fragile()
    world.handle = lambda record: EXIT if world.fault else good(record)
    assert judged(world, "registryDown") == [("CRASHED", "registryDown")]


@pytest.mark.parametrize(("fails", "codes"), [(99, ["CRASHED"]), (1, []), (0, [])])
def test_a_service_that_does_not_start_again(fails: int, codes: list[str]) -> None:
    """Two starts are tried after a fault: if neither succeeds that is the verdict, and the run goes on to its end."""
    world = Fragile()
    stage = stage_of(world, contract(), 3000.0, faults=frozenset({"killed"}), kinds=frozenset({"truncated"}))
    failed: list[int] = []

    def starts(number: int) -> bool:
        tried = any(isinstance(event, ev.FaultBegan) for event in history_of(stage))
        if not tried or len(failed) == fails:
            return True
        failed.append(number)
        return False

    world.starts = starts
    receiver_of(stage).run()
    assert [(verdict.code, verdict.during) for verdict in stage.state.reached] == [(code, "killed") for code in codes]
    assert any(isinstance(event, ev.FaultSettled) for event in history_of(stage))


def test_a_service_that_does_not_come_back() -> None:
    """It hangs once the broker was away, until it is started anew."""
    world = Fragile()
    hung: set[int] = set()
    start = world.start

    def restart(name: str, run: Any, values: Mapping[str, str]) -> Any:
        hung.clear()
        return start(name, run, values)

    def is_hung() -> bool:
        if world.away:
            hung.add(1)
        return bool(hung)

    world.start = restart  # type: ignore[method-assign, assignment]
    world.broken = is_hung
    looked = world.poll

    def poll(timeout: float = 0.0) -> Any:
        is_hung()
        return looked(timeout)

    world.poll = poll  # type: ignore[method-assign, assignment]
    assert judged(world, "brokerDown") == [("NOT_RECOVERED", "brokerDown")]


def test_a_service_that_cannot_start_meanwhile_is_not_blamed() -> None:
    """It is started before the fault instead, and that is told."""
    world = Fragile()
    world.starts = lambda _: not world.fault
    stage = played(world, "registryDown")
    assert stage.state.reached == []
    assert any("does not start meanwhile" in what for what, _ in stage.state.blind)


@pytest.mark.parametrize(("honest", "codes"), [(True, []), (False, [("HEALTH_LIED", "brokerDown")])])
def test_health_is_asked_in_each_state(honest: bool, codes: list[tuple[str, str]]) -> None:
    """A page that says ok whatever happens is a liar."""
    world = Fragile()

    def answer(_body: bytes) -> Answer:
        return Answer(200, b'{"status": "degraded"}' if honest and world.away else b'{"status": "ok"}')

    world.answer = answer
    assert judged(world, "brokerDown", "degraded", ready="http://127.0.0.1:{port}/health") == codes


def test_commands_of_a_database() -> None:
    """The contract's own, down before and up after; a command that fails ends the unit with its words."""
    ran: list[tuple[str, ...]] = []

    class Commands:
        def run(self, command: tuple[str, ...], _values: Mapping[str, str], _timeout: float) -> ExitInfo:
            ran.append(command)
            return ExitInfo(0)

    world = Fragile()
    world.levers = Levers(commands=cast("Any", Commands()))
    one = msgspec.structs.replace(
        contract(), faults=(Fault(at=AT, name="databaseDown", down=("stop",), up=("start",)),)
    )
    stage = stage_of(world, one, 3000.0, kinds=frozenset({"truncated"}))
    receiver_of(stage).run()
    assert (ran, stage.state.reached) == ([("stop",), ("start",)], [])


def test_what_cannot_be_put_on_is_told() -> None:
    """A declared outage of a broker that is not ours is a blind spot, and so is one that was not asked for."""
    one = msgspec.structs.replace(contract(), faults=(Fault(at=AT, name="brokerDown"),))
    for words in ("declared", "none"):
        stage = stage_of(World(good), one, faults=frozenset({words}), kinds=frozenset({"truncated"}))
        receiver_of(stage).run()
        assert any("brokerDown" in what for what, _ in stage.state.blind)


class Noting(Fragile):
    """Notes what is done and passes over it when it comes again; a tap may keep from the broker what it writes.

    It notes a record before its effect is acknowledged if it is `hasty`, else behind that.
    """

    late = 0.0
    """Seconds that pass before it writes anything under the fault."""

    def __init__(self, *, hasty: bool, silent: bool = False) -> None:
        super().__init__()
        self.hasty, self.silent = hasty, silent
        self.tap = self
        self.lever = ""
        self.lost = self.kills = 0
        self.done: set[bytes | None] = set()
        self.waits = False
        self._since = 0.0

    def set_fault(self, fault: Any) -> None:
        self.lever, self._since = fault.kind, self.clock.t

    def clear_fault(self) -> None:
        self.lever = ""

    def forget(self) -> None:
        """Nothing was seen."""

    def sightings(self) -> list[Sighting]:
        lost, self.lost = self.lost, 0
        return [ProduceHeld(lost)] if lost else []

    def start(self, name: str, run: Any, values: Mapping[str, str]) -> Process:
        self.waits = False
        return super().start(name, run, values)

    def _work(self) -> None:
        while self.process and self.process.code is None and self._position < len(self.log) and not self.waits:
            if self.lever and self.clock.t - self._since < self.late:
                return
            record = self.log[self._position]
            known = record.key in self.done
            self.done |= {record.key} if self.hasty else set()
            if self.lever and not known:
                self.lost += not self.silent
                self.waits = True
                return
            self.done.add(record.key)
            if not known:
                self.write(*good(record)[0])
            self._position += 1
            self.committed_to = self._position


@pytest.mark.parametrize(("hasty", "codes"), [(True, [("LOST", "killed:effect")]), (False, [])])
def test_a_service_that_is_killed_before_its_effect_is_written(*, hasty: bool, codes: list[tuple[str, str]]) -> None:
    """What it noted as done too early is passed over when it comes again; a kill amid a batch would not show it."""
    world = Noting(hasty=hasty)
    assert judged(world, "killed,killed:commit,killed:effect") == codes
    assert world.lever == ""
    kills = [
        one for one in history_of(played(Noting(hasty=False), "killed:effect")) if isinstance(one, ev.ServiceKilled)
    ]
    assert [one.reason for one in kills].count("fault") == 1


def test_what_was_kept_back_in_an_earlier_round_is_no_reason_to_strike() -> None:
    """Killed before it had begun it would have lost nothing."""
    world = Noting(hasty=True)
    world.late = 1.0
    assert judged(world, "killed:effect") == [("LOST", "killed:effect")]


class Ticking(Noting):
    """A clock commits every half second what it takes for done: before an effect is acknowledged if it is `hasty`.

    `leaves`: it ends by itself, after so many seconds without an acknowledgement.
    """

    leaves = float("inf")

    def __init__(self, *, hasty: bool) -> None:
        super().__init__(hasty=hasty)
        self._tick = self._waits_since = 0.0

    def committed(self, group: str, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        process = self.process
        if process is not None and process.code is None and self.clock.t >= self._tick:
            self._tick = self.clock.t + 0.5
            self.committed_to = self._position + (self.hasty and self.waits)
        return super().committed(group, places)

    def _work(self) -> None:
        while self.process and self.process.code is None and self._position < len(self.log):
            if self.waits and self.clock.t - self._waits_since >= self.leaves:
                self.process.code = 1
            if self.waits:
                return
            if self.lever:
                self.lost += 1
                self.waits, self._waits_since = True, self.clock.t
                return
            self.write(*good(self.log[self._position])[0])
            self._position += 1


@pytest.mark.parametrize(("hasty", "codes"), [(True, [("LOST", "killed:effect")]), (False, [])])
def test_a_clock_that_commits_has_the_time_to(*, hasty: bool, codes: list[tuple[str, str]]) -> None:
    """What it was told too early is committed a little later only: a kill at once would not show it."""
    assert judged(Ticking(hasty=hasty), "killed:effect") == codes


def test_a_service_that_ends_unanswered_has_done_what_the_kill_would() -> None:
    """It starts again where its commits stand, and nothing else was asked of it."""
    world = Ticking(hasty=False)
    world.leaves = 0.1
    stage = played(world, "killed:effect")
    assert stage.state.reached == []
    assert any(isinstance(one, ev.ServiceExited) for one in history_of(stage))
    assert any(isinstance(one, ev.FaultSettled) for one in history_of(stage))


def test_a_service_that_writes_nothing_is_not_killed_for_it() -> None:
    """It waits for what never comes: the fault has nothing to strike at, which is told."""
    stage = played(Noting(hasty=False, silent=True), "killed:effect")
    assert any("the service wrote nothing" in what for what, _ in stage.state.blind)


def test_without_a_tap_nothing_is_held_back() -> None:
    """Who asks for the fault by its name is told."""
    stage = played(Fragile(), "killed:effect")
    assert any("killed:effect cannot be put on here" in what for what, _ in stage.state.blind)
