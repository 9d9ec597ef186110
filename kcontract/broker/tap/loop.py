"""One thread that waits for sockets and for times. No asyncio: a hop through it costs three times as much."""

from __future__ import annotations

import heapq
import itertools
import selectors
import socket
import time
import traceback
from collections import deque
from collections.abc import Callable

Ready = Callable[[int], None]
"""Called with the mask of what a socket is ready for."""
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Loop:
    """Waits and calls. Everything but `soon` belongs to its own thread."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._posted: deque[Callable[[], None]] = deque()
        self._wake, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self.watch(self._woken, READ, self._posts)
        self.stopped = False

    def watch(self, file: socket.socket | int, mask: int, ready: Ready) -> None:
        """Call `ready` when the file is ready for one of `mask`; no mask: not any more."""
        try:
            known = self._selector.get_key(file)
        except KeyError:
            if mask:
                self._selector.register(file, mask, ready)
            return
        if not mask:
            self._selector.unregister(file)
        elif known.events != mask:
            self._selector.modify(file, mask, ready)

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call once after so many seconds; those due at the same time in the order in which they were asked for."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._numbers), call))

    def soon(self, call: Callable[[], None]) -> None:
        """Call in the loop's thread; may be asked for from any thread."""
        self._posted.append(call)
        self._wake.send(b"x")

    def run(self) -> None:
        """Until `stopped` is set."""
        while not self.stopped:
            for key, mask in self._selector.select(self._patience()):
                known = self._selector.get_map().get(key.fd)
                if known is not None and known.fileobj is key.fileobj:  # else closed earlier in the same round
                    self._call(key, mask)
            self._tick()

    def _call(self, key: selectors.SelectorKey, mask: int) -> None:
        """A defect in what concerns one socket must not end all the others: it is told, and the socket left alone."""
        try:
            key.data(mask)
        except Exception:
            traceback.print_exc()
            if key.fd in self._selector.get_map():
                self._selector.unregister(key.fd)

    def _patience(self) -> float | None:
        return max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None

    def _tick(self) -> None:
        while self._timers and self._timers[0][0] <= time.monotonic():
            call = heapq.heappop(self._timers)[2]
            try:
                call()
            except Exception:
                traceback.print_exc()

    def _posts(self, _mask: int) -> None:
        self._woken.recv(4096)
        while self._posted:
            self._posted.popleft()()
