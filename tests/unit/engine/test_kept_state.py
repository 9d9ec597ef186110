"""What a service keeps of a record, where the next process finds it, may end it with whatever comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest

from kcontract.model import events as ev
from kcontract.model.cluster import Delivered, Sendable, Standing
from kcontract.model.contract import Run
from kcontract.model.record import LogRecord, Record
from tests.unit.engine.world import EXIT, Handled, Process, World, good, history_of, verified
from tests.unit.judge.story import OUT

FEW = frozenset({"valid", "wrong_type", "empty_value"})
CHANGELOG = "billing-held-changelog"


class Log:
    """Reads the changelog."""

    def __init__(self, world: Keeping) -> None:
        self.world = world

    def add(self, topics: Iterable[str]) -> None:
        assert list(topics) == [CHANGELOG]

    def drain(self, _timeout: float) -> tuple[Sequence[LogRecord], bool]:
        return self.world.changelog, True

    def close(self) -> None:
        """Nothing is open."""


class Keeping(World):
    """Keeps bad records, passes them, and ends with the next one of any sort while it has one: so does each process
    after it. What it keeps stands in a changelog, or on a disk of its own."""

    def __init__(
        self,
        bad: Callable[[Record], bool],
        *,
        on_disk: bool = False,
        spared: int = 0,
        stands: bool = False,
        handles: bool = False,
    ) -> None:
        """`spared`: so many records each process handles before it looks at what it keeps. `stands`: it does not end
        then, but stands still. `handles`: it does as it should with what it keeps."""
        super().__init__(self._keep)
        self.bad, self.on_disk, self.spared, self.stands, self.handles = bad, on_disk, spared, stands, handles
        self.left = 0
        self.changelog: list[LogRecord] = []
        self.disk: list[Record] = []

    def _keep(self, record: Record) -> Handled:
        if self.disk or any(one.record.value for one in self.changelog[-1:]):
            self.left -= 1
            if self.left < 0:
                return EXIT
        if not self.bad(record):
            return good(record)
        if self.on_disk:
            self.disk.append(record)
        else:
            self.changelog.append(LogRecord(CHANGELOG, 0, len(self.changelog), Record(b"k", b"held")))
        return good(record) if self.handles else []

    def _work(self) -> None:
        super()._work()
        if self.stands and self.process is not None and self.process.code == 1:
            self.process.code = None

    def start(self, name: str, run: Run, values: Mapping[str, str]) -> Process:
        self.left = self.spared
        return super().start(name, run, values)

    def topics(self) -> Mapping[str, int]:
        return {} if self.on_disk else {CHANGELOG: 1}

    def reader(self, topics: Iterable[str]) -> World:
        return self if tuple(topics) else Log(self)  # type: ignore[return-value]

    def send(self, records: Sequence[Sendable], delivered: Delivered, standing: Standing | None = None) -> None:
        if records and records[0].topic == CHANGELOG:
            self.changelog += [LogRecord(CHANGELOG, 0, len(self.changelog), one.record) for one in records]
        else:
            super().send(records, delivered, standing)


class Timed(Keeping):
    """Keeps each valid record, and writes what became of those it keeps when its timer is due: with a bad one among
    them it ends, as does each process that finds them in the changelog."""

    def __init__(self, bad: Callable[[Record], bool]) -> None:
        super().__init__(bad)
        self.handle = self._hold

    def _hold(self, record: Record) -> Handled:
        done = good(record)
        if done[0][0] != OUT:
            return done
        key = b"%d" % self._position
        self.changelog.append(LogRecord(CHANGELOG, 0, len(self.changelog), Record(key, record.value, record.headers)))
        return []

    def _work(self) -> None:
        kept = {one.record.key: one.record for one in self.changelog}
        held = [record for record in kept.values() if record.value is not None]
        if self.process is not None and self.process.code is None and any(map(self.bad, held)):
            self.process.code = 1
            return
        if self.process is not None and self.process.code is None:
            for record in held:
                done = good(record)
                assert not isinstance(done, str)
                self.write(*done[0])
            self.changelog = []
        super()._work()


def empty(record: Record) -> bool:
    return record.value == b""


def large(record: Record) -> bool:
    """Some of the valid ones."""
    return b"9223372036854775807" in (record.value or b"")


@pytest.mark.parametrize("spared", [0, 1])
@pytest.mark.parametrize(("bad", "kinds"), [(empty, {"empty_value"}), (large, {"valid"})])
def test_the_record_of_which_something_was_kept_is_blamed(
    bad: Callable[[Record], bool], kinds: set[str], spared: int
) -> None:
    """The changelog is emptied, and the suspects are tried again: all that is sent later is judged as well."""
    run = verified(Keeping(bad, spared=spared), kinds=FEW)
    reached = run.stage.state.reached
    assert {verdict.kind for verdict in reached} == kinds
    assert {verdict.code for verdict in reached} <= {"CRASHED", "CRASH_LOOP"}
    assert all(bad(verdict.record) for verdict in reached)
    assert run.receiver.tested > 10


@pytest.mark.parametrize("spared", [0, 1])
@pytest.mark.parametrize(("bad", "kinds"), [(empty, {"empty_value"}), (large, {"valid"})])
def test_so_it_is_where_the_service_stands_still(bad: Callable[[Record], bool], kinds: set[str], spared: int) -> None:
    run = verified(Keeping(bad, spared=spared, stands=True), kinds=FEW)
    reached = run.stage.state.reached
    assert {(verdict.code, verdict.kind) for verdict in reached} == {("STUCK", kind) for kind in kinds}
    assert all(bad(verdict.record) for verdict in reached)
    assert run.receiver.tested > 10


@pytest.mark.parametrize("stands", [False, True])
@pytest.mark.parametrize(("bad", "kinds"), [(empty, {"empty_value"}), (large, {"valid"})])
def test_so_it_is_where_that_record_is_handled_itself(
    bad: Callable[[Record], bool], kinds: set[str], stands: bool
) -> None:
    """Nothing is wrong with it, and no suspect does it: healthy records alone do, behind it and not before it."""
    run = verified(Keeping(bad, stands=stands, handles=True), kinds=FEW)
    reached = run.stage.state.reached
    assert {verdict.kind for verdict in reached} == kinds
    assert {verdict.code for verdict in reached} <= ({"STUCK"} if stands else {"CRASHED", "CRASH_LOOP"})
    assert all(bad(verdict.record) for verdict in reached)
    assert run.receiver.tested > 10


def test_what_was_kept_of_others_and_cleared_is_not_lost() -> None:
    """They were kept beside the bad one, and committed: that nothing comes of them is our doing."""
    run = verified(Timed(large), kinds=FEW)
    reached = run.stage.state.reached
    assert {verdict.code for verdict in reached} <= {"CRASHED", "CRASH_LOOP"}
    assert reached
    assert all(large(verdict.record) for verdict in reached)


@pytest.mark.parametrize(
    ("stands", "code", "did"),
    [(False, "CRASH_LOOP", "ended it"), (True, "STUCK", "stopped it")],
)
def test_what_is_kept_elsewhere_is_told_once_with_its_likeliest_record(stands: bool, code: str, did: str) -> None:
    """Nothing can be cleared: one finding, and nothing more is sent."""
    run = verified(Keeping(large, on_disk=True, stands=stands), kinds=FEW)
    (verdict,) = run.stage.state.reached
    assert verdict.code == code
    assert f"healthy records alone {did} 2 times" in " ".join(verdict.seen)
    (why,) = {why for _, why in run.receiver.not_sent}
    assert why == "the service ends or stands still with whatever it is sent, of what it keeps"


def test_whoever_keeps_nothing_costs_one_window_more() -> None:
    """Who writes nothing before it has read a batch, and ends with it: a window of healthy records clears these."""

    class Late(World):
        """Writes, and commits, at the end of a batch."""

        def _work(self) -> None:
            before, committed, position = len(self.out), self.committed_to, self._position
            super()._work()
            if self._position > position and self.process is not None and self.process.code == 1:
                del self.out[before:]
                self.committed_to = committed

    run = verified(Late(lambda record: good(record) if record.value else EXIT), kinds=FEW)
    assert {verdict.kind for verdict in run.stage.state.reached} == {"empty_value"}
    purposes = [one.purpose for one in history_of(run.stage) if isinstance(one, ev.WindowOpened)]
    assert purposes.count("control") <= 3


def test_whoever_ends_with_each_valid_record_keeps_nothing() -> None:
    """Healthy records are what ends it: no window shows more."""
    run = verified(World(lambda record: good(record) if good(record)[0][0] != OUT else EXIT), kinds=FEW)
    assert {verdict.kind for verdict in run.stage.state.reached} == {"valid"}
    assert "control" not in {one.purpose for one in history_of(run.stage) if isinstance(one, ev.WindowOpened)}
