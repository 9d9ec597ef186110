"""Playing a window: send it, gather evidence until it has settled, and say how it ended (ORACLE.md §3, §4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from kcontract.engine.deciding import decide
from kcontract.engine.stage import Stage
from kcontract.engine.windows.compose import MarkerKinds, Sources, compose, pinned, places_of
from kcontract.engine.windows.dispatch import Dispatcher
from kcontract.engine.windows.patience import Patience
from kcontract.engine.windows.stream import AHEAD, Stream
from kcontract.judge.evidence import Window
from kcontract.judge.pace import QUIET_CEILING, STALL_FLOOR
from kcontract.judge.replies import longest_wait
from kcontract.judge.resources import suspicious
from kcontract.judge.settle import Standing
from kcontract.judge.symptoms import CORRELATION
from kcontract.judge.view import View
from kcontract.model import events as ev
from kcontract.model.case import Case, Role
from kcontract.model.record import TopicPartition
from kcontract.model.service import Resources
from kcontract.model.summary import Progress

Outcome = Literal["settled", "exited", "stalled", "stopped"]
_DRAIN_SECONDS = 30.0
_REPEATABLE: tuple[ev.Purpose, ...] = ("warm", "probe", "batch", "first", "burst", "replay")
_SAMPLED: tuple[ev.Purpose, ...] = ("batch", "growth", "probe")
_BUSY = 500
"""With so many answers to come the service is busy, and what is to be done anyway is done meanwhile; but not where it
matters when each of them is read."""
_MEANWHILE = 0.005
"""Seconds of it: what comes meanwhile waits as long."""
_MANY = 4_000
"""With more records than that in a window none of its outcomes is waited for: they are read a little later, and many at
once."""
_ASTRAY = 3
_COMPANY = 3
"""Healthy records a partition."""
_PLAIN: tuple[ev.Purpose, ...] = ("growth", "log", "isolate", "control", "late")
"""Without invalid markers: they may be what grows, is logged, or has an effect."""
_PLAYED: tuple[ev.Purpose, ...] = ("warm", "probe", "batch", "first", "alone", "repeat", "burst")
"""Of which all that is asked is what became of each record."""
_NARROW: tuple[ev.Purpose, ...] = ("alone", "bisect", "growth", "shrink")
"""Only the partitions of their own cases get healthy records and sentinels."""
_LOOP_SECONDS = 5.0
_UNTIED_SECONDS = 2.0
_STORM_SECONDS = 10.0
_EXITS_AT_MOST = 2
"""One restart where the commits stand tells a loop from a single crash."""


class Player:
    """Plays windows for one receiving unit."""

    def __init__(self, stage: Stage, sources: Sources) -> None:
        self.sources = sources
        self.partitions = {contract.topic: contract.partitions for contract, _ in stage.unit.receives}
        self.markers: MarkerKinds = {}
        self.handled: Mapping[str, Sequence[str]] = {}
        """The malformed kinds of which an outcome was seen in the probe phase, the marker's among them."""
        self.cases: dict[int, tuple[Case, ...]] = {}
        """The cases of each window that may have to be repeated."""
        self.grown: dict[str, dict[tuple[str, str], Case]] = {}
        """What the service came to hold more of in a window with such cases, one of each topic and kind."""
        self.astray: list[tuple[Case, ...]] = []
        """Cases of windows in which effects came that tie to none of them."""
        self.phase = "sending"
        self.total = 0
        self.unsent: list[Case] = []
        """The cases of the last window that were not sent, because the service did not keep up or has ended."""
        self._stage = stage
        self._cluster = stage.tools.cluster
        self._recorder = stage.tools.recorder
        self._observer = stage.observer
        self._state = stage.state
        self._unit = stage.unit.name
        self._patience = Patience(stage.state, stage.tools.recorder.now)
        self._dispatcher = Dispatcher(self._cluster, self._recorder, self._unit, self._observer.own, stage.road)
        self._number = 0
        self._last: Window | None = None
        """The last window, kept until the next one is sent: all that it holds is freed while the service works."""
        self._then: Callable[[Window], Sequence[Case]] | None = None
        self._spare: Callable[[], bool] | None = None
        self._ahead: tuple[list[Case], list[Case]] | None = None
        """The next batch, in sending order, of which the first records are on their way."""
        self._watched = 0.0
        self._in_vain = False
        """A third sentinel had no effect either: the service drops healthy records, and goes on."""

    @property
    def places(self) -> tuple[TopicPartition, ...]:
        """Every partition of every input."""
        return tuple((topic, number) for topic, count in self.partitions.items() for number in range(count))

    def play(
        self,
        purpose: ev.Purpose,
        cases: Sequence[Case],
        *,
        of: str = "",
        healthy: bool = True,
        marked: bool = True,
        patience: float = 1.0,
    ) -> Window:
        """Send the cases in a window of their own and wait until it has ended.

        `healthy`: it begins with a healthy record in each partition. `marked`: invalid markers close it, where that
        says something. `patience` stretches the deadline after which the service counts as standing still. The service
        must run.
        """
        window = self.begin(purpose, of, len(cases))
        before = self._before(purpose)
        narrow = purpose in _NARROW
        if narrow:
            cases = [pinned(case, self.partitions) for case in cases]
        places = places_of(cases, self.partitions) if narrow else self.places
        plain = not marked or purpose in _PLAIN or self._observer.bloated
        markers = {} if plain else self.markers
        opening, closing = self._ahead or compose(cases, self.sources, places, markers, healthy=healthy)
        self._ahead = None
        stream = Stream(self._stage, self._dispatcher, window, lambda: self._report(window), self._spare)
        self.unsent = stream.send(opening, closing)
        self._last = None
        if purpose in _REPEATABLE:
            self.cases[self._number] = tuple(cases[: len(cases) - len(self.unsent)])
        outcome = self._follow(window, patience)
        if self._watched and outcome == "settled":
            outcome = self._watch(self._watched)
        decide(self._stage, window)
        self._note_growth(purpose, cases, before)
        if outcome == "settled" and self._observer.bloated and self._observer.has_ended:
            outcome = self._follow(window, patience)
        if self._then is not None and outcome == "settled" and not self._observer.has_ended:
            self._send_ahead(self._then(window))
        self.end(window, outcome)
        if purpose == "batch" and window.astray and len(self.astray) < _ASTRAY:
            self.astray.append(tuple(cases))
        return window

    def company(self) -> list[Case]:
        """Healthy records to come behind others: some services end a few records later."""
        return [self.sources[topic].healthy(Role.HEALTHY, n) for topic, n in self.places for _ in range(_COMPANY)]

    def play_batch(
        self, cases: Sequence[Case], then: Callable[[Window], Sequence[Case]], spare: Callable[[], bool]
    ) -> Window:
        """A batch. `then`, asked when its window has settled, may give the cases of the next one: the service begins
        with them while this one is judged, and no other window may come between. `spare` does a little of what is to be
        done anyway, while the service is waited for; False if there is nothing."""
        self._then, self._spare = then, partial(self._meanwhile, spare)
        try:
            return self.play("batch", cases)
        finally:
            self._then = self._spare = None

    def play_late(self, cases: Sequence[Case], of: str, watched: float) -> Window:
        """Behind these the process is looked at for so many seconds more, or until it ends."""
        self._watched = watched
        try:
            return self.play("late", cases, of=of)
        finally:
            self._watched = 0.0

    def _send_ahead(self, cases: Sequence[Case]) -> None:
        """Send the first records of the next batch: nothing is read before its window is open."""
        if cases:
            self._ahead = compose(cases, self.sources, self.places, self.markers)
            self._dispatcher.send_ahead(self._ahead[0][:AHEAD])

    def _meanwhile(self, spare: Callable[[], bool]) -> bool:
        """Some milliseconds of what is to be done anyway; False if there is nothing."""
        until = self._recorder.now() + _MEANWHILE
        while done := spare():
            if self._recorder.now() >= until:
                break
        return done

    def _before(self, purpose: ev.Purpose) -> Resources | None:
        """What the service holds before the window. One batch follows the other: the sample behind the last one is that
        before the next, also where the service has begun with it."""
        if self._ahead is not None:
            return self._observer.held
        return self._observer.looked_at_resources() if purpose == "batch" else self._sample(purpose)

    def _sample(self, purpose: ev.Purpose) -> Resources | None:
        """What the service holds around windows that may have it grow."""
        return self._observer.look_at_resources() if purpose in _SAMPLED or self._observer.bloated else None

    def _note_growth(self, purpose: ev.Purpose, cases: Sequence[Case], before: Resources | None) -> None:
        """Remember one case of each kind of a window in which something grew a lot."""
        after = self._sample(purpose)
        if purpose != "growth" and before is not None and after is not None:
            for what in suspicious(before, after):
                kinds = self.grown.setdefault(what, {})
                for case in cases:
                    kinds.setdefault((case.topic, case.kind), case)

    def begin(self, purpose: ev.Purpose, of: str, records: int = 0) -> Window:
        """Open a window, of so many records, as far as that is known."""
        self._number += 1
        self._observer.stir()
        self._observer.gather(records > _MANY)
        self._recorder.record(ev.WindowOpened(self._recorder.now(), self._number, purpose, of))
        window = self._state.window
        assert window is not None  # noqa: S101 - the judge has just been fed the opening
        return window

    def send(self, cases: Sequence[Case], due: Sequence[float] = ()) -> None:
        """Send records within the open window; `due` is when each was to be sent, if there is a schedule."""
        self._observer.stir()
        self._dispatcher.send(cases, self._number, due)

    def end(self, window: Window, outcome: Outcome) -> None:
        """Close the window: the judge takes it."""
        self._recorder.record(ev.WindowClosed(self._recorder.now(), window.number, outcome))
        self._last = window

    def forget(self, window: Window) -> None:
        """Keep the cases of a closed window only while a doubt may want it repeated."""
        if not any(doubt.window == window.number and not doubt.settled for doubt in self._state.doubts):
            self.cases.pop(window.number, None)

    def _follow(self, window: Window, patience: float) -> Outcome:
        """Look until the window has settled or it is clear that it will not."""
        again: dict[TopicPartition, int] = {}
        begun, wait = self._recorder.now(), None
        while True:
            if self._spare is not None and window.owed >= _BUSY and not self._state.patience:
                self._spare()
            self._observer.look(wait)
            self._report(window)
            now, standing = self._recorder.now(), self._state.standing()
            if self._observer.exited:
                if not self._start_again(window):
                    return "exited"
            elif self._is_done(window, standing, again, now):
                return "settled"
            elif self._stage.out_of_time:
                return "stopped"
            elif self._is_passed_over(standing, again) and now - window.progress_at >= self._patience.overtaken:
                if not self._renew(standing, again):
                    return "settled"
            elif now - window.progress_at >= self._patience.stall(window, patience) or (
                standing.missing and (self._is_storm(window, now - begun) or self._loops_again(window, now))
            ):
                if not standing.missing:  # the partitions move, though a marker or a commit does not come
                    return "settled"
                self._observer.look_at_tap()
                self._stage.lifecycle.kill("stalled")
                return "stalled"
            else:
                self._send_again(window, standing, again, now)
                only_commits = standing.answered and not standing.complete
                wait = self._observer.look_for_commits() if only_commits else None

    def _watch(self, seconds: float) -> Outcome:
        self._observer.wait(lambda: False, self._recorder.now() + self._stage.left(seconds))
        return "exited" if self._observer.exited else "settled"

    def _is_storm(self, window: Window, seconds: float) -> bool:
        """Its group forms on and on: a partition that gets an outcome now and then is no progress."""
        return seconds >= _STORM_SECONDS and window.tapped.rages()

    def _loops_again(self, window: Window, now: float) -> bool:
        """It is known to take records again for ever, and is seen to: nothing will come of waiting longer."""
        known = any(verdict.code == "ENDLESS_RETRY" for verdict in self._state.reached)
        return known and now - window.progress_at >= _LOOP_SECONDS and window.tapped.loops()

    def _is_done(self, window: Window, standing: Standing, again: dict[TopicPartition, int], now: float) -> bool:
        """Nothing more is to be waited for."""
        settled = self._has_settled(window, standing, now) or self._ties_nothing(window, standing, again, now)
        return settled or self._crosses_again(window, now)

    def _crosses_again(self, window: Window, now: float) -> bool:
        """It is known to answer one request for another: the answer to the last one will not come, as long as one
        waits, and need not be waited for beyond the time that answers may take."""
        known = any(v.code == "WRONG_REPLY" and v.cause == CORRELATION for v in self._state.reached)
        longest = max(STALL_FLOOR, self._state.pace.quiet, longest_wait(self._state.patience))
        few = window.owed <= 2 * len(self.places) and window.left < len(window.deliveries)
        return known and few and not window.unplaced and now - window.progress_at >= longest

    def _has_settled(self, window: Window, standing: Standing, now: float) -> bool:
        """What comes on and on, copies without end, is waited out only while anything is missing."""
        if not standing.complete:
            return False
        if now - window.evidence_at >= self._patience.quiet(window):
            return self._is_quiet(window)
        return not window.left and window.purpose in _PLAYED and now - window.progress_at >= QUIET_CEILING

    def _ties_nothing(self, window: Window, standing: Standing, again: dict[TopicPartition, int], now: float) -> bool:
        """As many effects came as records were sent, second sentinels as well, and none tells whose it is."""
        known = self._state.pace.known or not standing.missing or any(place not in again for place in standing.missing)
        quiet = now - window.evidence_at >= _UNTIED_SECONDS
        return quiet and not known and self._state.untied.effects >= len(window.deliveries)

    def _is_passed_over(self, standing: Standing, again: dict[TopicPartition, int]) -> bool:
        """The service commits past every sentinel, the second one too: it drops valid records, and moves on. What the
        probe says may be wrong for a while, and is an outcome if it goes on."""
        probing = self._observer.probing
        passed = len(standing.passed) == len(standing.missing) > 0 and not (probing and probing.is_waiting)
        return passed and all(place in again for place in standing.missing)

    def _renew(self, standing: Standing, again: dict[TopicPartition, int]) -> bool:
        """A third sentinel, in a new process: whoever handled the records may have died in silence (ORACLE.md §3).
        False if that was tried, for it tells no more then."""
        if 3 in again.values():
            self._in_vain = True
        if self._in_vain or not (self._state.pace.known and self._cluster.ours and self._cluster.is_broker):
            return False
        self._observer.drain(_DRAIN_SECONDS)
        if not self._stage.lifecycle.restarts(behind=False):
            return False
        again.update(dict.fromkeys(standing.missing, 3))
        sentinels = [self.sources[topic].healthy(Role.SENTINEL, number) for topic, number in standing.missing]
        self._observer.stir()
        self._dispatcher.send(sentinels, self._number)
        return True

    def _is_quiet(self, window: Window) -> bool:
        """Outputs are read to the high watermark before any negative; what comes then starts the wait anew. Who has
        left its group behind the last sentinel must come back for another one: what stands before may have stopped it.
        """
        before = window.evidence_at
        done = self._observer.drain(_DRAIN_SECONDS)
        self._observer.look_at_commits()
        if window.purpose in _NARROW:
            self._observer.look_at_members()
        return done and self._are_views_read(window, before) and not self._stage.lifecycle.has_left

    def _are_views_read(self, window: Window, before: float) -> bool:
        """No probe says anything new, of records that must be shown nor of those that must not."""
        probing = self._observer.probing
        if probing is None or window.evidence_at != before:
            return window.evidence_at == before
        probing.look_at_all(out_of_time=self._stage.is_out_of_time)
        if window.evidence_at == before and not probing.is_waiting:
            probing.look_at_refused(out_of_time=self._stage.is_out_of_time)
        return window.evidence_at == before and not probing.is_waiting

    def _start_again(self, window: Window) -> bool:
        """After an exit: once more where the commits stand. False when it exits again, or its group is all it tells."""
        self._observer.drain(_DRAIN_SECONDS)
        self._observer.look_at_commits()
        if (
            window.purpose in ("bisect", "control", "late")
            or len(window.exits) >= _EXITS_AT_MOST
            or self._state.exits_as_known(window)
        ):
            return False
        return self._stage.lifecycle.restarts(behind=False)

    def _send_again(self, window: Window, standing: Standing, again: dict[TopicPartition, int], now: float) -> None:
        """A second sentinel where the first was passed over, where half of the patience is gone (ORACLE.md §3), or
        where nobody is left to read."""
        waited = now - window.progress_at
        pace = self._state.pace
        left = standing.complete and self._stage.lifecycle.has_left
        for place in window.sentinels if left else standing.missing:
            due = left or waited >= (pace.quiet if place in standing.passed else pace.stall / 2)
            shows = window.sentinels[place].view is View.WRONG  # it has come: whether that stays wrong is waited for
            if due and not shows and place not in again:
                again[place] = 2
                self._observer.stir()
                self._dispatcher.send([self.sources[place[0]].healthy(Role.SENTINEL, place[1])], self._number)

    def _report(self, window: Window) -> None:
        if self.phase != "sending":  # how many more there will be is known of nothing else
            self._recorder.progress(Progress(unit=self._unit, phase=self.phase))
            return
        done = self._state.tally.cases + len(window.deliveries) - window.left
        self._recorder.progress(
            Progress(unit=self._unit, phase=self.phase, done=min(done, self.total), total=self.total)
        )
