"""What the tap's process is told, and what it answers: one JSON line each, over its standard input and output."""

from __future__ import annotations

import msgspec

from kcontract.model.tap import Lever, Sighting
from kcontract.model.value import Value


class Begin(Value, frozen=True):
    """As its only argument: what to stand before, and where. Addresses are `host` and `port`."""

    bootstrap: tuple[tuple[str, int], ...]
    others: tuple[tuple[tuple[str, int], tuple[str, int]], ...] = ()
    host: str = "127.0.0.1"
    links: int = 4_000
    """Connections at once, at most; fewer where there are not so many file descriptors."""


class Look(Value, frozen=True, tag=True):
    """Tell what was seen."""


class Forget(Value, frozen=True, tag=True):
    """What was seen does not count any more."""


class SetFault(Value, frozen=True, tag=True):
    lever: Lever


class ClearFault(Value, frozen=True, tag=True):
    pass


Order = Look | Forget | SetFault | ClearFault


class Report(Value, frozen=True):
    """The answer to every order; the first comes unasked, when the ports are open."""

    address: tuple[str, int]
    sightings: tuple[Sighting, ...] = ()


ORDERS: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)
REPORTS: msgspec.json.Decoder[Report] = msgspec.json.Decoder(Report)
