"""How large batches are, what comes into them and when the last one was: with a player that only takes its time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kcontract.engine import batches
from kcontract.engine.batches import Batches
from kcontract.judge.evidence import Delivery, Window
from kcontract.model.case import Case, Role
from tests.unit.engine.world import World, good, receiver_of, stage_of
from tests.unit.judge.story import TOPIC

FIRST = 50


@dataclass
class Player:
    """Plays batches: each takes `seconds` for a record, and ends as `ends` says."""

    clock: Any
    source: Any
    seconds: float = 0.0
    looks: bool = False
    """Whether it asks for the batch after this one."""
    ends: Callable[[int], dict[str, Any]] = lambda _number: {}
    sizes: list[int] = field(default_factory=list)
    unsent: Sequence[Case] = ()
    leaves: dict[int, int] = field(default_factory=dict)
    """Of which batch how many are not sent."""
    ahead: Sequence[Case] = ()

    def play_batch(
        self, cases: Sequence[Case], then: Callable[[Window], Sequence[Case]], spare: Callable[[], bool]
    ) -> Window:
        assert not self.ahead or cases is self.ahead
        assert not spare()
        number = len(self.sizes)
        self.sizes.append(len(cases))
        window = Window(number, "batch", "", **self.ends(number))
        left = self.leaves.get(number, 0)
        window.deliveries += [Delivery(case, self.source, number, 0.0) for case in cases]
        self.unsent = cases[len(cases) - left :]
        self.clock.t += self.seconds * len(cases)
        self.ahead = then(window) if self.looks else ()
        assert not (left and self.ahead), "who does not keep up is sent more"
        return window

    def forget(self, _window: Window) -> None:
        """Nothing is kept."""


@dataclass
class Queue:
    """So many cases."""

    cases: list[Case]
    drawn: list[int] = field(default_factory=list)
    prepared: list[int] = field(default_factory=list)

    def prepare(self, most: int) -> bool:
        self.prepared.append(most)
        return False

    def take(self, most: int) -> list[Case]:
        taken, self.cases = self.cases[:most], self.cases[most:]
        self.drawn.append(len(taken))
        return taken

    def put_back(self, cases: Sequence[Case]) -> None:
        self.cases = [*cases, *self.cases]

    def __iter__(self) -> Any:
        cases, self.cases = self.cases, []
        return iter(cases)


class Run:
    """A queue of so many cases, played to its end."""

    def __init__(self, count: int) -> None:
        self.world = World(good)
        self.stage = stage_of(self.world, window=FIRST)
        source = receiver_of(self.stage)._player.sources[TOPIC]
        (case,) = [source.healthy(Role.CASE, 0)]
        self.queue = Queue([case] * count)
        self.player = Player(self.world.clock, self.stage.state.promises.inputs[TOPIC])
        self.left_out: dict[str, int] = {}
        self.again: list[Sequence[Case]] = []
        """What is sent again after each window; nothing after the others."""
        self.chosen: Callable[[Sequence[Case]], Sequence[Case]] = lambda drawn: drawn
        self.starts = [True] * 1000
        self.calm = True

    def play(self) -> list[int]:
        """How large the batches were."""
        triage = SimpleNamespace(
            resolve=lambda _window: self.again.pop(0) if self.again else [],
            choose=self.chosen,
            leave_out=lambda cases, why: self.left_out.update({why: len([*cases])}),
            why_stopped=lambda: "stopped",
            calm=self.calm,
        )
        detective = SimpleNamespace(revive=lambda: self.starts.pop(0))
        parts: tuple[Any, ...] = (self.stage, self.player, detective, triage, self.queue)
        Batches(*parts).play()
        return self.player.sizes


@pytest.mark.parametrize("looks", [False, True])
def test_all_are_played_in_windows_that_grow(*, looks: bool) -> None:
    """For a quick service up to sixteen times at once, and up to a bound. What the next may hold is prepared."""
    run = Run(60_000)
    run.player.looks = looks
    assert run.play() == [FIRST, 16 * FIRST, 256 * FIRST, 20_000, 20_000, 60_000 - 40_000 - 273 * FIRST]
    assert run.left_out == {}
    assert run.queue.prepared == [min(16 * size, 20_000) for size in run.player.sizes]


def test_windows_of_a_slower_service_become_as_large_as_takes_their_time() -> None:
    """A quick one's takes a second and a half; one that takes longer has twice as large ones, up to the usual size."""
    run = Run(2_000)
    run.player.seconds = 0.01
    assert run.play()[:4] == [FIRST, 148, 296, 592]
    slow = Run(20_000)
    slow.player.seconds = 0.001
    assert slow.play()[1:4] == [800, 1_600, 2_000]


def test_after_a_disturbed_window_they_begin_small_again() -> None:
    """Who is to blame is then sought among few."""
    run = Run(2_000)
    run.player.ends = lambda number: {"stalled": number == 1}
    assert run.play()[:4] == [FIRST, 16 * FIRST, FIRST, 16 * FIRST]


@pytest.mark.parametrize("looks", [False, True])
def test_what_was_not_sent_comes_next(*, looks: bool) -> None:
    """In a small window, for the service did not keep up. Nothing else is sent ahead of it."""
    run = Run(1_000)
    run.player.looks = looks
    run.player.leaves = {1: 300}
    assert run.play() == [FIRST, 16 * FIRST, FIRST, 400]
    assert sum(run.player.sizes) == 1_000 + 300


def test_what_is_sent_again_comes_next() -> None:
    """Triage says what."""
    run = Run(FIRST)
    run.again = [run.queue.cases[:7]]
    assert run.play() == [FIRST, 7]


def test_nothing_is_taken_ahead_of_a_disturbed_window() -> None:
    """Nor where some may not be sent any more: they are chosen when their turn comes, for a service that runs."""
    for calm, ends in ((True, {"stalled": True}), (False, {})):
        run = Run(4 * FIRST)
        run.calm, run.player.looks = calm, True
        run.player.ends = lambda _number, ends=ends: ends  # type: ignore[misc]
        chosen: list[int] = []

        def choose(drawn: Sequence[Case], chosen: list[int] = chosen) -> Sequence[Case]:
            chosen.append(len(drawn))
            return drawn

        run.chosen = choose
        sizes = run.play()
        assert chosen == sizes
        assert run.player.ahead == ()


def test_only_what_was_chosen_is_played() -> None:
    """And no empty batch."""
    run = Run(3 * FIRST)
    turns = iter([(), (), run.queue.cases[:5]])
    run.chosen = lambda _drawn: next(turns)
    assert run.play() == [5]


def test_a_service_that_does_not_start_any_more_gets_nothing() -> None:
    """All that is left is told, what was drawn included."""
    run = Run(3 * FIRST)
    run.starts = [True, False]
    run.player.seconds = 1.0
    assert run.play() == [FIRST]
    assert run.left_out == {"stopped": 2 * FIRST}


@pytest.mark.parametrize("looks", [False, True])
def test_time_is_over(*, looks: bool) -> None:
    """What is left is told with that reason."""
    run = Run(3 * FIRST)
    run.player.looks = looks
    run.player.seconds = 20.0
    assert run.play() == [FIRST]
    assert run.left_out == {"stopped": 2 * FIRST}


@pytest.mark.parametrize("looks", [False, True])
def test_a_service_whose_answers_are_late_gets_few(*, looks: bool) -> None:
    """Each costs its time, and the finding stands."""
    run = Run(1_000)
    run.player.looks = looks
    run.stage.state.pace.learn(1.0)
    verdict = SimpleNamespace(code="NO_REPLY", cause="late")
    run.stage.state.reached.append(cast("Any", verdict))
    assert run.play() == [FIRST, 16 * FIRST]
    assert run.left_out == {batches._LATE: 150}


def test_no_more_than_can_be_held() -> None:
    """Where much comes of each record a window must have few."""
    run = Run(500)
    run.stage.observer.fits = lambda sent: 3 * sent  # type: ignore[method-assign]
    assert run.play() == [FIRST, 150, 300]
