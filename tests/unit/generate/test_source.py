"""The source of cases."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import islice

import fastavro
import jsonschema_rs
import pytest
from msgspec import structs

from kcontract.errors import UsageError
from kcontract.generate.catalogue import kind_of
from kcontract.generate.partitioner import partition_of
from kcontract.generate.source import CaseSource
from kcontract.generate.stamper import POOL
from kcontract.model.case import CASE_HEADER, Case, Expectation, Role
from kcontract.model.contract import Contract, Expression, Malformed, Message, RegistryRules, Variant
from kcontract.report.diff import diff_envelopes
from tests.unit.generate.contracts import (
    AT,
    DOCUMENT,
    HEADERS,
    OLDER,
    OTHER,
    RICH,
    Book,
    avro_contract,
    entry,
    json_contract,
    receiver,
    source,
    text,
)  # fmt: skip

OBJECT_KEY = {"type": "object", "required": ["id"], "properties": {"id": {"format": "uuid", "type": "string"}}}
MADE = {
    "avro": avro_contract(),
    "json": json_contract(),
    "json on the wire": json_contract(wire="confluent"),
    "id in a header": avro_contract(wire="confluent-header"),
    "plain avro": avro_contract(wire="plain"),
    "integer key": json_contract(key=text({"type": "integer"}), key_from=None),
    "object key": json_contract(key=text(OBJECT_KEY), key_from=None),
    "no key rule": json_contract(key=None, key_from=None),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_valid_cases_are_valid(name: str) -> None:
    """As many as were asked for, each valid for the oracle, with marker and partition."""
    made = source(MADE[name], max_examples=120)
    found = list(made.valid())
    assert len(found) == 120
    assert {case.expectation for case in found} == {Expectation.VALID}
    for case in found:
        assert case.record.header(CASE_HEADER) == f"r1/{case.id}".encode()
        assert case.partition == (partition_of(case.record.key, MADE[name][0].partitions) if case.record.key else None)


def test_valid_json_passes_another_validator() -> None:
    """Independent of the oracle: Python's json and a validator set up here."""
    valid = jsonschema_rs.validator_for(DOCUMENT, validate_formats=True).is_valid
    for case in source(json_contract()).valid():
        assert valid(json.loads(case.record.value or b""))


def test_valid_avro_is_read_by_fastavro() -> None:
    """Independent of the oracle: fastavro decodes with the schema of the id, to the last byte."""
    schemas = {1: fastavro.parse_schema(OLDER), 2: fastavro.parse_schema(RICH)}
    for case in source(avro_contract()).valid():
        value = case.record.value or b""
        stream = BytesIO(value[5:])
        read = fastavro.schemaless_reader(stream, schemas[int.from_bytes(value[1:5], "big")], None)
        assert stream.tell() == len(value) - 5
        assert read["patient_id"].encode() == case.record.key  # type: ignore[index, call-overload]


@pytest.mark.parametrize("name", MADE)
def test_no_identity_comes_twice(name: str) -> None:
    """Ids and tokens are fresh in every case, mutants, sentinels and re-sendings included."""
    made = source(MADE[name], max_examples=60)
    cases = [*made.valid(), *made.malformed(), made.healthy(Role.SENTINEL, 0), made.healthy(Role.HEALTHY, 1)]
    cases += [made.again(case) for case in cases[:100]]
    ids = [case.id for case in cases]
    assert len(set(ids)) == len(ids)
    tokens = [token for case in cases for token in case.tokens]
    assert len(set(tokens)) == len(tokens)


def test_tokens_stand_in_the_records() -> None:
    """Identity, key, correlation id and the raw UUID of a valid record are all among its tokens."""
    case = source(avro_contract()).healthy(Role.HEALTHY, None)
    assert case.record.key in case.tokens
    assert case.record.header("correlation_id") in case.tokens
    value = case.record.value or b""
    assert value[6:42] in case.tokens


@pytest.mark.parametrize("name", MADE)
def test_sentinels_and_markers_land_where_they_are_sent(name: str) -> None:
    """Every partition can be given a healthy record and an invalid marker."""
    made = source(MADE[name])
    for partition in range(MADE[name][0].partitions):
        healthy = made.healthy(Role.SENTINEL, partition)
        marker = made.marker(made.probes()[0].kind, partition)
        assert (healthy.partition, marker.partition) == (partition, partition)
        assert (healthy.role, marker.role) == (Role.SENTINEL, Role.MARKER)
        assert (healthy.expectation, marker.expectation) == (Expectation.VALID, Expectation.INVALID)
        for case in (healthy, marker):
            assert made.oracle.expect(case.record, hint=case.kind).expectation is case.expectation


@pytest.mark.parametrize("name", ["avro", "json"])
def test_a_resent_case_keeps_what_is_expected_of_it(name: str) -> None:
    """Only identities change: kind, expectation, partition and root stay, and ids count up."""
    made = source(MADE[name], max_examples=40)
    for case in (*made.valid(), *made.malformed()):
        again, third = made.again(case), made.again(case)
        assert (again.id, third.id) == (f"{case.id}.1", f"{case.id}.2")
        assert (again.kind, again.note) == (case.kind, case.note)
        assert again.expectation is case.expectation or case.code == "bit_flip"  # decided by the new identities
        assert again.partition == case.partition or not set(case.tokens) & {case.record.key}
        assert len(again.record.value or b"") == len(case.record.value or b"")
        assert again.record.header(CASE_HEADER) == f"r1/{case.id}.1".encode()


def _strip(case: Case) -> tuple[str, Expectation, str]:
    return case.kind, case.expectation, case.note


def test_the_seed_decides_the_values_and_the_run_the_identities() -> None:
    """The same seed and run repeat everything; another run has the same values under other identities."""
    one, same, other = (
        [case for made in [source(avro_contract(), run=run)] for case in (*made.valid(), *made.malformed())]
        for run in ("a", "a", "b")
    )
    assert one == same
    # an inserted byte shifts the decoder into the identities, so what a bit flip means depends on them
    left, right = ([_strip(case) for case in cases if case.code != "bit_flip"] for cases in (one, other))
    assert left == right
    assert not {t for case in one for t in case.tokens} & {t for case in other for t in case.tokens}


def test_probes_are_invalid_and_of_different_kinds() -> None:
    """A few plain ones."""
    found = source(avro_contract()).probes()
    assert len({case.kind for case in found}) == len(found) == 4
    assert {case.expectation for case in found} == {Expectation.INVALID}


def test_kinds_filter_selects_codes_and_variants() -> None:
    """Only what was asked for, and no valid cases unless they were."""
    made = source(avro_contract(), kinds=frozenset({"truncated:end", "bad_magic"}))
    assert {case.kind for case in made.malformed()} >= {"truncated:end", "bad_magic:0xff"}
    assert {case.code for case in made.malformed()} == {"truncated", "bad_magic"}
    assert list(made.valid()) == []


def test_an_unknown_kind_is_a_usage_error() -> None:
    """With the nearest name."""
    with pytest.raises(UsageError, match="no kind truncate"):
        source(avro_contract(), kinds=frozenset({"truncate"}))


def test_excluded_codes_are_neither_sent_nor_found_by_chance() -> None:
    """`exclude` holds for the kind that was meant and for the one that came out."""
    made = source(avro_contract(Malformed(exclude=("truncated", "union_index_bad:negative"))))
    for case in made.malformed():
        assert case.code != "truncated"
        assert case.kind != "union_index_bad:negative"
        assert case.rejection is None or case.rejection.code not in ("truncated", "union_index_bad:negative")
    assert ("truncated", "excluded by the contract") in made.not_applicable
    assert all(case.code != "truncated" for case in made.probes())


def test_older_writers_are_valid_cases_under_backward() -> None:
    """Records of version 1 carry its id and are expected to be handled."""
    older = [case for case in source(avro_contract()).valid() if case.kind == "older_writer"]
    assert older
    assert {(case.record.value or b"")[:5] for case in older} == {b"\0\0\0\0\1"}


def test_examples_come_first_and_are_stamped() -> None:
    """The contract's example is the first valid case and the healthy record, under fresh identities."""
    example = {"event_id": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "patient_id": "P-00000001", "kind": "a", "amount": 3}
    made = source(json_contract(examples=(example,)))
    for case in (next(made.valid()), made.healthy(Role.HEALTHY, None)):
        sent = json.loads(case.record.value or b"")
        assert (sent["kind"], sent["amount"]) == ("a", 3)
        assert sent["event_id"] != example["event_id"]
        assert sent["patient_id"] != example["patient_id"]


def test_generators_give_the_values_at_their_pointers() -> None:
    """A list is chosen from, a function is called through the resolver, and neither is stamped."""
    known = ["P-00000001", "P-00000002"]
    generators = (("/patient_id", known), ("/event_id", "ids:existing"))
    asked: list[str] = []

    def resolve(name: str) -> str:
        asked.append(name)
        return "6f9619ff-8b86-4011-b42d-00cf4fc964ff"

    for case in source(json_contract(generators=generators), resolve=resolve, max_examples=20).valid():
        sent = json.loads(case.record.value or b"")
        assert sent["patient_id"] in known
        assert sent["event_id"] == "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
    assert set(asked) == {"ids:existing"}


def test_order_by_key_draws_from_a_pool() -> None:
    """With `order: key` each partition has at most eight keys in use, while identities stay fresh."""
    made = source(json_contract(), receiver(order="key"), max_examples=150)
    keys = {case.record.key for case in made.valid()}
    assert 8 < len(keys) <= 3 * POOL
    events = [json.loads(case.record.value or b"")["event_id"] for case in islice(made.valid(), 100)]
    assert len(set(events)) == 100


def test_a_closed_header_schema_gets_no_marker() -> None:
    """Where no further header is allowed none is sent."""
    made = source(json_contract(headers=text({**HEADERS, "additionalProperties": False})))
    assert all(case.record.header(CASE_HEADER) is None for case in made.valid())


def test_a_fixed_key_that_cannot_reach_a_partition_says_where_it_lands() -> None:
    """Keys from a list have their own partition; the case tells it."""
    made = source(json_contract(generators=(("/patient_id", ["P-00000001"]),)))
    cases = [made.healthy(Role.SENTINEL, partition) for partition in range(3)]
    assert {case.partition for case in cases} == {partition_of(b"P-00000001", 3)}


def test_several_event_types_take_turns() -> None:
    """All variants of `oneOf` have valid and malformed cases, and healthy records rotate."""
    other = {**OTHER, "fields": [{"name": "event_id", "type": "string"}, {"name": "patient_id", "type": "string"}]}
    variants = (Variant("rich", text(RICH, "avro")), Variant("other", text(other, "avro")))
    contract, book = avro_contract()
    old = contract.message
    about = type(old)(AT, one_of=variants, wire="confluent", identity=old.identity, key_from=old.key_from)
    several = type(contract)(AT, "t", about, contract.registry, contract.malformed, partitions=4)
    made = source((several, (*book, entry(9, "t-value", 3, other))))
    heads = {(made.healthy(Role.HEALTHY, None).record.value or b"")[:5] for _ in range(4)}
    assert heads == {b"\0\0\0\0\2", b"\0\0\0\0\x09"}
    assert {(case.record.value or b"")[:5] for case in made.valid()} >= heads


def test_what_is_not_registered_is_a_usage_error() -> None:
    """The payload must be in the book."""
    contract, _ = avro_contract()
    with pytest.raises(UsageError, match="not among the 0 schemas"):
        CaseSource(contract, receiver(), (), seed=1, run="r1")


def test_a_contract_without_a_valid_record_is_a_usage_error() -> None:
    """An impossible schema is said to be one."""
    made: tuple[Contract, Book] = json_contract()
    contract = made[0]
    impossible = type(contract.message)(AT, payload=text({"type": "integer", "minimum": 3, "maximum": 2}))
    bad = type(contract)(AT, "t", impossible, contract.registry, contract.malformed)
    with pytest.raises(UsageError, match="no valid record for t"):
        source((bad, ())).healthy(Role.HEALTHY, None)


def test_an_identity_in_the_key_is_fresh() -> None:
    """`identity: $message.key` makes the key a token."""
    made = source(json_contract(key=text({"type": "string"}), key_from=None, identity=Expression("message.key", "")))
    cases = [made.healthy(Role.HEALTHY, None) for _ in range(20)]
    assert len({case.record.key for case in cases}) == 20


def test_older_writers_obey_the_constraints() -> None:
    """What constraints ask for is asked of older versions too, so that their records are valid cases."""
    limits = {"properties": {"patient_id": {"minLength": 36}, "opt": {"type": ["null", "string"]}, "n": {"const": 77}}}
    made = source(avro_contract(constraints=text(limits)))
    assert [case for case in made.valid() if case.kind == "older_writer"]


def test_a_smaller_case_breaks_the_same_rule_at_the_same_place() -> None:
    """Another field that is too short, or out of an enum, would be another defect's record; which item of a list it is
    does not matter."""
    made = source(json_contract())
    tried = 0
    for case in islice(made.malformed(), 300):
        if case.rejection is None or not case.rejection.path:
            continue
        place = "/".join("*" if part.isdigit() else part for part in case.rejection.path.split("/"))
        for less in islice(made.smaller(case), 20):
            assert less.rejection is not None
            assert less.note == f"{case.note}, then made smaller"
            assert next(made.smaller(less), less).note == less.note
            tried += 1
            assert "/".join("*" if part.isdigit() else part for part in less.rejection.path.split("/")) == place
    assert tried > 100


@pytest.mark.parametrize("kind", ["key_damage", "header_damage", "timestamp_weird"])
def test_a_mutant_of_the_envelope_remembers_the_one_it_was_made_from(kind: str) -> None:
    """Key, headers and time of its valid parent, with the mutant's own identity, also when it is sent again."""
    made = source(json_contract(headers=text(HEADERS), key=text({"type": "string"})))
    cases = [case for case in made.malformed() if case.code == kind and case.record.value == case.parent]
    assert cases
    for case in (*cases, *map(made.again, cases)):
        assert case.envelope is not None
        assert diff_envelopes(case.envelope, case.record)
        assert len(diff_envelopes(case.envelope, case.record)) == 1, case.kind
    plain = [case for case in made.malformed() if case.code == "missing_required"]
    assert [case.envelope for case in plain] == [None] * len(plain)


def test_what_is_too_large_to_be_generated_is_told() -> None:
    """With the keyword that asks for it, and another code than where nothing was found."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "array", "minItems": 100_000}}}
    contract, _ = json_contract()
    made = source((structs.replace(contract, message=Message(AT, payload=text(schema))), ()))
    with pytest.raises(UsageError, match="minItems 100,000") as caught:
        made.healthy(Role.HEALTHY, 0)
    assert caught.value.code == "GENERATE_TOO_LARGE"


def test_a_record_without_fields_is_a_header_alone() -> None:
    """It is what the contract promises, so it is valid, and mutants are made of it."""
    empty = {"type": "record", "name": "Ping", "fields": []}
    contract, _ = avro_contract()
    about = Message(AT, payload=text(empty, "avro"), wire="confluent")
    alone = structs.replace(contract, message=about, registry=RegistryRules(AT))
    made = source((alone, (entry(7, "t-value", 1, empty),)))
    assert {case.record.value for case in made.valid()} == {b"\0\0\0\0\x07"}
    invalid = {case.code for case in made.malformed() if case.expectation is Expectation.INVALID}
    assert {"bad_magic", "unknown_schema_id", "short_header"} <= invalid


def test_large_records_are_fewer_than_asked_for() -> None:
    """A hundred million characters in all would fill a disk with history; what is left out is told."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "minLength": 900_000}}}
    contract, _ = json_contract()
    made = source((structs.replace(contract, message=Message(AT, payload=text(schema))), ()))
    count = sum(1 for _ in islice(made.random(), 200))
    assert 40 < count < 100
    assert [note.partition(" random")[0] for note in made.notes] == [f"more than {count}"]
    rich = source((structs.replace(contract, message=Message(AT, payload=text({"type": "string"}))), ()), per_kind=40)
    plenty = source((structs.replace(contract, message=Message(AT, payload=text(schema))), ()), per_kind=40)
    assert sum(1 for _ in plenty.of_kind(kind_of("json_syntax"))) * 4 < sum(
        1 for _ in rich.of_kind(kind_of("json_syntax"))
    )


def test_a_key_whose_schema_nobody_has_registered_is_told() -> None:
    """Its id would stand in front of each key, so that none of them could be read."""
    key = text({"type": "record", "name": "Key", "fields": [{"name": "id", "type": "string"}]}, "avro")
    contract, book = avro_contract(key=key, key_from=None)
    with pytest.raises(UsageError, match="the key of t is not among the 4 schemas") as caught:
        source((contract, book))
    assert (caught.value.code, caught.value.fix) == ("GENERATE_NOT_REGISTERED", "register it first, under t-key")
    known = (*book, entry(5, "t-key", 1, json.loads(key.text)))
    assert len(list(source((contract, known), max_examples=9).valid())) == 9


def test_a_contract_without_any_valid_record_is_told_by_whatever_asks_for_some() -> None:
    """Rather than looked for one without end."""
    made = json_contract(key=text({"type": "string", "pattern": "^never$"}))
    for ask in (CaseSource.valid, CaseSource.random, CaseSource.malformed):
        with pytest.raises(UsageError) as caught:
            list(ask(source(made)))
        assert caught.value.code == "GENERATE_NO_VALID"
