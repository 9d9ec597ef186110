"""The ports on which services come in: one a broker, made when an answer first names it."""

from __future__ import annotations

import contextlib
import resource
import socket
import struct

from kcontract.broker.tap.link import Link
from kcontract.broker.tap.loop import READ, Loop
from kcontract.broker.tap.orders import Begin
from kcontract.broker.tap.routes import Route, Router
from kcontract.broker.tap.talk import Talk
from kcontract.broker.tap.watch import Watch
from kcontract.model.tap import Lever
from kcontract.protocol.addresses import Address

_FILES_KEPT_BACK = 64
_LISTENERS_AT_MOST = 256
_BACKLOG = 512
_ACCEPTS_A_ROUND = 64
_OUT_OF_FILES_SECONDS = 0.1


class _Listener:
    """A port that leads to one broker."""

    def __init__(self, host: str, route: Route) -> None:
        self.route = route
        self.socket = _bound((host, 0))
        self.address: Address = self.socket.getsockname()[:2]

    def refuse(self, loop: Loop) -> None:
        """Keep the port without listening on it."""
        loop.watch(self.socket, 0, lambda _: None)
        self.socket.close()
        self.socket = _bound(self.address)


class Tapped:
    """All ports and all links, and the fault that is on them."""

    def __init__(self, loop: Loop, watch: Watch, begin: Begin) -> None:
        """Opens the first port."""
        self._loop = loop
        self._watch = watch
        self._host = begin.host
        self._router = Router(loop, begin.bootstrap, dict(begin.others))
        self._by_broker: dict[Address, _Listener] = {}
        self.hosts: set[bytes] = set()
        """The names of all brokers that are known."""
        self._links: set[Link] = set()
        self._lever: Lever | None = None
        self._spent = False
        """Whether the acknowledgement that was to be lost is lost."""
        self._most = _links_at_most(begin.links)
        self.address = self.local(begin.bootstrap[0])
        for other in begin.bootstrap[1:]:
            self._by_broker[other] = self._by_broker[begin.bootstrap[0]]

    def local(self, broker: Address) -> Address:
        """Our own address for a broker's; beyond a bound the broker's own."""
        known = self._by_broker.get(broker)
        if known is None:
            if len(self._by_broker) >= _LISTENERS_AT_MOST:
                return broker
            known = self._by_broker[broker] = _Listener(self._host, self._router.to(broker))
            self.hosts.add(broker[0].encode())
            if self._lever is None or self._lever.kind != "refuse":
                self._listen(known)
        return known.address

    def set(self, lever: Lever) -> None:
        """A fault begins, in place of the one before."""
        self.clear()
        self._spent = False
        self._lever = lever if lever.kind != "cut" else None
        if lever.kind == "refuse":
            for listener in self._by_broker.values():
                listener.refuse(self._loop)
        for link in tuple(self._links):
            link.apply(lever)

    def clear(self) -> None:
        """It ends."""
        lever, self._lever = self._lever, None
        if lever is None:
            return
        if lever.kind == "refuse":
            for listener in self._by_broker.values():
                self._listen(listener)
        for link in tuple(self._links):
            link.apply(None)

    def _gone(self, link: Link) -> None:
        """One lost acknowledgement is enough: who tries again gets through, and a second event shows."""
        self._links.discard(link)
        self._spent = self._spent or link.has_lost

    def _listen(self, listener: _Listener) -> None:
        listener.socket.listen(_BACKLOG)
        self._loop.watch(listener.socket, READ, lambda _: self._accept(listener))

    def _accept(self, listener: _Listener) -> None:
        for _ in range(_ACCEPTS_A_ROUND):
            try:
                client, _address = listener.socket.accept()
            except BlockingIOError:
                return
            except OSError:  # out of file descriptors, or gone before it was taken
                self._loop.watch(listener.socket, 0, lambda _: None)
                self._loop.later(_OUT_OF_FILES_SECONDS, lambda: self._again(listener))
                return
            self._take(client, listener)

    def _again(self, listener: _Listener) -> None:
        if self._lever is None or self._lever.kind != "refuse":
            self._loop.watch(listener.socket, READ, lambda _: self._accept(listener))

    def _take(self, client: socket.socket, listener: _Listener) -> None:
        if len(self._links) >= self._most:
            self._watch.refused += 1
            with contextlib.suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            return
        self._watch.connected += 1
        talk = Talk(self._watch, self, lambda: None if self._spent else self._lever)
        link = Link(self._loop, client, talk, self._gone)
        self._links.add(link)
        link.apply(self._lever)
        listener.route.take(link.connect)


def _bound(address: Address) -> socket.socket:
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setblocking(False)
    own.bind(address)
    return own


def _links_at_most(most: int) -> int:
    """So many, or as many as there are file descriptors for, two a link."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * most + _FILES_KEPT_BACK
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(most, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - _FILES_KEPT_BACK) // 2))
