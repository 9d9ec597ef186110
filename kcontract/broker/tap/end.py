"""One socket of a link: what it is to send, and when."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections import deque
from collections.abc import Callable

from kcontract.broker.tap.loop import READ, WRITE, Loop

_READ_BYTES = 256 << 10
FULL_BYTES = 4 << 20
"""So much may wait for a slow receiver before its sender is not read any more."""
_SCRATCH = bytearray(_READ_BYTES)
_VIEW = memoryview(_SCRATCH)
_RESET = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends RST."""


class End:
    """A connected socket. `came` is called with what was read, b"" at its end; `changed` when it has room again."""

    def __init__(self, loop: Loop, own: socket.socket, came: Callable[[bytes], None], changed: Callable[[], None]):
        self._loop = loop
        self._socket = own
        self._came = came
        self._changed = changed
        self._queue: deque[bytes] = deque()
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._reading = False
        self._frozen = False
        self._finishing = False
        self._mask = 0
        self.queued = 0
        """Bytes that wait to be sent."""
        own.setblocking(False)
        with contextlib.suppress(OSError):
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def full(self) -> bool:
        return self.queued > FULL_BYTES

    def read(self, *, wanted: bool) -> None:
        """Whether to read from it."""
        if wanted != self._reading:
            self._reading = wanted
            self._watch()

    def freeze(self, *, frozen: bool) -> None:
        """Whether nothing comes through either way."""
        self._frozen = frozen
        self._watch()

    def send(self, data: bytes, delay: float) -> None:
        """Send after `delay` seconds, never before what was to be sent earlier."""
        if not data:
            return
        self.queued += len(data)
        if delay or self._waiting:
            self._waiting.append((time.monotonic() + delay, data))
            self._loop.later(delay, self._due)
            return
        self._queue.append(data)
        if len(self._queue) == 1 and not self._frozen:
            self._flush()

    def hurry(self) -> None:
        """Send now what was to be sent later."""
        self._waiting = deque((0.0, data) for _, data in self._waiting)
        self._due()

    def finish(self) -> None:
        """Say that no more will come, once everything is sent."""
        self._finishing = True
        if not self.queued:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def close(self, *, reset: bool) -> None:
        self._loop.watch(self._socket, 0, self._ready)
        if reset:
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._socket.close()
        self._queue.clear()
        self._waiting.clear()

    def _due(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            self._queue.append(self._waiting.popleft()[1])
        if self._queue and not self._frozen and self._socket.fileno() >= 0:
            self._flush()

    def _watch(self) -> None:
        if self._socket.fileno() < 0:
            return
        mask = 0 if self._frozen else READ * self._reading | WRITE * bool(self._queue)
        if mask != self._mask:
            self._mask = mask
            self._loop.watch(self._socket, mask, self._ready)

    def _ready(self, mask: int) -> None:
        if mask & WRITE:
            self._flush()
        if mask & READ and self._reading and self._socket.fileno() >= 0:
            self._receive()

    def _receive(self) -> None:
        try:
            size = self._socket.recv_into(_VIEW)
        except BlockingIOError:
            return
        except OSError:
            size = -1
        if size <= 0:
            self.read(wanted=False)
        self._came(bytes(_VIEW[:size]) if size > 0 else b"")

    def _flush(self) -> None:
        was_full = self.full
        try:
            while self._queue:
                sent = self._socket.send(self._queue[0])
                self.queued -= sent
                if sent < len(self._queue[0]):
                    self._queue[0] = self._queue[0][sent:]
                    break
                self._queue.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self._queue.clear()
            self._came(b"")
            return
        self._watch()
        if self._finishing:
            self.finish()
        if was_full and not self.full:
            self._changed()
