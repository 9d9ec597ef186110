"""A second member takes partitions of the service's group, and gives them back; on a cluster of ours."""

from __future__ import annotations

from collections.abc import Iterator

from kcontract.engine.extra.visits import Visit
from kcontract.engine.faults.injection import Injection
from kcontract.engine.stage import Stage
from kcontract.model.faults import fault


def group_faults(stage: Stage) -> Iterator[Injection]:
    """Records go on coming until the newcomer has its share; what it is given comes back when it leaves."""
    control = stage.tools.levers.cluster
    if control is not None and stage.unit.receives:
        visit = Visit(stage, control, "rebalance")
        yield Injection(fault("rebalance"), visit.begin, visit.end, moment="batch", hold=0.5, grips=visit.grips)
