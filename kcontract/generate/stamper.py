"""Fresh tokens for records, and keys that hash to a wanted partition."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from random import Random

from kcontract.generate.partitioner import partition_of, partitions_of
from kcontract.generate.tokens import Mint, is_plain, restamp_record, restamp_value, stands_in
from kcontract.model.contract import Contract
from kcontract.model.record import Record
from kcontract.model.value import Value

POOL = 8
"""Keys in use per partition under `order: key` (ORACLE.md §2)."""


class Stamped(Value, frozen=True):
    """A record and the tokens in it."""

    record: Record
    tokens: tuple[bytes, ...]


class Stamper:
    """Gives records fresh tokens, and their keys a wanted partition."""

    def __init__(self, contract: Contract, mint: Mint, rng: Random, *, pooled: bool) -> None:
        self._partitions = contract.partitions
        self._mint = mint
        self._rng = rng
        self._pooled = pooled
        self._pools: dict[int, list[list[bytes]]] = {}

    def fresh(
        self, record: Record, tokens: tuple[bytes, ...], partition: int | None = None, pooled: bytes | None = None
    ) -> Stamped:
        """The record with fresh tokens; its key hashes to `partition` if 64 tries a partition find one. `pooled`: the
        key of the pool to take."""
        values = self.tokens(record.key, tokens, partition, pooled)
        return Stamped(restamp_record(record, tokens, values), values)

    def fresh_plain(self, record: Record, tokens: tuple[bytes, ...]) -> Stamped:
        """The record with fresh tokens for the plain ones of its own alone, which no schema can refuse."""
        values = tuple(self._mint.like(token) if is_plain(token) else token for token in tokens)
        return Stamped(restamp_record(record, tokens, values), values)

    def tokens(
        self, key: bytes | None, tokens: tuple[bytes, ...], partition: int | None = None, pooled: bytes | None = None
    ) -> tuple[bytes, ...]:
        """Fresh tokens for those of a record with this key."""
        inside = _standing(key, tokens)
        if inside and (self._pooled or partition is not None or pooled is not None):
            return self._wanted(key or b"", inside, tokens, partition, pooled)
        if inside == tokens[: len(inside)]:
            return self._mint.all_like(tokens)
        return self._drawn(dict.fromkeys(inside, b""), tokens)

    def _wanted(
        self,
        key: bytes,
        inside: tuple[bytes, ...],
        tokens: tuple[bytes, ...],
        partition: int | None,
        pooled: bytes | None,
    ) -> tuple[bytes, ...]:
        """Fresh tokens of which those in the key make it one of the pool, or have it hash to the partition."""
        fits = pooled is not None and inside == (key,) and len(pooled) == len(key)
        return self._drawn({key: pooled} if fits and pooled else self._for_key(key, inside, partition), tokens)

    def _drawn(self, known: dict[bytes, bytes], tokens: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Fresh tokens, those first that are to be `known`, some of them already."""
        for token in (*known, *tokens):
            if not known.get(token):
                known[token] = self._mint.like(token)
        return tuple(known[token] for token in tokens)

    def _for_key(self, key: bytes, inside: tuple[bytes, ...], partition: int | None) -> dict[bytes, bytes]:
        """New tokens for those that stand in the key: of the pool, or such that it hashes to the partition."""
        if self._pooled and inside == (key,):
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
        if not self._pooled or key is None or _standing(key, tokens) != (key,):
            return ()
        self._pooled_key(key, partition)
        return tuple(self._pools[len(key)][partition])

    def home(self, key: bytes | None) -> int | None:
        """The partition of a key; None for a record without one."""
        return None if key is None else partition_of(key, self._partitions)

    def homes(self, keys: Sequence[bytes | None]) -> list[int | None]:
        """The same of many."""
        found = iter(partitions_of([key for key in keys if key is not None], self._partitions))
        return [None if key is None else next(found) for key in keys]

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


@lru_cache(maxsize=512)
def _standing(key: bytes | None, tokens: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The tokens that stand in a key, in any form. Many mutants share a key with their parent."""
    return tuple(token for token in tokens if stands_in(token, key)) if key else ()
