"""The schema registry does not answer as it should; known schemas are cached, so the service is started anew."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kcontract.engine.faults.injection import Injection
from kcontract.engine.stage import Stage
from kcontract.model.faults import RegistryFault, fault

_WAYS: tuple[tuple[str, RegistryFault], ...] = (
    ("registryDown", "reset"),
    ("registryDown:slow", "slow"),
    ("registryDown:500", "500"),
    ("registryDown:deleted", "deleted"),
)


def registry_faults(stage: Stage) -> Iterator[Injection]:
    """Those of the gate before the registry, for a service that is given its address. Containers do not pass it."""
    gate, run = stage.tools.levers.registry, stage.unit.run
    told = [*run.command, *(value for _, value in run.env)]
    if gate is None or run.in_container or not any("{registry}" in text for text in told):
        return
    for name, way in _WAYS:
        yield Injection(fault(name), partial(gate.set_fault, way), gate.clear_fault, cold=True, hold=2.5)
