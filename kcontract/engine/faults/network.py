"""Faults between the service and the broker, by the tap; our own connections are spared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kcontract.engine.faults.injection import Injection, Moment
from kcontract.engine.stage import Stage
from kcontract.model.faults import fault
from kcontract.model.tap import Lever

_NOT_AVAILABLE = 15
"""COORDINATOR_NOT_AVAILABLE: a commit is to be tried again."""
_WAYS: tuple[tuple[str, Lever, Moment], ...] = (
    ("network", Lever(kind="refuse"), "idle"),
    ("network:cut", Lever(kind="cut"), "batch"),
    ("network:slow", Lever(kind="slow", seconds=0.3), "idle"),
    ("network:blackHole", Lever(kind="black_hole"), "idle"),
    ("network:lostAck", Lever(kind="lost_ack", seconds=0.5), "idle"),
    ("network:commitFails", Lever(kind="commit_error", error=_NOT_AVAILABLE), "idle"),
)


def network_faults(stage: Stage) -> Iterator[Injection]:
    """Those that the tap can put on, for a service that goes through it."""
    tap = stage.tools.tap
    if tap is None:
        return
    for name, lever, moment in _WAYS:
        yield Injection(fault(name), partial(tap.set_fault, lever), tap.clear_fault, moment=moment)
