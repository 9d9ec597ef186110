"""The decoders beside Java's own."""

from __future__ import annotations

from tests.decoders import java_side
from tests.decoders.run import fire
from tests.decoders.valid import compare


def test_java_reads_what_is_valid_as_we_do_and_every_disagreement_has_a_class() -> None:
    """org.apache.avro and Jackson take each payload that is valid for us, with the same value; where only one side
    refuses, the reason is known."""
    for one in fire(1_000, 20, "java", java=java_side):
        assert one.tally.unexplained == []
        assert one.tally.agreed["both read the same"] > 20
        assert one.tally.classes


def test_valid_data_of_random_schemas_are_read_alike() -> None:
    """By fastavro, of what it wrote itself, and by Java, of our bytes."""
    found = compare(60, 1, java=java_side)
    assert (found.schemas, found.values, found.fastavro, found.java) == (60, 180, [], [])
