"""Topics of ours are changed: outputs refuse what is written, the log of an input begins behind the commits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kcontract.engine.faults.injection import Injection
from kcontract.engine.stage import Stage
from kcontract.judge.runs.summing import output_names
from kcontract.model.faults import fault
from kcontract.model.record import TopicPartition
from kcontract.ports import ClusterControl

_TOO_SMALL = 1
"""Bytes: less than any batch has, so that it does not matter what the service writes."""


def topic_faults(stage: Stage) -> Iterator[Injection]:
    """What the service also reads keeps its limit, for we could not write there; compacted logs are not cut.

    Who waits until there is room for a valid record comes to no invalid one: dead letters are refused alone as well.
    """
    control = stage.tools.levers.cluster
    if control is None:
        return
    inputs = {contract.topic for contract, _ in stage.unit.receives}
    written = {name for contract, receive in stage.unit.receives for name in output_names(contract, receive)}
    outputs = (written | {contract.topic for contract, _ in stage.unit.sends}) - inputs
    letters = {source.dead_letter_topic or "" for source in stage.state.promises.inputs.values()} & outputs
    for name, topics in (("recordLimit", outputs), ("recordLimit:deadLetter", letters)):
        if topics:
            refuse = partial(control.limit_records, sorted(topics))
            yield Injection(fault(name), partial(refuse, _TOO_SMALL), partial(refuse, None))
    kept = {contract.topic for contract, _ in stage.unit.receives if contract.compacted}
    places = tuple(place for place in stage.lifecycle.places if place[0] not in kept)
    if places:
        gap = _Gap(stage, control, places)
        yield Injection(fault("offsetsOutOfRange"), gap.begin, gap.end, hold=0.0)


class _Gap:
    """Records come while the service is down, and are gone before it is up again."""

    def __init__(self, stage: Stage, control: ClusterControl, places: tuple[TopicPartition, ...]) -> None:
        self._stage, self._control, self._places = stage, control, places
        self._is_down = False

    def begin(self) -> None:
        self._is_down = True
        self._stage.lifecycle.kill("fault")

    def end(self) -> None:
        """The trial starts the service again."""
        if self._is_down:
            self._is_down = False
            self._control.delete_records(self._stage.tools.cluster.end_offsets(self._places))
