"""The ordinary record of an event type: the healthy one, that most others are made from."""

from __future__ import annotations

from itertools import islice

from kcontract.errors import UsageError
from kcontract.generate.kind import Parent
from kcontract.generate.templates import Builder
from kcontract.generate.values import Values
from kcontract.model.case import VALID_KIND, Expectation
from kcontract.model.contract import Contract, Receive
from kcontract.oracle.topic import TopicOracle
from kcontract.oracle.when import applies

_TRIES = 40


def first_valid(contract: Contract, receive: Receive, oracle: TopicOracle, builder: Builder, values: Values) -> Parent:
    """The first valid one, if possible one with an effect. UsageError GENERATE_NO_VALID, GENERATE_VALUE."""
    reason = "no value of its schema was found"
    without: Parent | None = None
    for value in islice(values.candidates(), _TRIES):
        parent = builder.build(values.event, value, values.donor)
        expected = oracle.expect(parent.record, hint=VALID_KIND)
        if expected.expectation is Expectation.VALID:
            if _has_effect(receive, parent):
                return parent
            without = without or parent
        reason = expected.rejection.reason if expected.rejection else reason
    if without is not None:
        return without
    wrong = builder.generators.blamed(1)
    if wrong is not None:
        raise wrong
    large = values.event.payload.too_large
    if large:
        raise UsageError(
            "GENERATE_TOO_LARGE",
            f"no valid record for {contract.topic} could be generated: {large[0]}",
            "give one in message.examples, or ask for less in the schema",
        )
    raise UsageError(
        "GENERATE_NO_VALID",
        f"no valid record for {contract.topic} could be generated: {reason}",
        "give one in message.examples, or values for a field in message.generators",
    )


def _has_effect(receive: Receive, parent: Parent) -> bool:
    """Whether an effect of it can be seen: a healthy record that no `when` takes shows nothing."""
    return not receive.emits or any(one.when is None or applies(one.when, parent.json) for one in receive.emits)
