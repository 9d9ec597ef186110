"""Which partition a key hashes to: the default partitioner of Java's producer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from struct import Struct

_MASK = 0xFFFFFFFF
_SEED, _MIX = 0x9747B28C, 0x5BD1E995


def murmur2(data: bytes) -> int:
    """The signed 32-bit hash of org.apache.kafka.common.utils.Utils.murmur2."""
    length = len(data)
    whole = length & ~3
    lanes, size, words = _pairs(length >> 2)
    mixed = _mixed(int.from_bytes(data[:whole], "little"), lanes)
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
    return _every(2, pairs) * _MASK, pairs * 8, Struct(f"<{words}I")


def _every(step: int, count: int) -> int:
    """The number that has a one in each `step`-th word."""
    return sum(1 << 32 * step * place for place in range(count))


def _mixed(words: int, lanes: int) -> int:
    """Each word mixed: every other one, then those between. A product of two has room for itself that way."""
    return _mixed_lanes(words & lanes, lanes) | _mixed_lanes(words >> 32 & lanes, lanes) << 32


def _mixed_lanes(words: int, lanes: int) -> int:
    words = words * _MIX & lanes
    return (words ^ words >> 24 & lanes) * _MIX & lanes


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key among `partitions` (≥ 1), as BuiltInPartitioner.partitionForKey computes it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def partitions_of(keys: Sequence[bytes], partitions: int) -> list[int]:
    """The same of many keys: those of one length are hashed side by side."""
    lengths = list(map(len, keys))
    if len(set(lengths)) == 1:
        return [(state & 0x7FFFFFFF) % partitions for state in _together(keys, lengths[0])]
    hashes = {length: iter(_together([key for key in keys if len(key) == length], length)) for length in set(lengths)}
    return [(next(hashes[length]) & 0x7FFFFFFF) % partitions for length in lengths]


@lru_cache(maxsize=256)
def _sides(count: int) -> tuple[int, int, Struct]:
    """For so many keys side by side, eight bytes each: a one in each, a mask of the lower four, how to take those."""
    ones = _every(2, count)
    return ones, ones * _MASK, Struct("<" + "I4x" * count)


def _together(keys: Sequence[bytes], length: int) -> Sequence[int]:
    """murmur2 of keys of one length, unsigned: their first words at once, then their second ones."""
    ones, lanes, states = _sides(len(keys))
    state = ones * (_SEED ^ length)
    words = _words(keys, length)
    for _ in range(length >> 2):
        word = next(words) * _MIX & lanes
        state = state * _MIX & lanes ^ (word ^ word >> 24 & lanes) * _MIX & lanes
    if length % 4:
        state = (state ^ next(words)) * _MIX & lanes
    state = (state ^ state >> 13 & lanes) * _MIX & lanes
    state ^= state >> 15 & lanes
    return states.unpack(state.to_bytes(states.size, "little"))


def _words(keys: Sequence[bytes], length: int) -> Iterator[int]:
    """The first words of all keys side by side, then the second ones."""
    lanes = _sides(len(keys))[1]
    pairs = -(-length // 8)
    columns = memoryview(bytes(8 * pairs - length).join((*keys, b""))).cast("Q")
    for place in range(pairs):
        both = int.from_bytes(columns[place::pairs].tobytes(), "little")
        yield both & lanes
        yield both >> 32 & lanes
