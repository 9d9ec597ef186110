"""The decoders under a bounded fire; `python -m tests.decoders` is the whole one."""

from __future__ import annotations

from tests.decoders.classes import AVRO, Tally
from tests.decoders.java_side import Answer
from tests.decoders.payloads import Damaged
from tests.decoders.run import fire
from tests.decoders.trial import Said


def test_damaged_payloads_are_judged_within_bounds_and_each_refusal_has_its_reason() -> None:
    """No crash, no more than 64 MiB, a known code, a reason and a place for each refusal, and fastavro reads what is
    valid as we do."""
    avro, json = fire(2_000, 50, "unit", java=None)
    assert avro.cost.faults == []
    assert json.cost.faults == []
    assert {said.word for said in avro.said} == {said.word for said in json.said} == {"valid", "either", "invalid"}


def test_what_java_reads_otherwise_than_we_do_has_a_class_or_is_told() -> None:
    """A known refusal is counted in its class; a valid payload that Java refuses, or reads otherwise, never is."""
    tally = Tally(AVRO)
    ours = [Said("either", "trailing_bytes", 1), Said("valid", datum=1), Said("valid", datum=1), Said("invalid", "x")]
    java = [Answer(True, 2, b"1"), Answer(False, 0, b"EOFException: x"), Answer(True, 0, b"2"), Answer(True, 0, b"1")]
    tally.add('"long"', [Damaged("valid", b"1")] * 4, ours, java, int)
    assert list(tally.classes) == [("trailing_bytes", "ours refuses, Java reads, and stops early")]
    assert [each.what for each in tally.unexplained] == [
        "ours accepts, Java refuses: EOFException",
        "both accept, and read other values",
        "ours refuses, Java reads something else",
    ]
