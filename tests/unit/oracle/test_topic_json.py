"""What the oracle says of plain JSON values."""

from __future__ import annotations

import pytest

from kcontract.model.case import Expectation
from kcontract.model.contract import Variant
from kcontract.model.record import Record
from kcontract.oracle.topic import TopicOracle
from tests.unit.oracle.contracts import contract, json_schema, receiver

VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER
SCHEMA = {
    "type": "object",
    "properties": {
        "n": {"type": "integer", "minimum": 0, "maximum": 100}, "c": {"enum": ["DE", "FR"]},
        "s": {"type": "string", "pattern": "^a+$", "maxLength": 3},
        "o": {"anyOf": [{"type": "null"}, {"type": "integer"}]},
        "l": {"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
    },
    "required": ["n"],
    "additionalProperties": False,
}  # fmt: skip
ORACLE = TopicOracle(contract(json_schema(SCHEMA)), None, [])


def _told(value: bytes, oracle: TopicOracle = ORACLE, hint: str = "") -> tuple[Expectation, str, str]:
    expected = oracle.expect(Record(None, value), hint=hint)
    rejection = expected.rejection
    return expected.expectation, rejection.code if rejection else "", rejection.path if rejection else ""


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        (b"", "empty_value", ""),
        (b"  ", "json_syntax", ""),
        (b"{'n': 1}", "json_syntax", ""),
        (b'{"n": 1,}', "json_syntax", ""),
        (b'{"n": 1} {"n": 2}', "json_syntax", ""),
        (b'{"n": 1 /* one */}', "json_syntax", ""),
        (b'{"n": 01}', "json_syntax", ""),
        (b'{"n": NaN}', "json_nonstandard:non_finite", ""),
        (b'{"n": -Infinity}', "json_nonstandard:non_finite", ""),
        ('{"n": 1}'.encode("utf-16"), "json_nonstandard:utf16", ""),
        ('{"n": 1}'.encode("utf-16-le"), "json_nonstandard:utf16", ""),
        ('{"n": 1}'.encode("utf-32-be"), "json_nonstandard:utf16", ""),
        (b'{"s": "\xff"}', "json_unicode", ""),
        (b'{"s": "\xed\xa0\x80"}', "json_unicode", ""),
        (b'{"s": "\x01"}', "json_unicode:control", ""),
        (b"[" * 100_000, "json_syntax", ""),
        (b"[" * 100 + b"1 2" + b"]" * 100, "json_syntax", ""),
        (b"null", "wrong_root", ""),
        (b"[1]", "wrong_root", ""),
        (b'"{\\"n\\": 1}"', "wrong_root", ""),
        (b"{}", "missing_required", ""),
        (b'{"n": "1"}', "wrong_type", "/n"),
        (b'{"n": null}', "wrong_type", "/n"),
        (b'{"n": 1.5}', "wrong_type", "/n"),
        (b'{"n": 1, "o": "x"}', "wrong_type", "/o"),
        (b'{"n": 1, "l": [1, "2"]}', "wrong_type", "/l/1"),
        (b'{"n": -1}', "out_of_bounds", "/n"),
        (b'{"n": 101}', "out_of_bounds", "/n"),
        (b'{"n": 200.0}', "out_of_bounds", "/n"),
        (b'{"n": 18446744073709551616}', "out_of_bounds", "/n"),
        (b'{"n": 1, "s": "aaaa"}', "out_of_bounds", "/s"),
        (b'{"n": 1, "s": "b"}', "value_violation", "/s"),
        (b'{"n": 1, "c": "XX"}', "value_violation", "/c"),
        (b'{"n": 1, "l": [1, 1]}', "value_violation", "/l"),
        (b'{"n": 1, "zz": 1}', "unexpected_property", ""),
    ],
)
def test_invalid_values_have_their_code_and_place(value: bytes, code: str, path: str) -> None:
    """Syntax, encoding and schema errors each have a kind, and schema errors an instance path."""
    assert _told(value) == (INVALID, code, path)


@pytest.mark.parametrize("value", [b'{"n": 1}', b'{"n":1,"o":null,"s":"aaa","c":"DE","l":[1,2]}', b'\r\n{"n":\t1}'])
def test_valid_values(value: bytes) -> None:
    """What the schema takes is valid."""
    assert _told(value) == (VALID, "", "")


def test_of_several_errors_the_kind_that_made_it_is_named() -> None:
    """The hint chooses among errors that are all there."""
    assert _told(b'{"s": 5}', hint="missing_required")[1] == "missing_required"
    assert _told(b'{"s": 5}', hint="wrong_type")[1] == "wrong_type"


def test_a_key_that_stands_twice_is_open_only_if_one_reading_is_right() -> None:
    """Readers take the first or the last: what both get wrong is invalid."""
    assert _told(b'{"n": 1, "n": "x"}')[0] is EITHER
    assert _told(b'{"n": "x", "n": 1}')[0] is EITHER
    assert _told(b'{"n": "x", "n": "y"}')[0] is INVALID


def test_the_declared_draft_counts() -> None:
    """In draft 4 `exclusiveMinimum` is a boolean; later it is a number."""
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True}
    oracle = TopicOracle(contract(json_schema(old)), None, [])
    assert _told(b"1", oracle)[0] is INVALID
    assert _told(b"2", oracle)[0] is VALID


def test_event_types_are_chosen_by_when() -> None:
    """`oneOf` of JSON: the first variant whose condition holds; none of them is a violation."""
    variants = (
        Variant("made", json_schema({"required": ["id"]}), json_schema({"properties": {"t": {"const": "made"}}})),
        Variant("gone", json_schema({"required": ["why"]}), json_schema({"properties": {"t": {"const": "gone"}}})),
    )
    oracle = TopicOracle(contract(None, one_of=variants), None, [])
    assert _told(b'{"t": "made", "id": 1}', oracle)[0] is VALID
    assert _told(b'{"t": "gone", "why": 1}', oracle)[0] is VALID
    assert _told(b'{"t": "gone", "id": 1}', oracle)[:2] == (INVALID, "missing_required")
    assert _told(b'{"t": "what"}', oracle)[:2] == (INVALID, "value_violation:variant")


def test_a_receiver_that_reads_less_cannot_see_errors_elsewhere() -> None:
    """Errors in properties that the receiver's own schema does not name are either."""
    narrow = receiver(json_schema({"type": "object", "properties": {"n": {"type": "integer"}}}))
    oracle = TopicOracle(contract(json_schema(SCHEMA)), narrow, [])
    assert _told(b'{"n": 1, "c": "XX"}', oracle)[0] is EITHER
    assert _told(b'{"n": 101}', oracle)[0] is INVALID


def test_a_contract_without_a_schema_takes_everything() -> None:
    """Nothing is promised, so nothing is invalid."""
    oracle = TopicOracle(contract(None), None, [])
    assert _told(b"\xff\xfe", oracle)[0] is VALID


def test_a_bait_for_regular_expressions_does_not_hang_us() -> None:
    """Patterns with look-ahead are given up on, which is nobody's fault; others run in linear time."""
    bait = b'"' + b"a" * 50 + b'!"'
    plain = TopicOracle(contract(json_schema({"pattern": "^(a+)+$"})), None, [])
    assert _told(bait, plain)[0] is INVALID
    assert _told(bait, plain, "pathological_strings")[0] is EITHER
    assert _told(b'"aaa"', TopicOracle(contract(json_schema({"pattern": "^(?=a)(a+)+$"})), None, []))[0] is VALID


def test_what_is_wrong_with_a_value_is_told_with_its_offset_too() -> None:
    """From the start of the record's value, its frame included where it has one."""
    rejection = ORACLE.expect(Record(None, b'{"s": "a", "n": 101}')).rejection
    assert rejection is not None
    assert (rejection.path, rejection.offset) == ("/n", 16)
