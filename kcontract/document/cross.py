"""Mistakes that show only when several contracts are read together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import msgspec

from kcontract.document import codes
from kcontract.document.mistakes import Notebook
from kcontract.model.contract import Contract, Emits, Run
from kcontract.model.location import Location

_NOWHERE = Location("")


def check_together(contracts: Sequence[Contract], notebook: Notebook) -> None:
    """Note topics described twice, effects that differ from their topic's contract, services run in two ways."""
    _check_topics(contracts, notebook)
    _check_effects(contracts, notebook)
    _check_runs(contracts, notebook)


def _check_topics(contracts: Sequence[Contract], notebook: Notebook) -> None:
    first: dict[str, Contract] = {}
    for contract in contracts:
        if contract.taken_from is not None:
            continue
        other = first.setdefault(contract.topic, contract)
        if other is not contract:
            message = f"the topic {contract.topic} has a contract already: {other.at.file}"
            notebook.add(codes.TOPIC_TWICE, contract.at, message, "join the two, or take the other with `from`")


def _check_effects(contracts: Sequence[Contract], notebook: Notebook) -> None:
    by_topic = {contract.topic: contract for contract in contracts if contract.taken_from is None}
    for effect in _effects(contracts):
        contract = by_topic.get(effect.topic)
        if contract is None or effect.payload is None:
            continue
        own = contract.message
        known = [schema for schema in (own.payload, *(variant.payload for variant in own.one_of)) if schema is not None]
        if known and all(json.loads(schema.text) != json.loads(effect.payload.text) for schema in known):
            message = f"the contract of {effect.topic} ({contract.at.file}) has another payload"
            fix = f"name {known[0].file or 'its schema'} here"
            notebook.add(codes.EMITS_DIFFERS, effect.at, message, fix)


def _effects(contracts: Sequence[Contract]) -> Iterator[Emits]:
    return (effect for contract in contracts for receive in contract.receive for effect in receive.emits)


def _check_runs(contracts: Sequence[Contract], notebook: Notebook) -> None:
    first: dict[str, Run] = {}
    for name, run in _runs(contracts):
        other = first.setdefault(name, run)
        if _same(run) != _same(other):
            message = f"the service `{name}` is run differently at {other.at}"
            fix = "declare it once under `services` in kcontract.yaml"
            notebook.add(codes.RUN_DIFFERS, run.at, message, fix)


def _runs(contracts: Sequence[Contract]) -> Iterator[tuple[str, Run]]:
    for contract in contracts:
        yield from ((send.name, send.run) for send in contract.send)
        yield from ((receive.name, receive.run) for receive in contract.receive)


def _same(run: Run) -> Run:
    return msgspec.structs.replace(run, at=_NOWHERE)
