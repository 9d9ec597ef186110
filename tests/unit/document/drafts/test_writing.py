"""Drafted contracts have no mistakes, whatever is in them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from kcontract.document.drafts.draft import Draft, Payload, Seen
from kcontract.document.drafts.writing import contract_text
from tests.unit.document.trees import load

AVRO = '{"type":"record","name":"a.B","fields":[{"name":"event_id","type":"string"},{"name":"id","type":"string"}]}'
NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
WORD = NAME.filter(lambda text: not set("{}$\0") & set(text))  # no placeholders, and what an argument can be
SEEN = st.builds(
    Seen,
    records=st.integers(1, 9),
    tombstones=st.integers(0, 2),
    odd=st.integers(0, 2),
    key=st.sampled_from(["", "{type: string, format: uuid}"]),
    key_note=NAME,
    key_from=st.sampled_from([(), ("/id",), ("/id", "/event_id")]),
    headers=st.lists(NAME, max_size=3, unique=True).map(tuple),
    some_headers=st.lists(NAME, max_size=3).map(tuple),
)


def _mistakes(draft: Draft) -> list[str]:
    extra = {payload.path: payload.text.encode() for payload in draft.payloads}
    loaded = load(contract_text(draft), extra=extra)
    assert loaded.files == 1
    return [str(mistake) for mistake in loaded.mistakes]


@given(SEEN | st.none(), st.sampled_from(["confluent", "confluent-header", "plain"]), st.booleans(), WORD)
def test_a_draft_has_no_mistakes(seen: Seen | None, wire: object, compacted: bool, service: str) -> None:
    """Whatever headers are called, and whatever the command is."""
    draft = Draft(
        "patient.created", (Payload("B", "avro", AVRO, "drafted/a b.avsc"),), wire,  # type: ignore[arg-type]
        service="my-service", command=("run", service), seen=seen, partitions=3, compacted=compacted,
        identity="$message.payload#/event_id", key_guess="/id",
    )  # fmt: skip
    assert _mistakes(draft) == []


def test_several_event_types_and_versions_have_no_mistakes() -> None:
    """`oneOf` for records of several names, `versions` for several of one."""
    newer = AVRO.replace('"fields":[', '"fields":[{"name":"n","type":"int","default":1},')
    versions = Draft(
        "t", (Payload("B", "avro", newer, "drafted/2.avsc", ("drafted/1.avsc",)),), "confluent", "s", (), Seen(2)
    )
    extra = {"drafted/1.avsc": AVRO.encode(), "drafted/2.avsc": newer.encode()}
    loaded = load(contract_text(versions), extra=extra)
    assert [str(mistake) for mistake in loaded.mistakes] == []
    assert [version.text for version in loaded.contracts[0].registry.versions] == [AVRO, newer]
    other = AVRO.replace("a.B", "a.C")
    types = (Payload("B", "avro", AVRO, "drafted/b.avsc"), Payload("C", "avro", other, "drafted/c.avsc"))
    assert _mistakes(Draft("t", types, "confluent", "s", (), Seen(2))) == []


def test_bytes_that_nobody_understands_have_no_payload() -> None:
    """A draft without a schema is a contract all the same."""
    assert _mistakes(Draft("t", (), "plain", "s", (), Seen(2, odd=2))) == []


def test_what_was_not_seen_is_a_comment() -> None:
    """From a schema alone nothing is claimed of keys."""
    payload = Payload("", "json", json.dumps({"type": "object"}), "drafted/a.json")
    text = contract_text(Draft("t", (payload,), "plain", "s", (), key_guess="/id"))
    assert "  # keyFrom: $message.payload#/id   if the key must equal it\n" in text
    assert "\n  keyFrom" not in text
