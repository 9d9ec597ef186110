"""Which of a topic's promises a record keeps, once its case is known."""

from __future__ import annotations

from kcontract.judge.evidence import Delivery
from kcontract.judge.promises import Output, OutputRole
from kcontract.judge.symptoms import fits
from kcontract.model.record import LogRecord


def output_of(delivery: Delivery, record: LogRecord, outputs: tuple[Output, ...]) -> Output:
    """Which promise for this topic the record keeps: of several effects the first that lacks and that it fits."""
    if len(outputs) == 1:
        return outputs[0]
    own = [output for output in outputs if output.source is delivery.source] or list(outputs)
    due = [output for output in own if is_due(delivery, output)]
    lacking = [output for output in due or own if _lacks(delivery, output)]
    if len(lacking) > 1:
        lacking = [output for output in lacking if fits(delivery, record, output)] or lacking
    if lacking:
        return lacking[0]
    fitting = [output for output in due if len(due) > 1 and fits(delivery, record, output)]
    return (fitting or due or own)[0]


def is_due(delivery: Delivery, output: Output) -> bool:
    """Whether the record must have the effect (`emits.when`); False for everything but valid records."""
    return any([wanted is output for wanted in delivery.wanted])  # noqa: C419 - the list is short


def _lacks(delivery: Delivery, output: Output) -> bool:
    return output.role is OutputRole.EFFECT and not delivery.has_effect(output)
