"""Values in words."""

from __future__ import annotations

import pytest

from kcontract.model.contract import Contract, Malformed, Message, RegistryRules, SchemaText
from kcontract.model.events import UnitStarted
from kcontract.model.registry import RegisteredReference, RegisteredSchema
from kcontract.report.book import Book
from kcontract.report.decode import brief, decode_value
from tests.unit.report.samples import AVRO, PATIENT, at, book, patient

NAMED = "58 bytes, framed, schema id 3 (patient.created-value version 2, avro)"


def plain_avro() -> Book:
    """A topic with Avro and no frame."""
    contract = Contract(
        at=at(1),
        topic="plain",
        message=Message(at=at(2), payload=SchemaText("avro", AVRO, at(3)), wire="plain"),
        registry=RegistryRules(at=at(4)),
        malformed=Malformed(),
    )
    made = Book()
    made.remember(UnitStarted(at=0.0, unit="u", contracts=(contract,)))
    return made


def test_a_framed_avro_value_is_decoded() -> None:
    """With the writer's schema, in the JSON form of contracts."""
    shown = decode_value(patient(), "patient.created", book())
    assert shown.form == NAMED
    assert shown.lines == (
        "{",
        f'  "patient_id": "{PATIENT}",',
        '  "name": "Ada Lovelace",',
        '  "born": "1970-09-14",',
        '  "weight": null',
        "}",
    )


def test_avro_without_a_frame_is_decoded_with_the_contracts_schema() -> None:
    """There the first byte means nothing."""
    shown = decode_value(patient()[5:], "plain", plain_avro())
    assert shown.form == "53 bytes, Avro"
    assert '  "name": "Ada Lovelace",' in shown.lines


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, "null: a tombstone"),
        (b"", "empty"),
        (b"\x00\x00", "2 bytes: too short for a frame"),
        (b"\x00\x00\x00\x00\x09x", "6 bytes, framed, schema id 9, which the registry does not know"),
        (patient()[:5], "5 bytes, framed, schema id 3 (patient.created-value version 2, avro), without a body"),
        (patient(tail=b"\x0e"), f"{NAMED}; not decodable at byte 57: index 7 in a union of 2"),
        (b"\xff\xfe\x00", "3 bytes, not UTF-8"),
    ],
)
def test_what_cannot_be_decoded_says_why(value: bytes | None, form: str) -> None:
    """Offsets count from the start of the value, frame included."""
    shown = decode_value(value, "patient.created", book())
    assert (shown.form, shown.lines) == (form, ())


def test_what_only_a_strict_reader_refuses_is_decoded_and_told() -> None:
    """Bytes left over do not hide the record."""
    shown = decode_value(patient() + b"\x01", "patient.created", book())
    assert shown.form.startswith("59 bytes, framed, schema id 3")
    assert "1 bytes are left over at byte 58" in shown.form
    assert '  "name": "Ada Lovelace",' in shown.lines


@pytest.mark.parametrize(
    ("value", "form", "lines"),
    [
        (b'{"a": 1}', "8 bytes, JSON", ("{", '  "a": 1', "}")),
        (b"{'a': 1}", "8 bytes, text that is not JSON", ("{'a': 1}",)),
        ("\ufeff{}".encode(), "5 bytes, text that is not JSON", ("\\ufeff{}",)),
    ],
)
def test_json_and_text(value: bytes, form: str, lines: tuple[str, ...]) -> None:
    """A topic that no contract of the run describes is shown as well as possible."""
    shown = decode_value(value, "elsewhere", Book())
    assert (shown.form, shown.lines) == (form, lines)


def test_references_are_followed() -> None:
    """A schema in two subjects is decoded with both."""
    inner = RegisteredSchema(
        id=1, subject="money", version=1, kind="avro",
        text='{"type": "record", "name": "shop.Money", "fields": [{"name": "cents", "type": "long"}]}',
    )  # fmt: skip
    outer = RegisteredSchema(
        id=2, subject="order-value", version=1, kind="avro",
        text='{"type": "record", "name": "shop.Order", "fields": [{"name": "total", "type": "shop.Money"}]}',
        references=(RegisteredReference("shop.Money", "money", 1),),
    )  # fmt: skip
    known = Book()
    known.remember(UnitStarted(at=0.0, unit="u", contracts=(), schemas=(inner, outer)))
    shown = decode_value(b"\x00\x00\x00\x00\x02\x06", "order", known)
    assert shown.lines == ("{", '  "total": {"cents": 3}', "}")


def test_a_schema_that_is_none_is_no_error() -> None:
    """The report shows what it can."""
    known = Book()
    broken = RegisteredSchema(id=2, subject="s", version=1, kind="avro", text="{nonsense")
    known.remember(UnitStarted(at=0.0, unit="u", contracts=(), schemas=(broken,)))
    shown = decode_value(b"\x00\x00\x00\x00\x02\x06", "order", known)
    assert shown.lines == ()
    assert "not decoded" in shown.form


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (b"", "empty"),
        (b"c-131", '"c-131"'),
        (b'"c"', "'\"c\"'"),
        (b"caf\xe9", "63 61 66 e9 (4 bytes, not UTF-8)"),
        (b"x" * 1000, '"' + "x" * 67 + " …(900 more)… " + "x" * 33 + '" (1,000 bytes)'),
    ],
)
def test_keys_and_headers_are_brief(value: bytes | None, shown: str) -> None:
    """Null and empty are told apart."""
    assert brief(value) == shown
