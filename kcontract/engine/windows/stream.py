"""Sending many records no further ahead than the service keeps up with, and looking at what comes of them meanwhile."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from kcontract.engine.stage import Stage
from kcontract.engine.windows.dispatch import Dispatcher
from kcontract.judge.evidence import Window
from kcontract.model.case import Case
from kcontract.model.in_blocks import in_blocks
from kcontract.model.record import LogRecord

AHEAD, STRIDE = 10_000, 5_000
"""So many records whose answers have not been read may be on their way before more are sent, and so many are sent at
once: the more come together, the less the broker and a service that works in batches have to do for each."""
_HESITATION = 0.5
"""Seconds without anything seen after which a window of more than that is cut short."""
_AT_A_TIME = 1_000
"""Records that are told at once, where something else may be more urgent by then."""
_WAIT = 0.005
_PATIENCE = 10.0
"""Seconds for acknowledgements, until there is nothing better to do than to wait for them."""


class Stream:
    """The records of one window. Nothing waits for the broker's acknowledgements but what is judged by them.

    What was read is kept back until the broker has acknowledged all that had been sent by then: an origin names a
    place, and our own records in a topic are told by theirs.
    """

    def __init__(
        self,
        stage: Stage,
        dispatcher: Dispatcher,
        window: Window,
        report: Callable[[], None],
        spare: Callable[[], bool] | None = None,
    ) -> None:
        """`report` tells how far the window is. While the service is waited for, `spare` does a little of what is to be
        done anyway; False if there is nothing."""
        self._stage = stage
        self._observer, self._recorder = stage.observer, stage.tools.recorder
        self._dispatcher = dispatcher
        self._window = window
        self._report, self._spare = report, spare
        self._kept: deque[tuple[int, Sequence[LogRecord]]] = deque()
        """What was read, each with the number of volleys that had been sent by then."""
        self._untold = 0
        """Records among it."""

    def send(self, opening: Sequence[Case], closing: Sequence[Case]) -> list[Case]:
        """Send all of them, and what was read meanwhile to the judge. Those that open the window and were not sent,
        because the service did not keep up or has ended."""
        unsent: list[Case] = []
        for start, end in _strides(len(opening), self._dispatcher.ahead):
            if start >= AHEAD and self._window.purpose == "batch" and not self._keeps_up():
                unsent = list(opening[start:])
                break
            self._dispatcher.queue(opening[start:end], self._window.number)
            self._look(0)
        self._dispatcher.queue(closing, self._window.number)
        self._wait_for_acknowledgements()
        return unsent

    def _keeps_up(self) -> bool:
        """Wait until the service is not too far behind. False if it has ended, hesitates, or time is over.

        What was read need not be told for that: the service works on what is sent next while the judge is busy.
        """
        while True:
            now = self._recorder.now()
            if self._observer.has_ended or self._stage.out_of_time:
                return False
            if self._window.owed - self._untold <= AHEAD:
                return True
            if now - max(self._window.progress_at, self._window.evidence_at) >= self._hesitation():
                return False
            if not self._look(0) and not (self._spare is not None and self._spare()):
                self._look(_WAIT)
            self._observer.look_at_views()
            self._report()

    def _hesitation(self) -> float:
        """Seconds without anything told that are a sign of the service's, and not of the broker's: what was read may be
        kept back as long as that is slow."""
        return _PATIENCE if self._dispatcher.waits else max(self._stage.state.pace.quiet, _HESITATION)

    def _wait_for_acknowledgements(self) -> None:
        """All that was queued is acknowledged or refused, and all that was kept back is told."""
        deadline = self._recorder.now() + _PATIENCE
        while self._dispatcher.hear(_WAIT) < self._dispatcher.queued and self._recorder.now() < deadline:
            self._look(0)
        self._dispatcher.finish()
        self._tell(self._dispatcher.queued)

    def _look(self, wait: float) -> bool:
        """Read what has come, within `wait` seconds, and tell what may be told. Whether anything was told."""
        for some in in_blocks(self._observer.read(wait)):
            self._kept.append((self._dispatcher.queued, some))
            self._untold += len(some)
        return self._tell(self._dispatcher.hear(), _AT_A_TIME)

    def _tell(self, settled: int, most: int = sys.maxsize) -> bool:
        """Tell what was read when no more than the first `settled` volleys had been sent, about so many records at
        most. Whether there was any."""
        told = 0
        while self._kept and self._kept[0][0] <= settled and told < most:
            some = self._kept.popleft()[1]
            self._untold -= len(some)
            told += len(some)
            self._observer.take(some)
        return told > 0


def _strides(records: int, ahead: int) -> Iterator[tuple[int, int]]:
    """From where to where each volley goes. The first one is what is on its way already, if anything is."""
    end = 0
    while end < records:
        start, end = end, min(records, end + (ahead if ahead and not end else STRIDE))
        yield start, end
