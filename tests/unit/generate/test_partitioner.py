"""Partitions of keys: the same as Java's."""

from __future__ import annotations

import confluent_kafka
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kcontract.generate.partitioner import murmur2, partition_of, partitions_of


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_murmur2_gives_the_values_of_kafkas_own_test(data: bytes, expected: int) -> None:
    """The vectors of org.apache.kafka.common.utils.UtilsTest.testMurmur2."""
    assert murmur2(data) == expected


@given(st.binary(max_size=60), st.integers(1, 50))
def test_partitions_are_those_of_librdkafka(key: bytes, partitions: int) -> None:
    """librdkafka's own murmur2 partitioner, written by others, agrees."""
    assert partition_of(key, partitions) == confluent_kafka.murmur2(key, partitions)


@given(st.lists(st.one_of(st.binary(max_size=9), st.binary(min_size=36, max_size=36)), max_size=40), st.integers(1, 50))
def test_keys_hash_together_as_they_do_alone(keys: list[bytes], partitions: int) -> None:
    """Of any lengths, in any number, some of them twice."""
    assert partitions_of(keys + keys[:3], partitions) == [partition_of(key, partitions) for key in keys + keys[:3]]


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 36, 37])
def test_partitions_of_many_keys_are_those_of_librdkafka(length: int) -> None:
    """So many keys of one length that they are hashed side by side."""
    keys = [bytes([number]) * length for number in range(0, 256, 7)]
    assert partitions_of(keys, 1_000) == [confluent_kafka.murmur2(key, 1_000) for key in keys]
