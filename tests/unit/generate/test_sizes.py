"""Records as large as the topic takes."""

from __future__ import annotations

import msgspec
import pytest

from kcontract.generate.sizes import DEFAULT_LIMIT, LARGEST, USUAL_FETCH, batch_size, sizes_of
from kcontract.model.case import Case, Expectation
from kcontract.model.contract import Contract, Malformed, Message, RegistryRules
from kcontract.model.record import Record
from tests.unit.generate.contracts import AT, Book, avro_contract, json_contract, source, text

VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER


def sized(made: tuple[Contract, Book], *kinds: str) -> dict[str, Case]:
    return {case.kind: case for case in source(made, kinds=frozenset(kinds) or None).sized()}


def limited(limit: int) -> tuple[Contract, Book]:
    contract, book = json_contract()
    return msgspec.structs.replace(contract, config=(("max.message.bytes", str(limit)),)), book


@pytest.mark.parametrize("made", [avro_contract(), json_contract()], ids=["avro", "json"])
def test_sizes_are_exact_to_the_byte(made: tuple[Contract, Book]) -> None:
    """What the broker counts is the batch, marker and all; valid ones are valid, letters are not."""
    found = sized(made, "near_limit", "over_fetch_size")
    sizes = {name.removeprefix("near_limit:"): batch_size(case.record) for name, case in found.items()}
    assert (sizes["at"], sizes["over"]) == (DEFAULT_LIMIT, DEFAULT_LIMIT + 1)
    assert (sizes["half"], sizes["million"]) == (520_000, 1_000_100)
    assert USUAL_FETCH < sizes["over_fetch_size"] <= DEFAULT_LIMIT
    expected = {name: case.expectation for name, case in found.items()}
    assert expected.pop("near_limit:half") == expected.pop("near_limit:million") == INVALID
    assert set(expected.values()) == {VALID}


def test_a_record_just_below_can_be_sent_again() -> None:
    """Another sending has a longer marker."""
    made = source(json_contract(), kinds=frozenset({"near_limit:below"}))
    (case,) = made.sized()
    assert batch_size(made.again(case).record) <= DEFAULT_LIMIT


def test_the_topic_s_own_limit_counts() -> None:
    """Small topics get small records, and none that is larger than a fetch; of large ones nothing is asked."""
    found = sized(limited(600_000))
    assert batch_size(found["near_limit:at"].record) == 600_000
    assert {name for name in found if ":" in name} == {f"near_limit:{size}" for size in ("half", "below", "at", "over")}
    assert "over_fetch_size" not in found
    assert sizes_of(limited(LARGEST + 1)[0]) == ()


def test_bombs_come_only_where_they_are_asked_for_and_may_go_off() -> None:
    """By name, and never on a cluster that is not ours."""
    assert "compression_bomb" not in sized(json_contract())
    bomb = sized(json_contract(), "compression_bomb")["compression_bomb"]
    assert (len(bomb.record.value or b"") > 10_000_000, bomb.expectation) == (True, EITHER)
    abroad = source(json_contract(), kinds=frozenset({"compression_bomb", "depth_bomb_json"}), dangerous=False)
    assert not [*abroad.sized(), *abroad.malformed()]
    assert dict(abroad.not_applicable)["depth_bomb_json"] == "dangerous, and the cluster is not ours"


@pytest.mark.parametrize(
    ("record", "size"),
    [
        (Record(None, None), 61 + 1 + 6), (Record(b"k", b"v" * 63), 61 + 2 + 3 + 2 + 64 + 1),
        (Record(b"k", b"v" * 64), 61 + 2 + 3 + 2 + 66 + 1),
        (Record(None, b"", (("a", b"b"), ("c", None))), 61 + 1 + 13),
    ],
)  # fmt: skip
def test_the_size_of_a_batch(record: Record, size: int) -> None:
    """Record format v2: lengths are zig-zag varints."""
    assert batch_size(record) == size


def test_only_strings_are_filled_with_letters() -> None:
    """A fixed, an enum and a decimal are texts in the JSON form, and take none."""
    fields = [
        {"name": "f", "type": {"type": "fixed", "name": "F", "size": 12, "logicalType": "duration"}},
        {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A"]}},
        {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}},
        {"name": "more", "type": "string"},
    ]
    document = {"type": "record", "name": "T", "fields": fields}
    contract = Contract(
        AT, "t", Message(AT, payload=text(document, "avro"), wire="plain"), RegistryRules(AT), Malformed()
    )
    found = sized((contract, ()), "near_limit")
    assert batch_size(found["near_limit:at"].record) == DEFAULT_LIMIT
