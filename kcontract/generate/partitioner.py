"""Which partition a key hashes to: the default partitioner of Java's producer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from struct import Struct
from typing import NamedTuple

_MASK = 0xFFFFFFFF
_SEED, _MIX = 0x9747B28C, 0x5BD1E995
_FEWEST = 6
"""Keys of one length from which on hashing them together is quicker."""


class _Lanes(NamedTuple):
    """Words side by side in one number, each with 32 bits of room behind it: a product of two stays in its own."""

    ones: int
    mask: int
    packed: Struct


def murmur2(data: bytes) -> int:
    """The signed 32-bit hash of org.apache.kafka.common.utils.Utils.murmur2."""
    length = len(data)
    whole = length & ~3
    lanes, size, words = _pairs(length >> 2)
    number = int.from_bytes(data[:whole], "little")
    mixed = _mixed(number & lanes, lanes) | _mixed(number >> 32 & lanes, lanes) << 32
    state = _SEED ^ length
    for word in words.unpack_from(mixed.to_bytes(size, "little")):
        state = state * _MIX & _MASK ^ word
    if length != whole:
        state = (state ^ int.from_bytes(data[whole:], "little")) * _MIX & _MASK
    state = (state ^ state >> 13) * _MIX & _MASK
    state ^= state >> 15
    return state - (1 << 32) if state & 0x80000000 else state


@lru_cache(maxsize=64)
def _pairs(words: int) -> tuple[int, int, Struct]:
    """For that many words: a mask of every other one, the bytes of all pairs, and how to take the words apart."""
    pairs = (words + 1) // 2
    return _lanes(pairs).mask, pairs * 8, Struct(f"<{words}I")


@lru_cache(maxsize=64)
def _lanes(count: int) -> _Lanes:
    ones = sum(1 << 64 * lane for lane in range(count))
    return _Lanes(ones, ones * _MASK, Struct(f"<{count}Q"))


def _mixed(words: int, lanes: int) -> int:
    """Each word mixed, all at once."""
    words = words * _MIX & lanes
    return (words ^ words >> 24 & lanes) * _MIX & lanes


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key among `partitions` (≥ 1), as BuiltInPartitioner.partitionForKey computes it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def partitions_of(keys: Sequence[bytes], partitions: int) -> list[int]:
    """The same of many keys: those of one length are hashed side by side."""
    hashed: dict[bytes, int] = {}
    for length, group in groupby(sorted(set(keys), key=len), len):
        alike = list(group)
        hashed.update(
            zip(alike, _together(alike, length) if len(alike) >= _FEWEST else map(murmur2, alike), strict=True)
        )
    return [(hashed[key] & 0x7FFFFFFF) % partitions for key in keys]


def _together(keys: Sequence[bytes], length: int) -> Sequence[int]:
    """murmur2 of keys of one length, unsigned: their first words side by side, then their second ones."""
    ones, mask, packed = _lanes(len(keys))
    rows = -(-length // 4)
    words = _words(len(keys) * rows).unpack(b"".join([key.ljust(4 * rows, b"\0") for key in keys]))
    state = ones * (_SEED ^ length)
    columns = [int.from_bytes(packed.pack(*words[row::rows]), "little") for row in range(rows)]
    for column in columns[: length // 4]:
        state = state * _MIX & mask ^ _mixed(column, mask)
    if length % 4:
        state = (state ^ columns[-1]) * _MIX & mask
    state = (state ^ state >> 13 & mask) * _MIX & mask
    state ^= state >> 15 & mask
    return packed.unpack(state.to_bytes(8 * len(keys), "little"))


@lru_cache(maxsize=64)
def _words(count: int) -> Struct:
    return Struct(f"<{count}I")
