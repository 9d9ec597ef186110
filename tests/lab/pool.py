"""Many batches at once: services that are waited for leave the cores to others."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from tests.lab.running import LARGEST_BATCH, Result, batches, mostly_waits, run
from tests.lab.twin import Twin

AT_ONCE = 2 * (os.cpu_count() or 1)
"""Batches that keep cores busy. The other tests need a core as well."""
WAITING = 3 * (os.cpu_count() or 1)
"""Batches beside them that hardly do: of twins that are waited for."""


class Pool:
    """Runs twins in the background, the longest batches first, those that mostly wait beside those that work.

    A context manager: what still runs at its end is cut.
    """

    def __init__(
        self,
        twins: Iterable[Twin],
        *,
        seed: int = 0,
        at_once: int = AT_ONCE,
        waiting: int = WAITING,
        largest: int = LARGEST_BATCH,
        tries: int = 1,
    ) -> None:
        """`waiting`: so many batches of twins that mostly wait come on top of `at_once`; 0: they take their turn with
        the others. `tries`: how often a twin is run, at most, until it is right."""
        self._seed, self._tries = seed, tries
        self._lock, self._over = threading.Lock(), False
        self._running: set[subprocess.Popen[str]] = set()
        self._working = ThreadPoolExecutor(at_once)
        self._waiting = ThreadPoolExecutor(waiting) if waiting else self._working
        self.batches: dict[Future[list[Result]], tuple[Twin, ...]] = {
            self._threads(batch).submit(self._run, batch): batch for batch in batches(twins, largest)
        }
        self._of = {twin.name: future for future, batch in self.batches.items() for twin in batch}

    def result(self, twin: Twin) -> Result:
        """What the twin earned; waits until it is known. Raises what kept its batch from being run."""
        return next(result for result in self._of[twin.name].result() if result.twin.name == twin.name)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
            for process in self._running:
                process.send_signal(signal.SIGINT)
        for threads in (self._working, self._waiting):
            threads.shutdown(wait=False, cancel_futures=True)
        for threads in (self._working, self._waiting):
            threads.shutdown()

    def _threads(self, batch: Sequence[Twin]) -> ThreadPoolExecutor:
        return self._waiting if mostly_waits(batch) else self._working

    def _run(self, batch: Sequence[Twin]) -> list[Result]:
        results = run(batch, self._seed, self._watched)
        for _ in range(1, self._tries):
            wrong = {result.twin.name: result for result in results if not result.right}
            if not wrong or self._over:
                break
            again = run([result.twin for result in wrong.values()], self._seed, self._watched)
            second = {result.twin.name: replace(result, before=wrong[result.twin.name]) for result in again}
            results = [second.get(result.twin.name, result) for result in results]
        return results

    @contextlib.contextmanager
    def _watched(self, process: subprocess.Popen[str]) -> Iterator[None]:
        with self._lock:
            self._running.add(process)
            if self._over:
                process.send_signal(signal.SIGINT)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(process)
