"""Which partition a key hashes to: the default partitioner of Java's producer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

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
    hashes = {length: iter(_together([key for key in keys if len(key) == length], length)) for length in set(lengths)}
    return [(next(hashes[length]) & 0x7FFFFFFF) % partitions for length in lengths]


class _Rows(NamedTuple):
    """Keys behind each other in one number, so many words each: a row is the words of one place in all of them."""

    ones: int
    """A one in each word of the first row."""
    first: int
    """A mask of the first row."""
    lanes: int
    """A mask of every other word."""
    size: int
    """Bytes of all keys."""
    states: Struct
    """Takes the first row apart."""


@lru_cache(maxsize=256)
def _rows(count: int, words: int) -> _Rows:
    ones = _every(words, count)
    states = Struct("<" + f"I{4 * (words - 1)}x" * count)
    return _Rows(ones, ones * _MASK, _every(2, (count * words + 1) // 2) * _MASK, 4 * count * words, states)


def _together(keys: Sequence[bytes], length: int) -> Sequence[int]:
    """murmur2 of keys of one length, unsigned: their first words at once, then their second ones."""
    width = max(-(-length // 4), 2)
    ones, first, lanes, size, states = _rows(len(keys), width)
    words = int.from_bytes(b"".join([key.ljust(4 * width, b"\0") for key in keys]), "little")
    mixed = _mixed(words, lanes)
    state = ones * (_SEED ^ length)
    whole = length >> 2
    for row in range(whole):
        state = state * _MIX & first ^ mixed >> 32 * row & first
    if length % 4:
        state = (state ^ words >> 32 * whole & first) * _MIX & first
    state = (state ^ state >> 13 & first) * _MIX & first
    state ^= state >> 15 & first
    return states.unpack(state.to_bytes(size, "little"))
