"""Where a broker's address leads: itself if it can be reached, else the address that the user gave."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping, Sequence

from kcontract.broker.tap.link import Target
from kcontract.broker.tap.loop import Loop
from kcontract.protocol.addresses import Address

_PROBE_SECONDS = 2.0


class Route:
    """The way to one broker; what wants to go there before it is known waits."""

    def __init__(self) -> None:
        self._target: Target | None = None
        self._waiting: list[Callable[[Target], None]] = []

    def take(self, call: Callable[[Target], None]) -> None:
        """Call with the target, now or when it is known."""
        if self._target is not None:
            call(self._target)
        else:
            self._waiting.append(call)

    def lead(self, target: Target) -> None:
        """It is known."""
        self._target = target
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call(target)


class Router:
    """Finds routes. Names are looked up and addresses tried in a thread, for both may take seconds."""

    def __init__(self, loop: Loop, bootstrap: Sequence[Address], others: Mapping[Address, Address]) -> None:
        """`others`: addresses to be used instead of advertised ones."""
        self._loop = loop
        self._bootstrap = tuple(bootstrap)
        self._others = others

    def to(self, advertised: Address) -> Route:
        """The way to the broker that advertises itself so."""
        route = Route()
        first = self._others.get(advertised, advertised)
        threading.Thread(target=self._find, args=(route, (first, *self._bootstrap)), daemon=True).start()
        return route

    def _find(self, route: Route, addresses: Sequence[Address]) -> None:
        """The first address that can be reached; if none can, the first that is a name for something."""
        found = [target for address in addresses for target in resolve(address)]
        target = next((one for one in found if _answers(one)), found[0] if found else None)
        self._loop.soon(lambda: route.lead(target or (socket.AF_INET, ("127.0.0.1", 9))))


def resolve(address: Address) -> list[Target]:
    """What the name stands for; empty if nothing."""
    try:
        known = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [(family, (str(place[0]), int(place[1]))) for family, _, _, _, place in known]


def _answers(target: Target) -> bool:
    with socket.socket(target[0], socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_SECONDS)
        return probe.connect_ex(target[1]) == 0
