"""`kcontract explain`."""

from __future__ import annotations

import pytest

from kcontract.cli.topics import Topic, find_topic, topics
from kcontract.document.baseline import CODES as BASELINE
from kcontract.document.codes import CATALOGUE
from kcontract.errors import UsageError
from kcontract.generate.catalogue import KINDS
from kcontract.model.verdicts import VERDICTS
from tests.unit.cli.command import kcontract

TOPICS = topics()


def flat(text: str) -> str:
    """The words, however they are wrapped."""
    return " ".join(text.split())


def test_every_code_is_known_once() -> None:
    """All verdicts, kinds and mistakes, and no code means two things."""
    codes = [topic.code for topic in TOPICS]
    assert len(codes) == len(VERDICTS) + len(KINDS) + len(CATALOGUE) + len(BASELINE)
    assert len(set(codes)) == len(codes)


def test_codes_that_differ_in_letters_only_are_told_apart() -> None:
    """A kind makes records come out of order, a verdict says that the service did."""
    assert find_topic("out_of_order", TOPICS).family == "Malformed records: delivery"
    assert find_topic("OUT_OF_ORDER", TOPICS).family == "Verdicts about valid records"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
def test_every_code_is_explained(topic: Topic) -> None:
    """With its summary and more than that."""
    assert topic.summary
    assert topic.text.strip()
    assert topic.text.strip().casefold() != topic.summary.casefold()


def test_the_list_has_every_code_by_family() -> None:
    """Without a code."""
    ended = kcontract("explain")
    assert ended.code == 0
    listed = {line.split()[0] for line in ended.out.splitlines() if line.startswith("  ") and line[2] != " "}
    assert {topic.code for topic in TOPICS} <= listed
    families = {line for line in ended.out.splitlines() if line and not line.startswith(" ")}
    assert families == {topic.family for topic in TOPICS}


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("CRASHED", ["dies: an exit, a signal or an uncaught exception", "Proof:", "Java:", "Fix:"]),
        ("crash-loop", ["CRASH_LOOP", "every restart"]),
        ("LEAK", ["lets an event reach where it must not"]),
        ("bit_flip", ["Malformed records: Avro body", "L3 (decode)", "bit_flip:insert"]),
        ("bit_flip:insert", ["bit_flip"]),
        ("KEY_UNKNOWN", ["Mistakes in contract files", "Severity: error"]),
    ],
)
def test_a_code_is_explained(code: str, parts: list[str]) -> None:
    """Verdicts, kinds with or without a variant, mistakes; letters are forgiven."""
    ended = kcontract("explain", code)
    assert (ended.code, ended.err) == (0, "")
    assert all(part in flat(ended.out) for part in parts), ended.out


@pytest.mark.parametrize(
    ("code", "error", "fix"),
    [
        ("CRASHD", "CODE_UNKNOWN", "CRASHED"),
        ("trunkated", "CODE_UNKNOWN", "truncated"),
        ("xyzzyx", "CODE_UNKNOWN", "`kcontract explain` lists all codes"),
        ("CONTRACTS_NONE", "CODE_UNKNOWN", "told in full where it does"),
        ("bit_flip:nope", "VARIANT_UNKNOWN", "insert"),
        ("CRASHED:x", "VARIANT_UNKNOWN", "`kcontract explain CRASHED`"),
    ],
)
def test_an_unknown_code_gets_the_nearest(code: str, error: str, fix: str) -> None:
    """With exit 2."""
    with pytest.raises(UsageError) as caught:
        find_topic(code, TOPICS)
    assert caught.value.code == error
    assert fix in caught.value.fix
    assert kcontract("explain", code).code == 2
