"""On a cluster that is not ours every topic of a run gets the run's own prefix (FORMAT.md, Units)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kcontract.engine.plan import Unit
from kcontract.model.contract import Contract, DeadLetter, Receive, Reply


def prefixed(contracts: Sequence[Contract], prefix: str) -> tuple[Contract, ...]:
    """The contracts with `prefix` before every topic name."""
    return tuple(_contract(contract, prefix) for contract in contracts)


def takes_topic(unit: Unit) -> bool:
    """Whether the service learns its topic's name from us; without that it would work on another topic."""
    texts = [*unit.run.command, *(value for _, value in unit.run.env)]
    return any("{topic}" in text for text in texts)


def _contract(contract: Contract, prefix: str) -> Contract:
    reply = contract.reply
    if isinstance(reply, Reply) and isinstance(reply.topic, str):
        reply = msgspec.structs.replace(reply, topic=prefix + reply.topic)
    receive = tuple(_receive(one, prefix) for one in contract.receive)
    return msgspec.structs.replace(contract, topic=prefix + contract.topic, reply=reply, receive=receive)


def _receive(receive: Receive, prefix: str) -> Receive:
    emits = tuple(msgspec.structs.replace(one, topic=prefix + one.topic) for one in receive.emits)
    retry = receive.retry
    if retry is not None:
        later = tuple(prefix + topic for topic in retry.later)
        retry = msgspec.structs.replace(retry, topic=prefix + retry.topic, later=later)
    letter = receive.on_invalid.dead_letter
    rule = receive.on_invalid
    if isinstance(letter, DeadLetter):
        rule = msgspec.structs.replace(rule, dead_letter=msgspec.structs.replace(letter, topic=prefix + letter.topic))
    return msgspec.structs.replace(receive, emits=emits, retry=retry, on_invalid=rule)
