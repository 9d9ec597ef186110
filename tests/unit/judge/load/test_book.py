"""Judging loads on invented histories: what earns SLOW, and what comes close and does not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from kcontract.judge.load.book import LoadBook
from kcontract.judge.promises import compile_promises
from kcontract.judge.state import UnitState
from kcontract.model import events as ev
from kcontract.model.case import Expectation
from kcontract.model.contract import Slo
from kcontract.model.load import EchoFigures, LoadKind
from tests.unit.judge.story import AT, DLQ, TOPIC, Story, changed

QUICK = EchoFigures(latencies=(0.005,) * 50, drained=5_000.0)


class Loaded(Story):
    """A receiver with an `slo`, under loads of a hundred records at 100/s."""

    def __init__(self, **slo: Any) -> None:
        super().__init__()
        promised = changed({"slo": Slo(at=AT, rate=100.0, **(slo or {"p95": 0.1}))})
        self.state = UnitState("run", compile_promises("billing", [promised], ()))
        self.round = 0
        self.now = 1.0

    def load(
        self,
        takes: float | list[float],
        *,
        kind: LoadKind = "valid",
        echo: EchoFigures | None = QUICK,
        late: float = 0.0,
        broken: str = "",
        rejected: int = 0,
        count: int = 100,
    ) -> None:
        """Each record `takes` so long; the first `rejected` ones are dead-lettered."""
        self.round += 1
        waits = takes if isinstance(takes, list) else [takes] * count
        begun = self.now
        self.window("load", TOPIC)
        self.tell(ev.LoadStarted(self._tick(), TOPIC, kind, 100.0, self.round, echo))
        happens: list[tuple[float, int, str]] = []
        for number, wait in enumerate(waits):
            due = begun + 0.01 * (number + 1) * (kind != "burst")
            happens += [(due + late, number, "send"), (due + wait, number, "effect")]
        for at, number, what in sorted(happens):
            self.now = max(self.now, at)
            case = f"{self.round}{number:04}"
            if what == "send":
                self.scheduled(case, begun + 0.01 * (number + 1) * (kind != "burst"))
            elif number < rejected:
                self.dead_letter(case)
            elif waits[number] < 100:
                self.effect(case)
        until = self.now
        self.tell(ev.LagSeen(self._tick(), TOPIC, 7))
        self.close("stopped" if broken else "settled")
        self.tell(ev.LoadEnded(self._tick(), TOPIC, until, broken))

    def scheduled(self, case: str, due: float, expectation: Expectation = Expectation.VALID) -> None:
        feed = self.state.feed
        self.state.feed = lambda event: feed(  # type: ignore[method-assign]
            msgspec.structs.replace(event, due=due) if isinstance(event, ev.Sent) else event
        )
        self.send(case, expectation)
        self.state.feed = feed  # type: ignore[method-assign]

    @property
    def blind(self) -> list[str]:
        self.state.close()
        return [what for what, _ in self.state.blind if "slo" in what]


def test_slow_twice() -> None:
    """Two loads whose p95 is beyond the promise for sure are SLOW, told once, with the figures."""
    story = Loaded()
    for _ in range(3):
        story.load(0.3)
    assert story.codes == ["SLOW"]
    assert story.verdict.cause == "p95 (under valid load)"
    assert "p95 within 100 ms at 100/s" in story.verdict.promised
    facts = "\n".join(story.verdict.seen)
    assert "100 records at 100/s" in facts
    assert "p95 30" in facts
    assert "own echo" in facts
    assert "lag at most 7" in facts


def test_in_time() -> None:
    """A service within its promise is not slow, and its figures stand in the book."""
    story = Loaded(p50=0.1, p95=0.1, p99=0.1)
    story.load(0.05)
    story.load(0.05)
    assert story.codes == []
    assert story.blind == []
    (figures,) = story.state.book(LoadBook).figures
    assert (figures.count, figures.errors, figures.round) == (100, 0, 2)
    assert [one.value for one in figures.quantiles] == pytest.approx([0.05] * 3, abs=0.01)


def test_slow_once() -> None:
    """One slow load may have been the machine's doing: it is told as not judged."""
    story = Loaded()
    story.load(0.3)
    assert story.state.book(LoadBook).doubts(TOPIC, "valid")
    story.load(0.05)
    assert not story.state.book(LoadBook).doubts(TOPIC, "valid")
    assert story.codes == []
    assert "missed once" in story.blind[0]


def test_a_few_slow_records() -> None:
    """Seven slow ones of a hundred: beyond p95 as measured, and yet no proof that p95 is missed."""
    story = Loaded()
    waits = [0.3 if number % 14 == 3 else 0.01 for number in range(100)]
    assert sum(wait > 0.1 for wait in waits) == 7
    story.load(waits)
    story.load(waits)
    assert story.codes == []
    assert story.blind == [
        "orders: `slo` p95 was missed as measured (under valid load: 301 ms in 100 records), too little for a proof"
    ]


def test_a_few_slow_records_in_every_load() -> None:
    """Nine slow ones of a hundred prove nothing, again and again they do."""
    story = Loaded()
    waits = [0.3 if number % 11 == 3 else 0.01 for number in range(100)]
    loads = 0
    while not story.codes and loads < 3:
        story.load(waits)
        loads += 1
        assert story.state.book(LoadBook).doubts(TOPIC, "valid") == (not story.codes)
    assert (story.codes, loads) == (["SLOW"], 3)
    assert story.verdict.seen[0].startswith("3 loads together, with bounds 99 % sure: orders, valid load: 300")
    assert sum(fact.startswith("the load before: ") for fact in story.verdict.seen) == 2
    assert story.blind == []


def test_what_is_proved_together_is_told_once() -> None:
    """A further load that looks the same adds nothing."""
    story = Loaded()
    for _ in range(5):
        story.load([0.3 if number % 11 == 3 else 0.01 for number in range(100)])
    assert story.codes == ["SLOW"]


def test_a_load_between_that_looks_good() -> None:
    """Loads that look bad prove nothing together where one of their kind does not."""
    story = Loaded()
    waits = [0.3 if number % 11 == 3 else 0.01 for number in range(100)]
    for takes in (waits, 0.01, waits, waits):
        story.load(takes)
    assert story.codes == []


def test_a_few_slow_records_only_once() -> None:
    """What the next load shows to be kept is no blind spot."""
    story = Loaded()
    story.load([0.3 if number % 14 == 3 else 0.01 for number in range(100)])
    story.load(0.01)
    assert not story.state.book(LoadBook).doubts(TOPIC, "valid")
    assert (story.codes, story.blind) == ([], [])


def test_one_pause_and_a_few_slow_records() -> None:
    """A load that is slow for sure does not outweigh the others, which are not."""
    story = Loaded()
    story.load([0.9] * 40 + [0.01] * 60)
    story.load([0.3 if number % 14 == 3 else 0.01 for number in range(100)])
    assert story.state.book(LoadBook).doubts(TOPIC, "valid")
    story.load([0.3 if number % 14 == 3 else 0.01 for number in range(100)])
    assert story.codes == []
    assert "missed once" in story.blind[0]


def test_a_few_slow_records_of_a_slow_machine() -> None:
    """Where the plainest consumer is as slow, the machine is named."""
    story = Loaded()
    for _ in range(3):
        story.load([0.3 if number % 11 == 3 else 0.01 for number in range(100)], echo=EchoFigures((0.06,) * 50))
    assert story.codes == []
    assert "own echo took too long" in story.blind[0]


@pytest.mark.parametrize(
    ("echo", "why"),
    [
        (EchoFigures(latencies=(0.06,) * 50), "own echo took too long"),
        (EchoFigures(latencies=(*(0.005,) * 40, *(0.2,) * 10)), "own echo took too long"),
        (None, "could not be measured"),
    ],
)
def test_a_slow_machine(echo: EchoFigures | None, why: str) -> None:
    """Where the plainest consumer is slow, nobody is blamed."""
    story = Loaded()
    story.load(0.3, echo=echo)
    story.load(0.3, echo=echo)
    assert story.codes == []
    assert story.state.book(LoadBook).doubts(TOPIC, "valid")
    assert why in story.blind[0]


def test_unsure_once() -> None:
    """What one load could not tell and the next one showed to be kept is no blind spot."""
    story = Loaded()
    story.load(0.3, late=0.05)
    story.load(0.05)
    assert not story.state.book(LoadBook).doubts(TOPIC, "valid")
    assert (story.codes, story.blind) == ([], [])


def test_hardly_slower_than_the_echo() -> None:
    """A miss by less than the echo takes may be the machine's."""
    story = Loaded()
    slow = EchoFigures(latencies=(0.04,) * 50)
    story.load(0.12, echo=slow)
    story.load(0.12, echo=slow)
    assert story.codes == []
    assert "echo took too long" in story.blind[0]


def test_a_late_harness() -> None:
    """Where the harness itself sends late, nobody is blamed for that."""
    story = Loaded()
    story.load(0.3, late=0.05)
    story.load(0.3, late=0.05)
    assert story.codes == []
    assert "could not keep the schedule" in story.blind[0]


def test_a_queue_that_no_late_harness_makes() -> None:
    """Seconds of waiting are not made by some hundredths of a second by which records came late."""
    story = Loaded()
    story.load(3.0, late=0.05)
    story.load(3.0, late=0.05)
    assert story.codes == ["SLOW"]


def test_slow_beside_bad_records() -> None:
    """In time alone and slow under the mix: the finding says so."""
    story = Loaded()
    story.load(0.02)
    story.load(0.3, kind="mixed")
    story.load(0.3, kind="mixed")
    assert story.codes == ["SLOW"]
    assert story.verdict.cause == "p95 (under the mix with malformed records)"


def test_each_load_by_itself() -> None:
    """Slow once alone and once under the mix is not twice the same."""
    story = Loaded()
    story.load(0.3)
    story.load(0.3, kind="mixed")
    assert story.codes == []


def test_never_done() -> None:
    """Records that have no effect when the waiting ends have taken at least as long."""
    story = Loaded()
    for _ in range(2):
        story.load([0.01] * 20 + [1000.0] * 80)
    assert story.codes == ["SLOW"]


def test_a_load_that_broke_off() -> None:
    """A service that ended meanwhile is not slow."""
    story = Loaded()
    story.load(0.3, broken="the service ended meanwhile")
    story.load(0.3, broken="the service ended meanwhile")
    assert story.codes == []


@pytest.mark.parametrize(("rejected", "codes"), [(20, ["SLOW"]), (2, []), (0, [])])
def test_errors(rejected: int, codes: list[str]) -> None:
    """More valid records fail than promised, and more than chance would have it."""
    story = Loaded(errors=0.01)
    for _ in range(2):
        story.load(0.01, rejected=rejected)
    assert story.codes == codes
    assert story.state.book(LoadBook).figures[0].errors == rejected


@pytest.mark.parametrize(("errors", "told"), [(None, True), (0.1, False)])
def test_errors_that_nothing_is_promised_of(errors: float | None, told: bool) -> None:
    """Records that vanish under load are told where no share is promised that could be judged."""
    story = Loaded(p95=0.1, errors=errors)
    story.load(0.01, rejected=2)
    assert story.codes == []
    assert (["orders: 2 of 100 valid records had no effect" in one for one in story.blind] == [True]) == told


def test_a_few_errors_in_every_load() -> None:
    """Three of a hundred where one is promised: too few in a load, enough in three."""
    story = Loaded(errors=0.01)
    for _ in range(3):
        assert story.codes == []
        story.load(0.01, rejected=3)
    assert story.codes == ["SLOW"]
    assert "9 of 300 valid records failed: at least 1.18% (99 % sure)" in story.verdict.seen


@pytest.mark.parametrize(
    ("takes", "echo", "codes", "blind"),
    [
        (1.0, 5_000.0, ["SLOW"], 0),  # 100/s
        (0.2, 5_000.0, [], 0),  # 500/s
        (1.0, 500.0, [], 1),
    ],
)
def test_throughput(takes: float, echo: float, codes: list[str], blind: int) -> None:
    """A burst is drained at the promised rate, or the machine cannot do that."""
    story = Loaded(throughput=300.0)
    for _ in range(2):
        story.load(takes, kind="burst", echo=EchoFigures(latencies=(), drained=echo))
    assert story.codes == codes
    assert len(story.blind) == blind


def test_dead_letters_are_no_effects() -> None:
    """Malformed records of the mix count neither as latencies nor as errors."""
    story = Loaded(errors=0.01)
    story.window("load", TOPIC)
    story.tell(ev.LoadStarted(story.now, TOPIC, "mixed", 100.0, 1, QUICK))
    story.scheduled("9", story.now, Expectation.INVALID)
    story.dead_letter("9")
    story.send("8")  # by no schedule: it only stirs the service
    story.scheduled("7", story.now)
    story.tell(ev.Refused(story.now, "7", "too large"))
    story.scheduled("10", story.now)
    story.effect("10")
    story.close()
    story.tell(ev.LoadEnded(story.now, TOPIC, story.now))
    (figures,) = story.state.book(LoadBook).figures
    assert (figures.count, figures.errors) == (1, 0)
    assert story.cases["9"].expectation is Expectation.INVALID
    assert DLQ not in figures.text


def test_a_record_is_done_with_the_last_of_its_effects() -> None:
    """Quick bills and slow audits of them."""
    story = Loaded()
    receive = story.state.promises.inputs[TOPIC].receive
    audits = msgspec.structs.replace(receive.emits[0], topic="audits")
    both = changed({"slo": receive.slo}).receive[0]
    both = msgspec.structs.replace(both, emits=(*both.emits, audits))
    one = msgspec.structs.replace(changed(), receive=(both,))
    story.state = UnitState("run", compile_promises("billing", [one], ()))
    for number in range(2):
        story.window("load", TOPIC)
        story.tell(ev.LoadStarted(story.now, TOPIC, "valid", 100.0, number, QUICK))
        for case in (f"{number}{place:03}" for place in range(100)):
            story.scheduled(case, story.now)
            bill = story.effect(case)
            story.wait(0.3)
            story.seen("audits", bill.record)
        story.close()
        story.tell(ev.LoadEnded(story.now, TOPIC, story.now))
    assert story.codes == ["SLOW"]
