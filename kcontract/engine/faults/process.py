"""The service itself is ended while it has work in hand, and started again where its commits stand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kcontract.engine.faults.injection import Injection
from kcontract.engine.stage import Stage
from kcontract.model.faults import fault


def process_faults(stage: Stage) -> Iterator[Injection]:
    """The trial starts it again: whatever the fault is, a service that is gone must come back."""
    life = stage.lifecycle
    kill = partial(life.kill, "fault")
    yield Injection(fault("killed"), kill, _nothing, moment="batch", hold=0.0)
    yield Injection(fault("killed:commit"), kill, _nothing, moment="commit", hold=0.0)
    yield Injection(fault("terminated"), life.terminate, _nothing, moment="batch", hold=0.0)


def _nothing() -> None:
    """The process is gone; there is nothing to take off."""
