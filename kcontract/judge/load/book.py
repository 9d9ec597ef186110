"""SLOW: a load that misses the receiver's `slo`, and misses it again (ORACLE.md §6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kcontract.judge.book import Book, Grounds, Listener
from kcontract.judge.evidence import Delivery, Window
from kcontract.judge.load.trial import LoadResult, LoadTrial, together, weigh
from kcontract.model import events as ev
from kcontract.model.contract import Receive, Slo
from kcontract.model.finding import CaseVerdict
from kcontract.model.load import LoadFigures, LoadKind, in_words, percent_of

Promise = tuple[str, LoadKind, str]
"""Input topic, load, and the name of the promise."""


class LoadBook(Book):
    """The loads of one unit. A promise that is missed once may have been the machine's doing."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__(grounds)
        self.figures: list[LoadFigures] = []
        self._trial: LoadTrial | None = None
        self._missed: dict[Promise, LoadFigures] = {}
        """With the figures of the first time."""
        self._proved: set[Promise] = set()
        self._unsure: dict[Promise, str] = {}
        """Of the last load of its kind that was judged, and why."""
        self._near: dict[Promise, str] = {}
        """As measured in the last load of its kind, in too few records to be sure; and what was measured."""
        self._kept: set[Promise] = set()
        """Missed before, and not in the last load."""
        self._results: defaultdict[tuple[str, LoadKind], list[LoadResult]] = defaultdict(list)

    def listeners(self) -> Mapping[type, Listener]:
        return {ev.LoadStarted: self._started, ev.LagSeen: self._lag_seen, ev.LoadEnded: self._ended}

    def doubts(self, topic: str, load: LoadKind) -> bool:
        """Whether a load missed something that another one would confirm or dismiss."""
        left = (self._missed.keys() | self._unsure.keys() | self._near.keys()) - self._proved - self._kept
        return any(promise[:2] == (topic, load) for promise in left)

    def is_slow(self, topic: str, load: LoadKind) -> bool:
        """Whether it is proved that this load misses a promise."""
        return any(promise[:2] == (topic, load) for promise in self._proved)

    def closed(self, window: Window) -> Iterable[CaseVerdict]:
        if self._trial is not None and window.purpose == "load":
            self._trial.deliveries.extend(window.deliveries)
        return ()

    def blind(self) -> Iterator[tuple[str, str]]:
        for topic, load, name in sorted(self._missed.keys() - self._proved):
            yield f"{topic}: `slo` {name} was missed once ({_KINDS[load]}), and not again", ""
        for topic, load, name in sorted(self._near.keys() - self._missed.keys() - self._proved):
            measured = self._near[topic, load, name]
            what = f"{topic}: `slo` {name} was missed as measured ({_KINDS[load]}: {measured}), too little for a proof"
            yield what, "a higher `at` sends more records"
        for one in self.figures:
            if one.errors and one.promised is None and one.load != "burst":
                what = f"{one.topic}: {one.errors} of {one.count:,} valid records had no effect ({_KINDS[one.load]})"
                yield f"{what}, and `slo` has no `errors` to judge that by", "slo: {errors: 0.1%}"
        for (topic, load, name), why in self._unsure.items():
            if (topic, load, name) not in self._proved:
                what = f"{topic}: whether `slo` {name} is kept ({_KINDS[load]}) is not judged: {why}"
                yield what, "measure on a quieter machine"

    def _started(self, event: ev.LoadStarted) -> Iterable[CaseVerdict]:
        slo = self.grounds.promises.inputs[event.topic].receive.slo
        self._trial = LoadTrial(event, slo) if slo is not None else None
        return ()

    def _lag_seen(self, event: ev.LagSeen) -> Iterable[CaseVerdict]:
        if self._trial is not None:
            self._trial.lags.append((round(event.at - self._trial.started.at, 3), event.lag))
        return ()

    def _ended(self, event: ev.LoadEnded) -> Iterable[CaseVerdict]:
        trial, self._trial = self._trial, None
        result = weigh(trial, event.until, self._is_past) if trial is not None and not event.broken else None
        if trial is None or result is None:
            return ()
        figures = result.figures
        self.figures = [one for one in self.figures if (one.topic, one.load) != (figures.topic, figures.load)]
        self.figures.append(figures)
        return list(self._again(trial, result))

    def _again(self, trial: LoadTrial, result: LoadResult) -> Iterator[CaseVerdict]:
        figures = result.figures
        before = self._results[figures.topic, figures.load]
        self._note(result)
        before.append(result)
        seen: list[tuple[str, str, LoadFigures]] = []
        for name, fact in result.missed:
            promise = figures.topic, figures.load, name
            first = self._missed.setdefault(promise, figures)
            if first is not figures and promise not in self._proved:
                self._proved.add(promise)
                seen.append((name, fact, first))
        if seen:
            yield self._verdict(figures, [name for name, *_ in seen], [fact for _, fact, _ in seen], [seen[0][2]])
        else:
            yield from self._together(trial, before)

    def _together(self, trial: LoadTrial, results: Sequence[LoadResult]) -> Iterator[CaseVerdict]:
        """What no load proves by itself, and all of them do together."""
        *before, last = (one.figures for one in results)
        names = [name for name, _ in results[-1].near if (last.topic, last.load, name) not in self._proved]
        facts = {name: tuple(together(trial, results, name)) for name in names}
        if proved := [name for name in names if facts[name]]:
            self._proved |= {(last.topic, last.load, name) for name in proved}
            told = dict.fromkeys(fact for name in proved for fact in facts[name])
            yield self._verdict(last, proved, list(told), before[::-1])

    def _note(self, result: LoadResult) -> None:
        """What this load could not tell takes the place of what the one before could not."""
        own = result.figures.topic, result.figures.load
        for open_ones, now in ((self._unsure, result.unsure), (self._near, result.near)):
            for promise in [one for one in open_ones if one[:2] == own]:
                del open_ones[promise]
            open_ones.update({(*own, name): why for name, why in now})
        bad = {(*own, name) for name, _ in (*result.missed, *result.unsure, *result.near)}
        self._kept |= {one for one in self._missed if one[:2] == own and one not in bad}

    def _verdict(
        self, figures: LoadFigures, names: list[str], facts: list[str], before: list[LoadFigures]
    ) -> CaseVerdict:
        receive = self.grounds.promises.inputs[figures.topic].receive
        slo = receive.slo
        assert slo is not None  # noqa: S101 - a trial is made of one
        return CaseVerdict(
            code="SLOW",
            case="",
            kind="",
            topic=figures.topic,
            at=slo.at,
            promised=_promised(receive, slo, names),
            seen=(
                *filter(None, facts),
                figures.text,
                *(f"the load before: {one.text}" for one in before),
                "percentiles stand with their bounds, each 95 % sure; latency counts from the scheduled sending",
            ),
            cause=f"{', '.join(names)} ({_KINDS[figures.load]})",
        )

    def _is_past(self, delivery: Delivery) -> bool:
        return delivery.place is not None and self.grounds.committed.get(delivery.place, 0) > delivery.offset


_KINDS: Mapping[LoadKind, str] = {
    "valid": "under valid load",
    "mixed": "under the mix with malformed records",
    "burst": "in a burst",
}


def _promised(receive: Receive, slo: Slo, names: list[str]) -> str:
    given = [(percent_of(share), limit) for share, limit in ((0.5, slo.p50), (0.95, slo.p95), (0.99, slo.p99))]
    parts = [f"{name} within {in_words(limit)}" for name, limit in given if name in names and limit is not None]
    if parts or "errors" in names:
        parts += [f"at most {slo.errors:.2%} errors"] if "errors" in names else []
        parts[-1] += f" at {slo.rate:g}/s"
    if "throughput" in names:
        parts.append(f"{slo.throughput:g} records a second")
    return f"{receive.name} keeps {', '.join(parts)}"
