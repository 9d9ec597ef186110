"""Templates: valid records with known tokens, from which any number of fresh ones is stamped."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from random import Random
from typing import Any

from kcontract.generate.contract_parts import EventType, payload_slots
from kcontract.generate.envelope import Keys, RecordHeaders
from kcontract.generate.generators import Generators, Resolver
from kcontract.generate.kind import Parent
from kcontract.generate.payload import Payload
from kcontract.generate.tokens import Mint
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.wire import header, join


class Builder:
    """Builds records around payload values."""

    def __init__(
        self,
        contract: Contract,
        book: Sequence[RegisteredSchema],
        mint: Mint,
        rng: Random,
        resolve: Resolver | None = None,
    ) -> None:
        message = contract.message
        self._contract = contract
        self._resolve = resolve
        self._mint = mint
        self._rng = rng
        self._headers = RecordHeaders(contract)
        self._keys = Keys(contract, book)
        self.generators = Generators(message)
        self._given = self.generators.pointers
        self._slots = [slot for slot in dict.fromkeys(payload_slots(message)) if slot not in self._given]

    def seeded(self, rng: Random, resolve: Resolver | None) -> Builder:
        """The same with another source of identities and choices."""
        other = copy(self)
        other._rng, other._mint, other._resolve = rng, Mint(rng), resolve
        return other

    def build(self, event: EventType, value: Any, donor: Any, entry: RegisteredSchema | None = None) -> Parent:
        """The record of a payload value. What is missing on the way to an identity is taken from `donor`."""
        payload = event.payload
        value = self.generators.put(payload, value, self._rng, self._resolve)
        value, tokens = self._stamp(payload, value, donor)
        headers, more = self._headers.make(self._mint, self._rng)
        key, own = self._keys.make(lambda pointer: payload.get(value, pointer), headers, self._mint, self._rng)
        head, mark = self._frame(entry or event.entry)
        body = payload.encode(value)
        record = Record(key, head + body, headers + mark)
        datum = value if event.kind == "avro" else None
        return Parent(record, head, body, payload.to_json(value), datum, (*tokens, *more, *own))

    def _frame(self, entry: RegisteredSchema | None) -> tuple[bytes, tuple[tuple[str, bytes | None], ...]]:
        wire = self._contract.message.wire
        if entry is None or wire == "plain":
            return b"", ()
        if wire == "confluent-header":
            return b"", (header(entry.guid or ""),)
        return join(entry.id, b""), ()

    def _stamp(self, payload: Payload, value: Any, donor: Any) -> tuple[Any, list[bytes]]:
        tokens: list[bytes] = []
        for slot in self._slots:
            value = payload.graft(value, slot, donor)
        places = [*self._slots, *(place for place in payload.uuids(value) if place not in self._given)]
        for pointer in dict.fromkeys(places):
            stamped = payload.stamped(value, pointer, self._mint)
            if stamped is not None:
                value, token = stamped
                tokens.append(token)
        return value, tokens
