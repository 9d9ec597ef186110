"""Where the time of a run goes: methods of ports are watched, and each moment counts for the innermost of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from time import perf_counter
from typing import Any

from kcontract.broker.cluster import KafkaCluster
from kcontract.broker.reader import TopicReader
from kcontract.engine.recorder import Recorder
from kcontract.judge.state import UnitState
from kcontract.store.history import HistoryFile


class Parts:
    """Exclusive seconds of each part while windows of cases are played."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._noted: dict[str, float] = {}
        self._stack: list[str] = ["rest"]
        self._since = perf_counter()

    def begin(self) -> None:
        """What was before does not count."""
        self._switch()
        self._seconds.clear()

    def note(self) -> None:
        """What comes after this, and before another `note`, does not count."""
        self._switch()
        self._noted = dict(self._seconds)

    def watch(self, cluster: KafkaCluster, recorder: Recorder, history: HistoryFile) -> None:
        """From now on take the time of these objects' methods."""
        for method in ("append", "extend"):
            self._timed(history, method, "history")
        for method in ("send", "flush"):
            self._timed(cluster, method, "send and wait for acknowledgements")
        for method in ("committed", "describe", "end_offsets"):
            self._timed(cluster, method, "commits and members")
        make = cluster.reader

        def reader(topics: Any) -> TopicReader:
            made = make(topics)
            self._timed(made, "poll", "receive, waiting included")
            self._timed(made, "drain", "receive, waiting included")
            return made

        cluster.reader = reader  # type: ignore[method-assign]
        record = recorder.record

        def first(event: Any) -> None:
            recorder.record = record  # type: ignore[method-assign]
            record(event)
            assert isinstance(recorder.state, UnitState)
            for method in ("feed", "feed_all"):
                self._timed(recorder.state, method, "judge")
            self._timed(recorder.state, "standing", "judge: standing of the window")

        recorder.record = first  # type: ignore[method-assign]

    def print(self, cases: int, rate: float) -> None:
        """One line a part: microseconds a case, all phases of the run together."""
        print(f"where the time goes, in µs a case (at {rate:,.0f} cases/s)")
        for name, seconds in sorted(self._noted.items(), key=lambda part: -part[1]):
            print(f"  {name:<36} {seconds / cases * 1e6:>8.1f}")

    def _timed(self, thing: Any, method: str, part: str) -> None:
        inner: Callable[..., Any] = getattr(thing, method)

        def outer(*args: Any, **named: Any) -> Any:
            self._switch()
            self._stack.append(part)
            try:
                return inner(*args, **named)
            finally:
                self._switch()
                self._stack.pop()

        setattr(thing, method, outer)

    def _switch(self) -> None:
        now = perf_counter()
        self._seconds[self._stack[-1]] += now - self._since
        self._since = now
