"""Which partition a key hashes to: the default partitioner of Java's producer."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct

_MASK = 0xFFFFFFFF
_SEED, _MIX = 0x9747B28C, 0x5BD1E995


def murmur2(data: bytes) -> int:
    """The signed 32-bit hash of org.apache.kafka.common.utils.Utils.murmur2."""
    length = len(data)
    whole = length & ~3
    lanes, size, words = _lanes(length >> 2)
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
def _lanes(words: int) -> tuple[int, int, Struct]:
    """For that many words: a mask of every other one, the bytes of all pairs, and how to take the words apart."""
    pairs = (words + 1) // 2
    return sum(_MASK << 64 * pair for pair in range(pairs)), pairs * 8, Struct(f"<{words}I")


def _mixed(words: int, lanes: int) -> int:
    """Each word mixed, all in one number with 32 bits of room between them: a product of two words stays in its own."""
    words = words * _MIX & lanes
    return (words ^ words >> 24 & lanes) * _MIX & lanes


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key among `partitions` (≥ 1), as BuiltInPartitioner.partitionForKey computes it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
