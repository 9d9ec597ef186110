"""Putting an invented service under load: what is sent when, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from kcontract.engine.load.plan import load_plans
from kcontract.errors import BrokerError
from kcontract.judge.load.book import LoadBook
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.contract import Contract, Slo
from kcontract.model.load import EchoFigures, LoadKind
from kcontract.model.record import LogRecord
from tests.unit.engine.world import World, good, history_of, receiver_of, stage_of
from tests.unit.judge.story import AT, changed

SLO = Slo(at=AT, rate=10.0, p95=1.0)
BAD = 1.5
"""Seconds."""


class Busy(World):
    """A service that takes its time; its outcomes are seen when that is over, and it goes on meanwhile."""

    def __init__(self, valid: float = 0.0, invalid: float = 0.0, *, echo: float | None = 0.01) -> None:
        super().__init__(good)
        self._takes = {True: valid, False: invalid}
        self._echo = echo
        self._until = 0.0
        self.measured: list[tuple[float, int]] = []

    def measure(self, rate: float, count: int) -> EchoFigures:
        self.measured.append((rate, count))
        if self._echo is None:
            raise BrokerError("ECHO_SILENT", "the echo is silent")
        return EchoFigures((self._echo,) * count, (), count / self._echo)

    def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
        """One record is handled after the other, each when the one before is done."""
        process = self.process
        while process and process.code is None and self._position < len(self.log):
            record = self.log[self._position]
            outcome = good(record)
            assert not isinstance(outcome, str)
            begun = max(self._until, self.arrived(self._position))
            done = begun + self._takes[outcome[0][0] != "orders.dlq"]
            if done > self.clock.t:
                break
            self._until = done
            self._position += 1
            self.committed_to = self._position
            for topic, made in outcome:
                self.write(topic, made)
        new, self._read = self.out[self._read :], len(self.out)
        self.clock.t += 0 if new else timeout
        return new

    def arrived(self, position: int) -> float:
        return self.times[position]

    def send(self, records: Any, delivered: Any, standing: Any = None) -> None:
        self.times += [self.clock.t] * len(records)
        super().send(records, delivered, standing)

    times: list[float]


def _promised(slo: Slo = SLO) -> Contract:
    return changed({"slo": slo})


def _loaded(world: Busy, slo: Slo = SLO, **settings: Any) -> SimpleNamespace:
    world.times = []
    few: dict[str, Any] = {"kinds": frozenset({"valid", "empty_value"}), "max_examples": 5}
    stage = stage_of(world, _promised(slo), **few, **settings)
    object.__setattr__(stage.tools, "echo", world if world._echo != 0 else None)
    receiver_of(stage).run()
    stage.state.close()
    events = history_of(stage)
    loads = [(one.load, one.round) for one in events if isinstance(one, ev.LoadStarted)]
    codes = [verdict.code for verdict in stage.state.reached]
    return SimpleNamespace(stage=stage, events=events, loads=loads, codes=codes)


def test_a_quick_service() -> None:
    """One load of each kind is enough, each behind an echo of its rate; nothing is found, and the figures stand."""
    world = Busy()
    run = _loaded(world)
    assert run.codes == []
    assert run.loads == [("valid", 1), ("mixed", 1)]
    assert world.measured == [(10.0, 50)] * 2
    figures = run.stage.state.book(LoadBook).figures
    assert [(one.load, one.count) for one in figures] == [("valid", 100), ("mixed", 90)]
    assert not [what for what, _ in run.stage.state.blind if "slo" in what]


def test_an_open_loop() -> None:
    """Records are scheduled at the rate, whatever becomes of them, and sent at their time."""
    run = _loaded(Busy(valid=0.3))
    sent = [one for one in run.events if isinstance(one, ev.Sent) and one.due]
    first = sent[:100]
    assert [b.due - a.due for a, b in pairwise(first)] == pytest.approx([0.1] * 99)
    assert max(one.at - one.due for one in first) < 0.2


def test_a_slow_service() -> None:
    """A backlog that grows is SLOW, when a second load shows it as well; the mix is not tried any more."""
    run = _loaded(Busy(valid=0.4))
    assert run.codes == ["SLOW"]
    assert run.loads == [("valid", 1), ("valid", 2)]
    lags = run.stage.state.book(LoadBook).figures[0].lags
    assert max(lag for _, lag in lags) > 50


def test_a_few_slow_records() -> None:
    """A tail that no load proves is looked at in three of them."""

    class Tail(Busy):
        def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
            self._takes[True] = 1.55 if self._position % 100 == 42 else 0.0
            return super().poll(timeout)

    run = _loaded(Tail(), Slo(at=AT, p95=0.9, rate=10.0))
    assert run.codes == []
    assert [one for one in run.loads if one[0] == "valid"] == [("valid", number) for number in (1, 2, 3)]


def test_slow_with_bad_records_only() -> None:
    """Slow under the mix, in time without."""
    run = _loaded(Busy(invalid=BAD))
    assert run.codes == ["SLOW"]
    assert run.loads == [("valid", 1), ("mixed", 1), ("mixed", 2)]
    mixed = [one for one in run.events if isinstance(one, ev.Sent) and one.due and one.at > _began(run, "mixed")]
    bad = [one for one in mixed if one.case.expectation is Expectation.INVALID]
    assert len(bad) / len(mixed) == 0.1
    assert len({one.case.kind for one in bad}) == 4


def test_slow_with_some_kinds_of_bad_records_only() -> None:
    """The mix holds each malformed kind that was seen to be handled, not only the one that marks windows."""

    class Picky(Busy):
        def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
            at = self._position
            self._takes[False] = BAD if at < len(self.log) and b'"id"' in (self.log[at].value or b"") else 0.0
            return super().poll(timeout)

    run = _loaded(Picky())
    assert run.codes == ["SLOW"]
    assert run.loads == [("valid", 1), ("mixed", 1), ("mixed", 2)]


def test_a_slow_machine() -> None:
    """With an echo that is slow as well nobody is blamed."""
    run = _loaded(Busy(valid=0.4, echo=0.9))
    assert run.codes == []
    assert any("own echo" in what for what, _ in run.stage.state.blind)


def test_an_unsteady_machine() -> None:
    """A load that tells nothing, for the echo was slow beside it, is tried again; two good ones are enough."""

    class Unsteady(Busy):
        def measure(self, rate: float, count: int) -> EchoFigures:
            figures = super().measure(rate, count)
            return EchoFigures((0.9,) * count) if len(self.measured) == 1 else figures

    run = _loaded(Unsteady(valid=0.4))
    assert run.codes == ["SLOW"]
    assert run.loads == [("valid", 1), ("valid", 2), ("valid", 3)]
    assert not [what for what, _ in run.stage.state.blind if "slo" in what]


@pytest.mark.parametrize(("echo", "why"), [(None, "the echo is silent"), (0.0, "nothing to compare with")])
def test_no_echo(echo: float | None, why: str) -> None:
    """Without an echo nothing is judged, and that is told."""
    run = _loaded(Busy(valid=0.4, echo=echo))
    assert (run.codes, run.loads) == ([], [])
    assert any(why in what for what, _ in run.stage.state.blind)


def test_no_time() -> None:
    """Too little time for a load: none is begun."""
    run = _loaded(Busy(), Slo(at=AT, p99=1.0, rate=1.0), max_time=40.0)
    assert run.loads == []
    assert any("--max-time" in what for what, _ in run.stage.state.blind)


def test_a_service_that_ends() -> None:
    """Its end breaks the load off; that is no slowness."""

    class Mortal(Busy):
        def poll(self, timeout: float = 0.0) -> Sequence[LogRecord]:
            if self.measured and len(self.log) > self.before + 30 and self.process:
                self.process.code = 1
            return super().poll(timeout)

        def measure(self, rate: float, count: int) -> EchoFigures:
            self.before = len(self.log)
            return super().measure(rate, count)

    run = _loaded(Mortal())
    assert run.codes == []
    assert any("the service ended meanwhile" in what for what, _ in run.stage.state.blind)


def test_a_burst() -> None:
    """`throughput` sends all at once, and needs no mix."""
    world = Busy(valid=0.02)
    run = _loaded(world, Slo(at=AT, throughput=200.0))
    assert run.codes == ["SLOW"]
    assert run.loads == [("burst", 1), ("burst", 2)]
    assert world.measured == [(0.0, 600)] * 2


@pytest.mark.parametrize(
    ("slo", "plans"),
    [
        (Slo(at=AT, p99=1.0), [("valid", 10.0, 300), ("mixed", 10.0, 300)]),
        (Slo(at=AT, p95=1.0, rate=200.0), [("valid", 200.0, 1_000), ("mixed", 200.0, 1_000)]),
        (Slo(at=AT, p99=1.0, rate=1.0), [("valid", 1.0, 30), ("mixed", 1.0, 30)]),
        (Slo(at=AT, errors=0.1), [("valid", 10.0, 50), ("mixed", 10.0, 50)]),
        (Slo(at=AT, throughput=10.0), [("burst", 0.0, 300)]),
        (Slo(at=AT), []),
    ],
)
def test_plans(slo: Slo, plans: list[tuple[LoadKind, float, int]]) -> None:
    """Enough records for the highest percentile, in five to thirty seconds."""
    assert [(one.load, one.rate, one.count) for one in load_plans(slo)] == plans


def _began(run: SimpleNamespace, kind: LoadKind) -> float:
    return next(one.at for one in run.events if isinstance(one, ev.LoadStarted) and one.load == kind)
