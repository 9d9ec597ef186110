"""The cases of a receiver in windows, one behind the other, each as large as fits the service."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from itertools import chain

from kcontract.engine.confirming.culprits import Detective
from kcontract.engine.confirming.triage import Triage
from kcontract.engine.stage import Stage
from kcontract.engine.windows.case_queue import CaseQueue
from kcontract.engine.windows.player import Player
from kcontract.judge.evidence import Window
from kcontract.model.case import Case

_LARGE_WINDOW, _LARGEST_WINDOW = 2_000, 20_000
"""Windows grow up to this while the service gets through, and for a quick one further: each ends with a wait."""
_QUICK = 1.5
"""Seconds for a window: the next one is made as large as takes about so long. The first ones take mostly the time that
any window takes, and are followed by a larger one for it."""
_STEEPEST = 16
"""Times the size of the window before."""
_LATE, _LATE_SECONDS = "answers take too long", 60.0


class Batches:
    """Plays all cases of a queue; what is not played is told as left out, with its reason."""

    def __init__(self, stage: Stage, player: Player, detective: Detective, triage: Triage, queue: CaseQueue) -> None:
        self._stage, self._player = stage, player
        self._detective, self._triage = detective, triage
        self._queue = queue
        self._recorder = stage.tools.recorder
        self._size = min(stage.tools.settings.window, self._most())
        self._sent = 0
        self._noted = False
        """Whether that was done for the last window."""
        self._ahead: Sequence[Case] = ()
        """The next batch, where it was taken before the window of the last one was closed."""

    def play(self) -> None:
        """Until none is left, the service does not start any more, or time is over."""
        while batch := self._next():
            begun, self._noted = self._recorder.now(), False
            spare = partial(self._queue.prepare, min(_STEEPEST * len(batch), _LARGEST_WINDOW))
            window = self._player.play_batch(batch, partial(self._look_ahead, len(batch), begun), spare)
            if not self._noted:
                self._note(window, len(batch), begun)
            self._queue.put_back(self._triage.resolve(window))
            self._player.forget(window)
            del window, batch
        if left := self._queue.take(1):
            late = self._sent >= self._most() and not self._stage.out_of_time
            self._triage.leave_out(chain(left, self._queue), _LATE if late else self._triage.why_stopped())

    def _next(self) -> Sequence[Case]:
        """The next batch, for a service that runs; none if there is no more, or nothing more can be sent."""
        ahead, self._ahead = self._ahead, ()
        while not ahead and not self._over and (drawn := self._queue.take(self._size)):
            ahead = self._triage.choose(drawn)
            if ahead and not self._detective.revive():
                self._queue.put_back(ahead)
                return ()
        return ahead

    def _look_ahead(self, count: int, begun: float, window: Window) -> Sequence[Case]:
        """The batch after this window, which has settled, if it is certain that there is one, and which it is."""
        if window.disturbed or self._player.unsent or not self._triage.calm:
            return ()
        self._note(window, count, begun)
        self._ahead = () if self._over else self._queue.take(self._size)
        return self._ahead

    def _note(self, window: Window, count: int, begun: float) -> None:
        """What was not sent comes next; the size of the next window is learnt of this one."""
        self._noted = True
        self._sent += count - len(self._player.unsent)
        self._queue.put_back(self._player.unsent)
        size = self._next_size(window, self._recorder.now() - begun)
        self._size = min(size, self._stage.observer.fits(len(window.deliveries)))

    @property
    def _over(self) -> bool:
        return self._stage.out_of_time or self._sent >= self._most()

    def _most(self) -> int:
        """How many cases are sent to a service whose answers are late: the finding stands, and each costs its time."""
        state = self._stage.state
        is_late = any(verdict.code == "NO_REPLY" and verdict.cause == "late" for verdict in state.reached)
        return max(1, int(_LATE_SECONDS / (state.pace.p50 or 1.0))) if is_late else sys.maxsize

    def _next_size(self, window: Window, seconds: float) -> int:
        """Windows grow while the service gets through, and beyond the usual size only for a quick one."""
        size = self._size
        if window.disturbed or self._player.unsent:
            return self._stage.tools.settings.window
        if seconds < _QUICK:
            return min(max(2 * size, min(int(size * _QUICK / max(seconds, 0.001)), _STEEPEST * size)), _LARGEST_WINDOW)
        return min(2 * size, max(size // 2, _LARGE_WINDOW))
