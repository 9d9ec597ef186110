"""Templates: valid records with known tokens, from which any number of fresh ones is stamped."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from random import Random
from typing import Any

from kcontract.generate.contract_parts import EventType, payload_slots
from kcontract.generate.envelope import Keys, RecordHeaders
from kcontract.generate.generators import Generators, Resolver
from kcontract.generate.kind import Parent
from kcontract.generate.partitioner import partition_of
from kcontract.generate.payload import Payload
from kcontract.generate.tokens import Mint, forms, restamp_record, restamp_value
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from kcontract.model.registry import RegisteredSchema
from kcontract.schema.wire import header, join

POOL = 8
"""Keys in use per partition under `order: key` (ORACLE.md §2)."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """A record and the tokens in it."""

    record: Record
    tokens: tuple[bytes, ...]


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


class Stamper:
    """Gives records fresh tokens, and their keys a wanted partition."""

    def __init__(self, contract: Contract, mint: Mint, rng: Random, *, pooled: bool) -> None:
        self._partitions = contract.partitions
        self._mint = mint
        self._rng = rng
        self._pooled = pooled
        self._pools: dict[int, list[list[bytes]]] = {}
        self._last: tuple[bytes, tuple[bytes, ...], list[bytes]] = b"", (), []

    def fresh(
        self, record: Record, tokens: tuple[bytes, ...], partition: int | None = None, pooled: bytes | None = None
    ) -> Stamped:
        """The record with fresh tokens; its key hashes to `partition` if 64 tries a partition find one. `pooled`: the
        key of the pool to take."""
        key = record.key or b""
        inside = self._standing(key, tokens)
        new = dict.fromkeys(tokens, b"")
        if inside:
            fits = pooled is not None and inside == [key] and len(pooled) == len(key)
            new.update({key: pooled} if fits and pooled else self._for_key(key, inside, partition))
        new.update((token, self._mint.like(token)) for token in tokens if not new[token])
        values = tuple(new[token] for token in tokens)
        return Stamped(restamp_record(record, tokens, values), values)

    def _standing(self, key: bytes, tokens: tuple[bytes, ...]) -> list[bytes]:
        """The tokens that stand in a key; mostly asked again for the last one, which many mutants share."""
        known, of, found = self._last
        if known != key or of is not tokens:
            found = [token for token in tokens if _stands_in(token, key)]
            self._last = key, tokens, found
        return found

    def _for_key(self, key: bytes, inside: list[bytes], partition: int | None) -> dict[bytes, bytes]:
        """New tokens for those that stand in the key: of the pool, or such that it hashes to the partition."""
        if self._pooled and inside == [key]:
            return {key: self._pooled_key(key, partition)}
        drawn = [self._mint.like(token) for token in inside]
        for _ in range(64 * self._partitions if partition is not None else 0):
            if partition == self.home(restamp_value(key, inside, drawn)):
                break
            drawn = [self._mint.like(token) for token in inside]
        return dict(zip(inside, drawn, strict=True))

    def pool(self, record: Record, tokens: tuple[bytes, ...], partition: int) -> tuple[bytes, ...]:
        """The keys of a partition's pool; empty where the record's key is not taken from one."""
        key = record.key
        if not self._pooled or key is None or [token for token in tokens if _stands_in(token, key)] != [key]:
            return ()
        self._pooled_key(key, partition)
        return tuple(self._pools[len(key)][partition])

    def home(self, key: bytes | None) -> int | None:
        """The partition of a key; None for a record without one."""
        return None if key is None else partition_of(key, self._partitions)

    def _pooled_key(self, key: bytes, partition: int | None) -> bytes:
        """A key of the partition's pool (ORACLE.md §2, `order: key`)."""
        pools = self._pools.setdefault(len(key), [[] for _ in range(self._partitions)])
        self._fill(pools, key)
        wanted = self._rng.randrange(self._partitions) if partition is None else partition
        return self._rng.choice(pools[wanted]) if pools[wanted] else self._mint.like(key)

    def _fill(self, pools: list[list[bytes]], key: bytes) -> None:
        tries = 0
        while any(len(pool) < POOL for pool in pools) and tries < 200 * self._partitions:
            tries += 1
            token = self._mint.like(key)
            pool = pools[partition_of(token, self._partitions)]
            if len(pool) < POOL:
                pool.append(token)


def _stands_in(token: bytes, key: bytes | None) -> bool:
    return bool(key) and any(form in (key or b"") for form in forms(token))
