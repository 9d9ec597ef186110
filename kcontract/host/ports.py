"""Free loopback ports that stay free while whoever listens there is down."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from kcontract.errors import EnvironmentFailureError

LOOPBACK = "127.0.0.1"
_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 10_000
_TRIES = 200


def free_ports(count: int) -> tuple[int, ...]:
    """`count` distinct TCP ports on 127.0.0.1 that nothing listens on now.

    They lie below the range of outgoing connections: a client that keeps reconnecting to a stopped broker could
    otherwise be given the broker's own port and connect to itself, and the broker could not come back. Another
    process may still take one before it is used, so whoever binds it retries. Raises PORTS_NONE.
    """
    found: set[int] = set()
    for port in _candidates():
        if len(found) == count:
            break
        if port not in found and is_free(port):
            found.add(port)
    if len(found) < count:
        raise EnvironmentFailureError("PORTS_NONE", f"no {count} free ports on {LOOPBACK}", "end what listens there")
    return tuple(found)


def is_free(port: int) -> bool:
    """Whether `port` can be bound on 127.0.0.1 now."""
    with socket.socket() as probe:
        # As servers do: connections that are still in TIME_WAIT do not occupy the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def is_listening(port: int, timeout_s: float = 0.2) -> bool:
    """Whether something accepts connections on `port` of 127.0.0.1."""
    try:
        socket.create_connection((LOOPBACK, port), timeout_s).close()
    except OSError:
        return False
    return True


def _candidates() -> list[int]:
    highest = _first_ephemeral() - 1
    if highest < _LOWEST + _TRIES:  # a machine that gives out nearly all ports: let it choose
        return [_chosen_by_the_system() for _ in range(_TRIES)]
    return random.sample(range(_LOWEST, highest + 1), _TRIES)


def _first_ephemeral() -> int:
    try:
        return int(_EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768


def _chosen_by_the_system() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
