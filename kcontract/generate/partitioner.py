"""Which partition a key hashes to: the default partitioner of Java's producer."""

from __future__ import annotations

import struct

_MASK = 0xFFFFFFFF
_SEED, _MIX = 0x9747B28C, 0x5BD1E995


def murmur2(data: bytes) -> int:
    """The signed 32-bit hash of org.apache.kafka.common.utils.Utils.murmur2."""
    length = len(data)
    state = (_SEED ^ length) & _MASK
    whole = length & ~3
    for word in struct.unpack_from(f"<{whole // 4}I", data):
        mixed = word * _MIX & _MASK
        state = (state * _MIX & _MASK) ^ ((mixed ^ mixed >> 24) * _MIX & _MASK)
    if length != whole:
        state = (state ^ int.from_bytes(data[whole:], "little")) * _MIX & _MASK
    state = (state ^ state >> 13) * _MIX & _MASK
    state ^= state >> 15
    return state - (1 << 32) if state & 0x80000000 else state


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key among `partitions` (≥ 1), as BuiltInPartitioner.partitionForKey computes it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
