"""What the oracle says of Avro values on the Confluent wire: framing, ids, bodies, constraints."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kcontract.model.case import Expectation, Layer
from kcontract.model.contract import Malformed, Variant
from kcontract.model.record import Record
from kcontract.oracle.reading import MISSING, Unreadable
from kcontract.oracle.topic import TopicOracle
from kcontract.schema.avro.encode import encode
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.avro.parse import parse
from kcontract.schema.wire import header, join
from tests.unit.oracle.contracts import UUID, avro, contract, entry, json_schema, payload, receiver, record

VALID, INVALID, EITHER = Expectation.VALID, Expectation.INVALID, Expectation.EITHER
_UUID = {"type": "string", "logicalType": "uuid"}
_MILLIS = {"type": "long", "logicalType": "timestamp-millis"}
EVENT = record(id=_UUID, n="int", at=_MILLIS, note=["null", "string"])
BODY = encode(parse(json.dumps(EVENT)), {"id": UUID, "n": 5, "at": 1_700_000_000_123, "note": Branch(1, "hi")})
BOOK = [
    entry(7, EVENT), entry(8, {"type": "object"}, "j-value", kind="json"),
    entry(9, record("Other", x="string"), "o-value"),
]  # fmt: skip
ORACLE = TopicOracle(contract(avro(EVENT)), None, BOOK)


def _told(value: bytes | None, hint: str = "", oracle: TopicOracle = ORACLE) -> tuple[Expectation, str, int | None]:
    expected = oracle.expect(Record(None, value), hint=hint)
    rejection = expected.rejection
    return (expected.expectation, rejection.code, rejection.offset) if rejection else (expected.expectation, "", None)


def test_a_right_record_is_valid_and_read_in_its_json_form() -> None:
    """The JSON form of FORMAT.md: unions unwrapped, times in RFC 3339."""
    assert _told(join(7, BODY)) == (VALID, "", None)
    form = {"id": UUID, "n": 5, "at": "2023-11-14T22:13:20.123Z", "note": "hi"}
    assert ORACLE.read(Record(None, join(7, BODY))) == form


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", (INVALID, "empty_value", 0)),
        (None, (EITHER, "null_value", None)),
        (b"\0", (INVALID, "short_header", 1)),
        (b"\0\0\0\0", (INVALID, "short_header", 4)),
        (join(7, b""), (INVALID, "header_only", 5)),
        (b"\x02" + join(7, BODY)[1:], (INVALID, "bad_magic", 0)),
        (b"\xff" + join(7, BODY)[1:], (INVALID, "bad_magic", 0)),
        (BODY, (INVALID, "missing_header", 0)),
        (join(7, join(7, BODY)), (EITHER, "double_header", 5)),
        (join(99, BODY), (INVALID, "unknown_schema_id", 1)),
        (join(0, BODY), (INVALID, "unknown_schema_id", 1)),
        (join(2**32 - 1, BODY), (INVALID, "unknown_schema_id", 1)),
        (join(8, b"{}"), (INVALID, "wrong_format_id", 1)),
        (join(7 << 24, BODY), (INVALID, "endian_swapped_id", 1)),
        (b"\0" + (7).to_bytes(8, "big") + BODY, (INVALID, "other_framing", 1)),
        (b"\x03\x00" + b"g" * 16 + BODY, (INVALID, "other_framing", 0)),
        (b"Obj\x01" + BODY, (INVALID, "other_framing", 0)),
        (header(BOOK[0].guid or "")[1] + BODY, (INVALID, "other_framing", 0)),
        (b'{"id": 1}', (INVALID, "wrong_encoding", 0)),
        (b"<id>1</id>", (INVALID, "wrong_encoding", 0)),
        (b"just text", (INVALID, "wrong_encoding", 0)),
        (gzip.compress(b"x", mtime=0), (INVALID, "wrong_encoding", 0)),
        (join(7, BODY[:-1]), (INVALID, "truncated", 50)),
        (join(7, BODY + b"\xff"), (EITHER, "trailing_bytes", 53)),
        (join(7, BODY + BODY), (EITHER, "concatenated", 53)),
        (join(9, b"\x80"), (INVALID, "foreign_schema_id", 5)),
    ],
)
def test_values_and_what_is_said_of_them(value: bytes | None, expected: tuple[Expectation, str, int | None]) -> None:
    """Expectation, kind and offset in the value follow from the bytes alone."""
    assert _told(value) == expected


def test_a_tombstone_is_valid_on_a_compacted_topic_and_needs_a_key() -> None:
    """`cleanup: compact`: null is a delete, and the broker refuses records without a key."""
    oracle = TopicOracle(contract(avro(EVENT), compacted=True), None, BOOK)
    assert oracle.expect(Record(b"k", None)).expectation is VALID
    assert oracle.read(Record(b"k", None)) is None
    refused = oracle.expect(Record(None, None))
    assert refused.expectation is INVALID
    assert refused.rejection is not None
    assert (refused.rejection.code, refused.rejection.layer) == ("key_damage:null", Layer.BROKER)


def test_the_hint_breaks_ties_and_nothing_else() -> None:
    """A kind that looks the same keeps its name; one that does not is named by the bytes."""
    assert _told(join(99, BODY), "endian_swapped_id")[:2] == (INVALID, "endian_swapped_id")
    assert _told(join(7, BODY[:-1]), "length_bomb")[:2] == (INVALID, "length_bomb")
    assert _told(join(7, BODY[:-1]), "invalid_utf8")[:2] == (INVALID, "truncated")
    assert _told(join(7, BODY), "bit_flip") == (VALID, "", None)


def test_a_record_without_fields_has_no_bytes() -> None:
    """Five bytes are right for it: where the contract promises such records, nothing else can be right."""
    empty = record("Empty")
    oracle = TopicOracle(contract(avro(empty)), None, [entry(1, empty)])
    assert _told(join(1, b""), oracle=oracle) == (VALID, "", None)
    assert _told(join(1, b"\0"), oracle=oracle)[:2] == (EITHER, "trailing_bytes")


def test_constraints_bind_the_json_form() -> None:
    """What Avro cannot say is a JSON Schema over the payload, with its path."""
    limits = json_schema({"properties": {"n": {"maximum": 4}}})
    oracle = TopicOracle(contract(avro(EVENT), constraints=limits), None, BOOK)
    expected = oracle.expect(Record(None, join(7, BODY)))
    assert expected.expectation is INVALID
    assert expected.rejection is not None
    assert (expected.rejection.code, expected.rejection.path) == ("out_of_bounds", "/n")
    assert expected.rejection.layer is Layer.CONSTRAINTS


def test_a_constraint_proves_nothing_where_the_json_form_is_unsure() -> None:
    """A timestamp out of range has no RFC 3339 text: that the text's constraint fails is no news."""
    limits = json_schema({"properties": {"at": {"type": "string"}}})
    oracle = TopicOracle(contract(avro(EVENT), constraints=limits), None, BOOK)
    body = encode(parse(json.dumps(EVENT)), {"id": UUID, "n": 5, "at": 2**62, "note": Branch(0, None)})
    assert _told(join(7, body), oracle=oracle)[:2] == (EITHER, "logical_out_of_range")


def test_plain_avro_knows_no_ids() -> None:
    """`wire: plain`: the body is the value, decoded with the contract's schema."""
    oracle = TopicOracle(contract(avro(EVENT), wire="plain"), None, [])
    assert _told(BODY, oracle=oracle) == (VALID, "", None)
    assert _told(BODY[:-1], oracle=oracle) == (INVALID, "truncated", 45)
    assert _told(b"", oracle=oracle)[:2] == (INVALID, "truncated")


def test_the_id_may_stand_in_a_header() -> None:
    """`wire: confluent-header`: 0x01 and a GUID; a prefixed value is what migrating readers take too."""
    oracle = TopicOracle(contract(avro(EVENT), wire="confluent-header"), None, BOOK)
    mark = header(BOOK[0].guid or "")
    assert oracle.expect(Record(None, BODY, (mark,))).expectation is VALID
    for headers, code in (
        ((), "missing_header"), (((mark[0], b"\x01abc"),), "short_header"), (((mark[0], b"\x00" * 17),), "bad_magic"),
        (((mark[0], b"\x01" + b"z" * 16),), "unknown_schema_id"),
    ):  # fmt: skip
        expected = oracle.expect(Record(None, BODY, headers))
        assert expected.rejection is not None
        assert (expected.expectation, expected.rejection.code) == (INVALID, code)
    assert oracle.expect(Record(None, join(7, BODY))).expectation is EITHER


def test_event_types_are_told_apart_by_record_name() -> None:
    """`oneOf` of Avro records: the writer's record name says which."""
    one, two = record("One", a="int"), record("Two", b="string")
    variants = (Variant("one", avro(one)), Variant("two", avro(two)))
    rules = {"strategy": "TopicRecordNameStrategy"}
    oracle = TopicOracle(
        contract(None, one_of=variants, registry=rules), None, [entry(1, one, "t-One"), entry(2, two, "t-Two")]
    )
    assert oracle.expect(Record(None, join(1, b"\x02"))).expectation is VALID
    assert oracle.read(Record(None, join(2, b"\x02x"))) == {"b": "x"}
    assert _told(join(2, b"\x02"), oracle=oracle)[0] is INVALID


def test_the_contract_decides_on_codes() -> None:
    """`invalid`, `either` and `exclude` name kinds or variants; the variant beats the kind."""
    trailing, truncated = join(7, BODY + b"\xff"), join(7, BODY[:-1])

    def say(malformed: Malformed, value: bytes) -> Expectation:
        return _told(value, oracle=TopicOracle(contract(avro(EVENT), malformed=malformed), None, BOOK))[0]

    assert say(Malformed(invalid=("trailing_bytes",)), trailing) is INVALID
    assert say(Malformed(strict=True), trailing) is INVALID
    assert say(Malformed(strict=True, either=("trailing_bytes",)), trailing) is EITHER
    assert say(Malformed(either=("truncated",)), truncated) is EITHER
    assert say(Malformed(exclude=("truncated",)), truncated) is EITHER
    negative = join(7, BODY[:-4] + b"\x05\x04hi")
    assert say(Malformed(), negative) is INVALID
    only_variant = Malformed(invalid=("union_index_bad",), either=("union_index_bad:negative",))
    assert say(only_variant, negative) is EITHER


def test_a_receivers_own_rules_come_first() -> None:
    """`malformed` under a receiver replaces the contract's."""
    rules = receiver(malformed=Malformed(strict=True))
    oracle = TopicOracle(contract(avro(EVENT)), rules, BOOK)
    assert _told(join(7, BODY + b"\xff"), oracle=oracle)[0] is INVALID


def test_our_own_limit_is_nobodys_fault() -> None:
    """A record with more values than the oracle holds is either, whatever the contract says of bombs."""
    schema = {"type": "array", "items": record("R", a="int", b=["null", "int"])}
    oracle = TopicOracle(
        contract(avro(schema), malformed=Malformed(strict=True, invalid=("count_bomb",))), None, [entry(1, schema)]
    )
    body = b"\x80\x92\xf4\x01" + b"\2\0" * 2_000_000 + b"\0"
    assert _told(join(1, body), oracle=oracle)[:2] == (EITHER, "count_bomb:budget")


def test_reading_what_cannot_be_read() -> None:
    """`read` refuses what is not valid; `read_leniently` gives what there is."""
    with pytest.raises(Unreadable, match="1 bytes are left over"):
        ORACLE.read(Record(None, join(7, BODY + b"\xff")))
    assert ORACLE.read_leniently(Record(None, join(7, BODY + b"\xff")))["n"] == 5
    assert ORACLE.read_leniently(Record(None, join(7, BODY[:-1]))) is MISSING
    assert ORACLE.read_leniently(Record(None, None)) is MISSING


def test_weird_timestamps_and_patience_are_either() -> None:
    """Rows 53 and 42."""
    value = join(7, BODY)
    for stamp in (-1, 0, 1, 946_684_799_999, 253_402_300_799_000):
        assert ORACLE.expect(Record(None, value, (), stamp)).expectation is EITHER
    for stamp in (946_684_800_000, 1_700_000_000_000):
        assert ORACLE.expect(Record(None, value, (), stamp)).expectation is VALID
    assert _told(value, "pathological_strings") == (EITHER, "pathological_strings", None)


def test_a_key_taken_from_the_payload() -> None:
    """`keyFrom` without `key`: the key's text must be the field's."""
    oracle = TopicOracle(contract(avro(EVENT), key_from=payload("/id")), None, BOOK)
    for key, told in (
        (UUID.encode(), (VALID, "")), (UUID.upper().encode(), (EITHER, "key_payload_mismatch:spelling")),
        (b"other", (INVALID, "key_payload_mismatch")), (None, (INVALID, "key_damage:null")),
    ):  # fmt: skip
        expected = oracle.expect(Record(key, join(7, BODY)))
        assert (expected.expectation, expected.rejection.code if expected.rejection else "") == told


_BYTES = st.none() | st.binary(max_size=40)
_VALUES = (
    _BYTES | st.binary(max_size=60).map(lambda noise: join(7, noise)) | _BYTES.map(lambda b: join(7, BODY) + (b or b""))
)


@settings(deadline=None)
@given(_BYTES, _VALUES, st.lists(st.tuples(st.text(max_size=4), _BYTES), max_size=3), st.none() | st.integers())
def test_no_record_is_too_strange(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]], stamp: int | None
) -> None:
    """Whatever the record, there is an answer, the same each time; what is valid can be read."""
    limits, names = json_schema({"properties": {"n": {"maximum": 9}}}), json_schema({"required": ["a"]})
    rules = contract(avro(EVENT), constraints=limits, headers=names, key=json_schema({"type": "integer"}))
    strange = Record(key, value, tuple(headers), stamp)
    for oracle in (ORACLE, TopicOracle(rules, receiver(avro(record(id="string"))), BOOK)):
        expected = oracle.expect(strange)
        assert oracle.expect(strange) == expected
        assert (expected.rejection is None) is (expected.expectation is VALID)
        if expected.expectation is VALID:
            assert isinstance(oracle.read(strange), dict)
