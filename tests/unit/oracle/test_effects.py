"""Records that a service wrote, against their own schema."""

from __future__ import annotations

from kcontract.model.record import Record
from kcontract.oracle.effects import EffectOracle
from kcontract.oracle.reading import MISSING
from kcontract.schema.wire import header, join
from tests.unit.oracle.contracts import UUID, avro, entry, json_schema, record

_EVENT = record("Out", id="string", n="int")
_BOOK = [entry(1, _EVENT, "out-value"), entry(2, record("Out", id="string", n="int", more=("int", 1)), "out-value", 2)]
_INVOICE = json_schema(
    {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}}
)


def _code(oracle: EffectOracle, value: bytes | None, key: bytes | None = b"k") -> str:
    rejection = oracle.check(Record(key, value))
    return rejection.code if rejection else ""


def test_json_effects_plain_or_framed() -> None:
    """What is written is checked against its schema, whatever its frame; formats do not bind."""
    oracle = EffectOracle(_INVOICE, None, [])
    good = f'{{"id": "{UUID}"}}'.encode()
    for value in (good, join(1, good), b'{"id": "no uuid"}', None):
        assert _code(oracle, value) == ""
    assert _code(oracle, b"{}") == "missing_required"
    assert _code(oracle, b'{"id": 5}') == "wrong_type"
    assert _code(oracle, b"{") == "json_syntax"
    assert oracle.read(Record(None, join(1, good))) == {"id": UUID}
    assert oracle.read(Record(None, b"{")) is MISSING
    assert oracle.read(Record(None, None)) is MISSING


def test_avro_effects_by_their_writers_schema() -> None:
    """Framed by prefix or header, or plain; another version of the schema is resolved."""
    oracle = EffectOracle(avro(_EVENT), None, _BOOK)
    assert oracle.read(Record(None, join(1, b"\x02a\x04"))) == {"id": "a", "n": 2}
    assert oracle.read(Record(None, join(2, b"\x02a\x04\x06"))) == {"id": "a", "n": 2}
    assert oracle.read(Record(None, b"\x02a\x04")) == {"id": "a", "n": 2}
    assert oracle.read(Record(None, b"\x02a\x04", (header(_BOOK[0].guid or ""),))) == {"id": "a", "n": 2}
    assert _code(oracle, join(1, b"\x02a")) == "truncated"
    assert _code(oracle, join(1, b"\x02\xff\x04")) == "invalid_utf8"
    assert _code(oracle, join(1, b"\x02a\x04trailing")) == ""


def test_an_id_that_the_book_lacks_may_be_new() -> None:
    """The service may have registered its schema since: with the right bytes nothing is said against it."""
    oracle = EffectOracle(avro(_EVENT), None, [])
    assert _code(oracle, join(9, b"\x02a\x04")) == ""
    assert oracle.read(Record(None, join(9, b"\x02a\x04"))) == {"id": "a", "n": 2}
    assert _code(oracle, join(9, b"\x06a")) == ""


def test_effects_of_which_nothing_is_said() -> None:
    """Without a schema JSON is read as JSON, Avro by the schema that it names, and nothing is wrong."""
    oracle = EffectOracle(None, None, _BOOK)
    assert oracle.read(Record(None, b'{"a": 1}')) == {"a": 1}
    assert oracle.read(Record(None, join(1, b"\x02a\x04"))) == {"id": "a", "n": 2}
    assert oracle.read(Record(None, b"plain text")) is MISSING
    assert _code(oracle, b"plain text") == ""


def test_keys_of_effects() -> None:
    """A key may be raw text or JSON text, as its schema takes it."""
    oracle = EffectOracle(None, json_schema({"type": "integer"}), [])
    assert _code(oracle, b"1", b"5") == ""
    assert _code(oracle, b"1", b"x") == "key_damage"
    assert _code(oracle, b"1", None) == "key_damage:null"
    assert _code(oracle, b"1", b"\xff") == "key_damage:utf8"
    assert _code(EffectOracle(None, json_schema({"type": "string"}), []), b"1", b"x") == ""
