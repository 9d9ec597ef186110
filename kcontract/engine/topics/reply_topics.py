"""Reply topics of the run's own, for contracts whose requests name the topic of their answer."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kcontract.model.contract import Contract, Expression, Reply
from kcontract.model.naming import run_prefix, without_prefix

_TOPICS = 2
"""So many that an answer to another request's topic shows."""


def with_reply_topics(contracts: Sequence[Contract], run: str) -> tuple[Contract, ...]:
    """The contracts, each with topics for its answers where the request names one in a header."""
    return tuple(_contract(contract, run) for contract in contracts)


def _contract(contract: Contract, run: str) -> Contract:
    reply = contract.reply
    if not isinstance(reply, Reply) or not isinstance(reply.topic, Expression) or reply.topic.root != "message.header":
        return contract
    stem = run_prefix(run) + without_prefix(contract.topic, run)
    topics = tuple(f"{stem}.reply.{number}" for number in range(1, _TOPICS + 1))
    return msgspec.structs.replace(contract, reply=msgspec.structs.replace(reply, topics=topics))
