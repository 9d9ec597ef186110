"""The kinds at work on contracts that have a bit of everything."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import msgspec
import pytest

from kcontract.generate.catalogue import KINDS, kind_of
from kcontract.generate.kind import MAX_BYTES
from kcontract.generate.sequences import SEQUENCES
from kcontract.model.case import Case, Expectation
from tests.unit.generate.contracts import LIMITS, ahead, avro_contract, json_contract, source, text

CONTRACTS = {
    "avro": ahead(avro_contract()),
    "avro with constraints": avro_contract(constraints=text(LIMITS)),
    "json": json_contract(),
    "id in a header": avro_contract(wire="confluent-header"),
    "json on the wire": ahead(json_contract(wire="confluent")),
}
BY_ENGINE = {kind.code for kind in KINDS if kind.by_engine}
SIZES = {"near_limit", "over_fetch_size", "compression_bomb"}
NOT_FOR_RECORDS = {"older_writer", *SEQUENCES, *SIZES} | BY_ENGINE
PLAINLY_INVALID = {
    "short_header", "header_only", "bad_magic", "missing_header", "unknown_schema_id", "wrong_format_id",
    "endian_swapped_id", "truncated", "invalid_utf8", "json_syntax", "missing_required", "wrong_type", "wrong_encoding",
    "key_payload_mismatch", "out_of_bounds", "length_bomb",
}  # fmt: skip
OWN_NAME_AVRO = ("truncated", "union_index_bad", "enum_index_bad", "trailing_bytes", "int_overflow", "decimal_abuse",
                 "overlong_varint", "unknown_schema_id", "invalid_utf8")  # fmt: skip
TOLERATED = {"trailing_bytes", "concatenated", "overlong_varint", "int_overflow", "decimal_abuse", "non_finite",
             "duplicate_keys", "depth_bomb_json", "depth_bomb", "pathological_strings"}  # fmt: skip


def _of(name: str, *codes: str) -> list[Case]:
    return list(source(CONTRACTS[name], kinds=frozenset(codes)).malformed())


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Case]]:
    """All malformed cases of all contracts by code."""
    found: dict[str, list[Case]] = defaultdict(list)
    for made in CONTRACTS.values():
        for case in source(made).malformed():
            found[case.code].append(case)
    return found


@pytest.mark.parametrize("code", [kind.code for kind in KINDS if kind.code not in NOT_FOR_RECORDS])
def test_every_kind_makes_cases_of_every_variant(code: str, cases: dict[str, list[Case]]) -> None:
    """Between them the contracts give each variant at least once, under its declared name, within the size limit."""
    kind = kind_of(code)
    variants = {case.kind.partition(":")[2] for case in cases[code]}
    # 100,000 levels of this rich record would be far over the limit
    assert variants == set(kind.variants or [""]) - ({"100000"} if code == "depth_bomb" else set())
    assert all(len(case.record.value or b"") <= MAX_BYTES for case in cases[code])


@pytest.mark.parametrize("code", sorted(PLAINLY_INVALID))
def test_plain_damage_is_invalid(code: str, cases: dict[str, list[Case]]) -> None:
    """The oracle, which knows nothing of how a record was made, refuses all of them."""
    assert {case.expectation for case in cases[code]} == {Expectation.INVALID}


@pytest.mark.parametrize("code", sorted(TOLERATED))
def test_what_decoders_tolerate_is_either(code: str) -> None:
    """Where no constraint speaks of the value, it is neither promised to be refused nor to be handled."""
    found = _of("avro", code) + _of("json", code)
    assert {case.expectation for case in found} == {Expectation.EITHER}


def test_legal_spellings_keep_their_kind_and_are_valid() -> None:
    """Blocks with sizes and several blocks must be processed."""
    found = _of("avro", "odd_encodings:sized_block", "odd_encodings:multi_block")
    assert {case.kind for case in found} == {"odd_encodings:sized_block", "odd_encodings:multi_block"}
    assert {(case.expectation, case.rejection) for case in found} == {(Expectation.VALID, None)}


@pytest.mark.parametrize(
    ("contract", "code"),
    [
        *(("avro", code) for code in OWN_NAME_AVRO),
        *(("json", code) for code in ("missing_required", "json_syntax", "wrong_type", "duplicate_keys")),
    ],
)
def test_the_oracle_names_the_kind_that_was_meant(contract: str, code: str) -> None:
    """Where one reading is possible, the rejection's code is the kind's own. Index -1 has two: none, or the last."""
    found = [case for case in _of(contract, code) if not case.kind.endswith(":negative")]
    named = [case.rejection.code.partition(":")[0] for case in found if case.rejection]
    assert named
    assert set(named) == {code}


def test_a_text_that_is_too_long_is_one_too_long() -> None:
    """Who counts wrong by one takes nothing that is longer still."""
    documents = [json.loads(case.record.value or b"") for case in _of("json", "out_of_bounds:too_long")]
    names = {len(document["name"]) for document in documents}
    tags = {len(tag) for document in documents for tag in document.get("tags", ())}
    assert (max(names), max(tags)) == (21, 6)


def test_what_lax_readers_take_for_the_right_type() -> None:
    """The text 5 for the number, the text true for the truth value, and 1 for it."""
    fields = {"n": {"type": "integer"}, "on": {"type": "boolean"}, "name": {"type": "string"}}
    contract, book = json_contract()
    document = text({"type": "object", "required": [*fields], "properties": fields})
    about = msgspec.structs.replace(contract.message, payload=document, identity=None)
    made = (msgspec.structs.replace(contract, message=about), book)
    sent = {(case.kind, case.record.value) for case in source(made, kinds=frozenset({"wrong_type"})).malformed()}
    quoted = [json.loads(value or b"") for kind, value in sent if kind == "wrong_type:quoted"]
    assert {type(value["n"]) for value in quoted} | {type(value["on"]) for value in quoted} == {int, str, bool}
    assert any(isinstance(value["n"], str) and int(value["n"]) is not None for value in quoted)
    assert any(value["on"] in ("true", "false") for value in quoted)
    whole = [json.loads(value or b"")["on"] for kind, value in sent if kind == "wrong_type:integer"]
    assert any(one == 1 and not isinstance(one, bool) for one in whole)


@pytest.mark.parametrize("code", ["wrong_type", "missing_required", "out_of_bounds"])
def test_what_is_wrong_in_a_list_stands_behind_a_good_item(code: str) -> None:
    """Who looks at the first one only, or passes over what is wrong, is found."""
    item = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "minimum": 0}}}
    sent = _of_fields({"list": {"type": "array", "items": item}}, code, 0)
    lists = [json.loads(case.record.value or b"{}").get("list") for case in sent if "/list/" in case.note]
    first = next(each for each in lists if isinstance(each, list))
    assert [_is_item(one) for one in first] == [True, False]


def test_what_is_wrong_in_an_avro_list_stands_behind_a_good_item() -> None:
    """The same where constraints speak of it, of which no decoder knows."""
    sent = _of("avro with constraints", "out_of_bounds")
    assert "/tags/1" in {case.rejection.path for case in sent if case.rejection is not None}


def _is_item(value: object) -> bool:
    return isinstance(value, dict) and type(value.get("n")) is int and value["n"] >= 0


@pytest.mark.parametrize("seed", range(4))
def test_each_number_and_truth_value_is_once_what_lax_readers_take_for_one(seed: int) -> None:
    """In one run, with no more cases than before: who calls `int` for one field alone is found."""
    numbers = {f"n{place}": {"type": kind} for place, kind in enumerate(("integer", "number", "boolean") * 3)}
    inner = {"type": "object", "required": ["m"], "properties": {"m": {"type": "integer", "minimum": 0}}}
    fields = {"name": {"type": "string"}, **numbers, "inner": inner, "list": {"type": "array", "items": inner}}
    sent = _of_fields(fields, "wrong_type", seed)
    assert len(sent) == 16
    told = {re.sub(r".* at (/[a-z0-9/]+).*", r"\1", case.note) for case in sent if _is_lax(case)}
    assert told == {*(f"/{name}" for name in numbers), "/inner/m", "/list/1/m"}


def _is_lax(case: Case) -> bool:
    note, variant = case.note, case.kind.partition(":")[2]
    if variant == "quoted":
        return True
    if variant == "boolean":
        return "where integer" in note or "where number" in note
    return (variant, note.partition("where ")[2]) in {("integer", "boolean belongs"), ("number", "integer belongs")}


@pytest.mark.parametrize("seed", range(4))
def test_nothing_but_its_spelling_is_wrong_with_a_number_that_is_none(seed: int) -> None:
    """NaN and an infinity are where the type is right and no bound speaks of them: who reads them takes them."""
    fields = {
        "whole": {"type": "integer"}, "bounded": {"type": "number", "minimum": 0, "maximum": 9},
        "above": {"type": "number", "exclusiveMinimum": 0}, "free": {"type": "number"}, "name": {"type": "string"},
    }  # fmt: skip
    notes = {case.kind: case.note for case in _of_fields(fields, "json_nonstandard", seed)}
    assert notes["json_nonstandard:nan"] == "NaN at /free"
    assert notes["json_nonstandard:infinity"] == "-Infinity at /free"
    del fields["free"], fields["bounded"]
    notes = {case.kind: case.note for case in _of_fields(fields, "json_nonstandard", seed)}
    assert notes["json_nonstandard:infinity"] == "Infinity at /above"


def _of_fields(fields: dict[str, object], code: str, seed: int) -> list[Case]:
    """The cases of a kind for a JSON object in which all of the fields are required."""
    contract, book = json_contract()
    document = text({"type": "object", "required": [*fields], "properties": fields})
    about = msgspec.structs.replace(contract.message, payload=document, identity=None, key_from=None)
    made = (msgspec.structs.replace(contract, message=about), book)
    return list(source(made, kinds=frozenset({code}), seed=seed).malformed())


def test_bit_flips_are_sent_only_where_they_show(cases: dict[str, list[Case]]) -> None:
    """A flip that gives another valid message is no case."""
    assert Expectation.VALID not in {case.expectation for case in cases["bit_flip"]}


def test_mutants_tell_their_parent_and_what_was_changed(cases: dict[str, list[Case]]) -> None:
    """The parent carries the same identities, so that a difference shows the damage alone."""
    for case in cases["truncated"]:
        assert case.parent is not None
        assert case.record.value is not None
        assert case.parent.startswith(case.record.value)
        assert "bytes" in case.note


def test_kinds_that_are_not_sent_are_listed_with_a_reason() -> None:
    """Sent and not sent together are the whole catalogue."""
    for made in CONTRACTS.values():
        made_source = source(made)
        sent = {case.code for case in made_source.malformed()} | {case.code for case in made_source.valid()}
        listed = dict(made_source.not_applicable)
        sent |= {case.code for case in (*made_source.sequences(), *made_source.sized())} | (BY_ENGINE - listed.keys())
        assert all(listed.values())
        assert not sent & listed.keys()
        assert sent | listed.keys() == {kind.code for kind in KINDS} | {"valid"}
