"""RESOURCE_BLOWUP: what a service holds grows with one record, stays, and does so again after a restart (ORACLE.md §6).

The proof is two rounds. A round is windows of purpose `growth`: healthy records for comparison, the suspect alone (in
one copy for memory, in many for memory that leaks bit by bit, and in as many as it takes for what is counted), and
healthy records again, behind which the growth must still be there. Between the rounds the service is started anew. What
fills up to a bound of its own, as pools and heaps do, either grows with healthy records too, or stops before it gets as
far.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.effect_verdict import effect_verdict
from kcontract.judge.evidence import Delivery, Window
from kcontract.model import events as ev
from kcontract.model.finding import CaseVerdict
from kcontract.model.service import Resources

MEMORY, COUNTED = "memory", ("descriptors", "threads", "connections")
MOST_SHARE = 0.5
"""Of the machine's memory: a service that holds more is ended."""
COPIES, TRIALS = 32, 3
"""A round of what is counted grows by so much in each trial: that is more than the bound of any usual pool."""
_MEGABYTE = 1 << 20
_MEMORY_GROWTH, _MEMORY_CALM = 128 * _MEGABYTE, 32 * _MEGABYTE
_LEAK, _LEAK_CALM = COPIES * _MEGABYTE, 8 * _MEGABYTE
"""What so many copies must take if memory leaks, more than the garbage of a JVM before it is collected, and what as
many healthy ones may."""
_SMALL = _MEGABYTE
"""Bytes of a record that may well take some memory."""
_SUSPICIOUS = 16
_STAYS = 0.75
_COUNT_CALM = 8


def suspicious(before: Resources, after: Resources) -> tuple[str, ...]:
    """What grew so much in a window that it is worth asking why; memory first."""
    memory = (MEMORY,) if after.memory - before.memory >= _MEMORY_GROWTH else ()
    return (*memory, *(one for one in COUNTED if getattr(after, one) - getattr(before, one) >= _SUSPICIOUS))


def grew(what: str, before: Resources, after: Resources, copies: int) -> bool:
    """Whether a trial with so many copies of one record shows what a round must show."""
    growth: int = getattr(after, what) - getattr(before, what)
    if what == MEMORY:
        return growth >= _least_memory(copies)
    return growth >= max(1, copies)


def _least_memory(copies: int) -> int:
    """What so many copies must take; few of them as much as one."""
    return _LEAK if copies >= COPIES else _MEMORY_GROWTH


def copies_for(what: str, before: Resources, after: Resources, copies: int) -> int:
    """How many copies a trial takes if so many had it grow like that.

    Who takes hundreds of descriptors with each record would soon meet the limit of its process.
    """
    growth = getattr(after, what) - getattr(before, what)
    return copies if what == MEMORY else max(1, min(COPIES, 2 * COPIES * copies // max(1, growth)))


def leaking_copies(before: Resources, after: Resources) -> int:
    """How many copies are worth trying if one took so much memory; 0: none.

    They are to take twice what counts: with more of them a service that takes a lot of each would be held up for long.
    """
    growth = after.memory - before.memory
    return min(COPIES, 1 + 2 * _MEMORY_GROWTH // growth) if growth >= _LEAK // COPIES else 0


@dataclass(slots=True)
class _Window:
    """A window of purpose `growth`. `of` is empty for one that is for comparison."""

    of: str
    before: Resources | None = None
    after: Resources | None = None
    deliveries: tuple[Delivery, ...] = ()


@dataclass(slots=True)
class _Round:
    """Windows since the last start of the service, from one for comparison on."""

    windows: list[_Window] = field(default_factory=list)


class ResourceBook(Book):
    """Compares samples around windows of purpose `growth`; two rounds with the same record complete the verdict."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self._round = _Round()
        self._open: _Window | None = None
        self._proved: dict[tuple[str, str], list[tuple[Resources, Resources]]] = defaultdict(list)

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.WindowOpened: self._opened, ev.ResourcesSeen: self._seen, ev.ServiceStarted: self._started}

    def closed(self, window: Window) -> Iterator[CaseVerdict]:
        one, self._open = self._open, None
        if one is None:
            return
        one.deliveries = tuple(delivery for delivery in window.deliveries if delivery.case.root == one.of)
        if window.outcome != "settled" or window.disturbed or one.before is None or one.after is None:
            self._round = _Round()
            return
        self._round.windows.append(one)
        if not one.of:
            yield from self._end_round()
            self._round = _Round([one])

    def _opened(self, event: ev.WindowOpened) -> tuple[CaseVerdict, ...]:
        self._open = _Window(event.of) if event.purpose == "growth" else None
        return ()

    def _seen(self, event: ev.ResourcesSeen) -> tuple[CaseVerdict, ...]:
        if self._open is not None:
            self._open.before = self._open.before or event.resources
            self._open.after = event.resources
        return ()

    def _started(self, _event: ev.ServiceStarted) -> tuple[CaseVerdict, ...]:
        self._round = _Round()
        return ()

    def _end_round(self) -> Iterator[CaseVerdict]:
        """Comparison, trials of one record, comparison."""
        first, *trials, last = self._round.windows if len(self._round.windows) > 2 else [_Window("")] * 2
        roots = {trial.of for trial in trials}
        if len(roots) != 1 or not trials[0].deliveries:
            return
        delivery = trials[0].deliveries[0]
        for what in (MEMORY, *COUNTED):
            if _holds(what, first, trials, last):
                rounds = self._proved[(delivery.case.root, what)]
                rounds.append((_of(trials[0].before), _of(last.after)))
                if len(rounds) == 2:
                    yield self._verdict(delivery, what, rounds, sum(len(trial.deliveries) for trial in trials))

    def _verdict(
        self, delivery: Delivery, what: str, rounds: list[tuple[Resources, Resources]], copies: int
    ) -> CaseVerdict:
        self.grounds.tally.count(delivery, "RESOURCE_BLOWUP")
        receive = delivery.source.receive
        sent = "one such record" if copies == 1 else f"{copies} such records"
        facts = [f"{what} went from {_told(what, a)} to {_told(what, b)} with {sent}, and stayed" for a, b in rounds]
        promised = f"{receive.name} handles or refuses a record, and lets go of what it took for it"
        facts[1] += "; in a new process this time"
        facts.append("healthy records before and after it leave it as it is")
        return effect_verdict("RESOURCE_BLOWUP", delivery, (receive.at, promised), facts, cause=what)


def _holds(what: str, first: _Window, trials: list[_Window], last: _Window) -> bool:
    many = len(trials) >= TRIALS
    least = _least_memory(min(len(trial.deliveries) for trial in trials)) if many else _MEMORY_GROWTH
    calm = _COUNT_CALM if what != MEMORY else _LEAK_CALM if least == _LEAK else _MEMORY_CALM
    if any(abs(_growth(what, one)) > calm for one in (first, last)):
        return False
    net = getattr(_of(last.after), what) - getattr(_of(trials[0].before), what)
    deliveries = [delivery for trial in trials for delivery in trial.deliveries]
    if what == MEMORY:
        small = sum(len(one.case.record.value or b"") for one in deliveries) <= _SMALL
        steady = not many or all(_growth(what, trial) >= least for trial in trials)
        return bool(small and steady and net >= (_STAYS * TRIALS if many else 1) * least)
    each = all(_growth(what, trial) >= max(COPIES, len(trial.deliveries)) for trial in trials)
    return bool(len(trials) >= TRIALS and each and net >= _STAYS * max(TRIALS * COPIES, len(deliveries)))


def _growth(what: str, window: _Window) -> int:
    growth: int = getattr(_of(window.after), what) - getattr(_of(window.before), what)
    return growth


def _of(sample: Resources | None) -> Resources:
    assert sample is not None  # noqa: S101 - a window without samples is in no round
    return sample


def _told(what: str, sample: Resources) -> str:
    return f"{sample.memory // _MEGABYTE:,} MiB" if what == MEMORY else str(getattr(sample, what))
