"""What a case calls itself: its correlation id, and whether that is its own."""

from __future__ import annotations

from typing import Any

from kcontract.judge.evidence import Delivery
from kcontract.judge.tying.where_index import token_text
from kcontract.model.contract import Expression
from kcontract.oracle.expressions import MISSING, evaluate


def correlation_of(delivery: Delivery, expression: Expression) -> Any:
    """The request's correlation id, MISSING if it has none."""
    payload = delivery.payload() if expression.root == "message.payload" else MISSING
    return evaluate(expression, delivery.case.record, payload)


def keeps_its_id(delivery: Delivery) -> bool:
    """Whether the correlation id is the case's own, so that its effects can be told from another's. What damages
    headers may have taken it away, or put another in its place that other records have as well."""
    expression = delivery.source.contract.message.correlation_id
    if expression is None or delivery.case.code != "header_damage":
        return True
    return is_own(delivery, token_text(correlation_of(delivery, expression)))


def is_own(delivery: Delivery, token: bytes | None) -> bool:
    return token in {own.lower() for own in delivery.case.tokens}
