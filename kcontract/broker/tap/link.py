"""A client's connection and the one to the broker that belongs to it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

from kcontract.broker.tap.end import End
from kcontract.broker.tap.framing import Framer
from kcontract.broker.tap.loop import WRITE, Loop
from kcontract.broker.tap.talk import Talk
from kcontract.model.tap import Lever

Target = tuple[int, tuple[str, int]]
"""Address family, and host and port in figures."""
_CONNECT_SECONDS = 10.0


class Link:
    """Passes on what comes, either way, until one side ends."""

    def __init__(self, loop: Loop, client: socket.socket, talk: Talk, closed: Callable[[Link], None]) -> None:
        self._loop = loop
        self._talk = talk
        self._closed = closed
        self._requests, self._answers = Framer(), Framer()
        self._client = End(loop, client, self._from_client, self._flow)
        self._broker: End | None = None
        self._connecting: socket.socket | None = None
        self._lever: Lever | None = None
        self._due = False
        self.open = True

    @property
    def has_lost(self) -> bool:
        """Whether it has held an acknowledgement back for good."""
        return self._talk.reset_after is not None

    def connect(self, target: Target) -> None:
        """Begin to connect to the broker."""
        if not self.open:
            return None
        family, address = target
        try:
            own = self._connecting = socket.socket(family, socket.SOCK_STREAM)
            own.setblocking(False)
            error = own.connect_ex(address)
        except OSError:
            return self.close(reset=True)
        if error not in (0, errno.EINPROGRESS):
            return self.close(reset=True)
        self._loop.watch(own, WRITE, lambda _: self._connected())
        self._loop.later(_CONNECT_SECONDS, self._give_up)
        return None

    def apply(self, lever: Lever | None) -> None:
        """A fault begins or ends."""
        kind = lever.kind if lever else ""
        if kind in ("refuse", "cut") or (kind == "" and self._talk.holds):
            return self.close(reset=True)
        self._lever = lever
        for end in (self._client, self._broker):
            if end is not None:
                end.freeze(frozen=kind == "black_hole")
                if kind != "slow":
                    end.hurry()
        return None

    def close(self, *, reset: bool) -> None:
        """End both sides: at once and with RST, or as one that has nothing more to say."""
        if not self.open:
            return
        self.open = False
        self._talk.close()
        self._client.close(reset=reset)
        if self._broker is not None:
            self._broker.close(reset=reset)
        if self._connecting is not None:
            self._loop.watch(self._connecting, 0, lambda _: None)
            self._connecting.close()
        self._closed(self)

    def _give_up(self) -> None:
        if self._broker is None:
            self.close(reset=True)

    def _connected(self) -> None:
        own, self._connecting = self._connecting, None
        if own is None:
            return None
        self._loop.watch(own, 0, lambda _: None)
        if own.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            own.close()
            return self.close(reset=True)
        self._broker = End(self._loop, own, self._from_broker, self._flow)
        self.apply(self._lever)
        self._flow()
        return None

    def _flow(self) -> None:
        """Who sends too much is not read until the other side has taken it."""
        if self.open and self._broker is not None:
            self._client.read(wanted=not self._broker.full)
            self._broker.read(wanted=not self._client.full)

    @property
    def _delay(self) -> float:
        return self._lever.seconds if self._lever is not None and self._lever.kind == "slow" else 0.0

    def _from_client(self, data: bytes) -> None:
        broker = self._broker
        if not data or broker is None:
            return self._ended(broker)
        said = [self._talk.out(piece) for piece in self._requests.feed(data)]
        broker.send(b"".join(out for out, _ in said), self._delay)
        self._give([answer for _, back in said for answer in back])
        self._talk.read()
        if self.open and broker.full:
            self._flow()
        return None

    def _from_broker(self, data: bytes) -> None:
        if not data:
            return self._ended(self._client)
        self._give([answer for piece in self._answers.feed(data) for answer in self._talk.back(piece)])
        self._talk.read()
        if self._talk.reset_after is not None and not self._due:
            self._due = True
            self._loop.later(self._talk.reset_after, lambda: self.close(reset=True))
        if self.open and self._client.full:
            self._flow()
        return None

    def _give(self, answers: list[bytes]) -> None:
        if self.open and answers:
            self._client.send(b"".join(answers), self._delay)

    def _ended(self, other: End | None) -> None:
        """One side has said its last: the other gets what is still on its way, then the end."""
        if not self.open:
            return
        if other is not None and other.queued:
            other.finish()
            self._loop.later(1.0, lambda: self.close(reset=False))
        else:
            self.close(reset=False)
