"""What is read in line is what the readers of the fields would read, right or wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kcontract.schema.avro import decode as decoding
from kcontract.schema.avro.cursor import Cursor, read_int
from kcontract.schema.avro.decode import Reading, reader_of, scan
from kcontract.schema.avro.encode import encode, long_bytes
from kcontract.schema.avro.inline import Room, record_reader
from kcontract.schema.avro.nodes import AvroSchema, Branch, Datum, Field, Node, Primitive, RecordType, Union
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.scalars import Reader
from kcontract.schema.avro.sizes import Sizes
from kcontract.schema.problem import DecodeError, Problems, escape
from tests.decoders.avro_schemas import avro_schemas
from tests.decoders.payloads import payloads
from tests.unit.generate.contracts import seeded
from tests.unit.strategies.random_avro import RandomSchemas


def field_by_field(node: RecordType, reader: Callable[[Node], Reader], sizes: Sizes, _: Room) -> Reader:
    """The plain reader of a record: each field by its own."""
    fields = [(field.name, f"/{escape(field.name)}", reader(field.type)) for field in node.fields]
    cost = sizes.record_cost(node)

    def read(cursor: Cursor) -> Datum:
        cursor.charge(cost, cursor.pos)
        datum = {}
        problems = cursor.problems
        for name, step, field in fields:
            noted = len(problems.seen)
            try:
                datum[name] = field(cursor)
            except DecodeError as error:
                problems.place(noted, step)
                error.path = step + error.path
                raise
            problems.place(noted, step)
        return datum

    return read


def told(reading: Reading) -> Any:
    problems = [(p.layer, p.code, p.reason, p.offset, p.path, p.soft) for p in reading.problems]
    return repr(reading.datum), problems, reading.fatal


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], AvroSchema]:
    """A schema whose records are read field by field."""

    def parsed(text: str) -> AvroSchema:
        schema = parse(text)
        with monkeypatch.context() as patch:
            patch.setattr(decoding, "record_reader", field_by_field)
            reader_of(schema)  # which keeps what it made
        return schema

    return parsed


def random_schemas(total: int, seed: int) -> list[str]:
    rng = seeded(seed)
    made = (json.dumps(RandomSchemas(rng).schema()) for _ in range(total))
    return [text for text in made if "record" in text]


@pytest.mark.parametrize("part", range(4))
def test_the_quick_way_reads_what_the_plain_one_reads(part: int, plain: Callable[[str], AvroSchema]) -> None:
    """Values, problems, offsets and paths, of thousands of valid and damaged payloads of every type."""
    texts = [*avro_schemas(32), *random_schemas(12, 7)][part::4]
    for text in texts:
        quick, slow = parse(text), plain(text)
        for payload in payloads("avro", text, 150, "inline"):
            assert told(scan(quick, payload.data)) == told(scan(slow, payload.data)), (text, payload.data)


def fields(*types: Any) -> str:
    return json.dumps({"type": "record", "name": "R", "fields": [{"name": f"f{i}", "type": t} for i, t in
                                                                enumerate(types)]})  # fmt: skip


_TIMES = ({"type": "int", "logicalType": "time-millis"}, {"type": "long", "logicalType": "timestamp-nanos"})
_NUMBERS = sorted({sign * (1 << bits) + more for bits in range(63) for sign in (1, -1) for more in (-1, 0, 1)})


@pytest.mark.parametrize("kind", ["int", "long", {"type": "int", "logicalType": "date"}, *_TIMES])
def test_numbers_of_every_length_are_the_same(kind: Any, plain: Callable[[str], AvroSchema]) -> None:
    """Around each power of two, cut short, with a byte too many, at the end of the bytes and before others."""
    text = fields(kind, "null", ["null", kind])
    quick, slow = parse(text), plain(text)
    for number in _NUMBERS:
        raw = long_bytes(number)
        for spelled in (raw, raw[:-1], raw[:-1] + bytes((raw[-1] | 0x80, 0)), b"\x80" * 10 + raw):
            for data in (spelled + b"\2\4", spelled, b"\4\2" + spelled):
                assert told(scan(quick, data)) == told(scan(slow, data)), (number, data)


@pytest.mark.parametrize("kind", ["string", "bytes", {"type": "string", "logicalType": "uuid"}, "double", "float"])
def test_texts_and_reals_are_the_same(kind: Any, plain: Callable[[str], AvroSchema]) -> None:
    """Texts around the 63 bytes that are read in line, of other scripts, no UTF-8; reals that are none, and both 0."""
    text = fields(kind)
    quick, slow = parse(text), plain(text)
    uuid = b"0f8fad5b-d9cb-469f-a165-70867728950e"
    texts = [b"", b"a", b"a" * 63, b"a" * 64, b"\xc3\xa9", b"\xff", uuid, uuid.upper(), b"0" * 36, uuid[:-1] + b"g"]
    framed = [long_bytes(len(raw) + more) + raw for raw in texts for more in (-1, 0, 1) if raw or more >= 0]
    reals = [b"\0" * 7, b"\0" * 8, b"\0" * 3 + b"\x80", b"\0" * 7 + b"\x80", b"\0\0\xc0\x7f", b"\0" * 6 + b"\xf0\x7f"]
    for data in (*framed, *reals, b""):
        assert told(scan(quick, data)) == told(scan(slow, data)), data


def test_records_within_records_are_read_to_any_depth() -> None:
    """Deeper than one function may be nested; the place of what is wrong at the bottom is told."""
    kind: Any = "int"
    for level in reversed(range(60)):
        inner = ["null", kind] if level % 3 else kind
        kind = {"type": "record", "name": f"R{level}", "fields": [{"name": "n", "type": inner}]}
    schema = parse(json.dumps(kind))
    datum: Any = 7
    for level in reversed(range(60)):
        datum = {"n": Branch(1, datum) if level % 3 else datum}
    body = encode(schema, datum)
    assert scan(schema, body).datum == datum
    broken = scan(schema, body[:-1]).problems
    assert [(problem.code, problem.path) for problem in broken] == [("truncated", "/n" * 60)]


def test_of_a_wide_schema_little_is_written_out(plain: Callable[[str], AvroSchema]) -> None:
    """With thousands of fields that took seconds; the rest is read in a loop, and says the same."""
    inner = {"type": "record", "name": "I", "fields": [{"name": f"i{n}", "type": "int"} for n in range(600)]}
    text = fields("string", inner, ["null", "long"], {"type": "array", "items": "I"})
    quick, slow = parse(text), plain(text)
    numbers = b"\2" * 600
    whole = b"\2a" + numbers + b"\2\4" + b"\2" + numbers + b"\0"
    assert scan(quick, whole).problems == ()
    for data in (whole, whole[:-2], whole[:300], b"\2a" + b"\xff" * 11 + whole, whole.replace(b"\2\4", b"\7")):
        assert told(scan(quick, data)) == told(scan(slow, data))


def test_room_is_for_values_and_branches_and_is_taken_once() -> None:
    """A record that does not fit in takes none of it."""
    optional = Union((Primitive("null"), Primitive("int")))
    small, large = (RecordType("R", tuple(Field(f"f{n}", optional) for n in range(many))) for many in (1, 2))
    room = Room(6)
    assert [room.takes(each) for each in (large, large, small, small)] == [True, False, True, False]


def test_names_of_a_schema_are_never_taken_for_code() -> None:
    """The parser refuses such names; a schema that was made without it does no harm either."""
    name = "'] or exit() #\n"
    schema = parse(fields("int"))
    read = record_reader(RecordType("R", (Field(name, Primitive("int")),)), lambda _: read_int, Sizes(schema), Room())
    assert read(Cursor(b"\2", Problems(), 8)) == {name: 1}
    with pytest.raises(DecodeError) as refused:
        read(Cursor(b"", Problems(), 8))
    assert refused.value.path == f"/{escape(name)}"
