"""Properties of encoder and decoder over random schemas, and their agreement with fastavro."""

from __future__ import annotations

import io
import json
from typing import Any

import fastavro
from hypothesis import given, settings
from hypothesis import strategies as st

from kcontract.schema.avro.decode import decode, scan
from kcontract.schema.avro.encode import encode, encode_spans
from kcontract.schema.avro.nodes import Array, AvroSchema, Branch, Datum, Map, Node, RecordType, Union, type_name
from kcontract.schema.avro.parse import parse
from kcontract.schema.problem import DecodeError
from tests.unit.schema.avro.random_schemas import data, schemas


@st.composite
def _schema_and_datum(draw: st.DrawFn) -> tuple[Any, AvroSchema, Datum]:
    raw = draw(schemas())
    schema = parse(json.dumps(raw))
    return raw, schema, draw(data(schema))


def _as_fastavro(schema: AvroSchema, node: Node, datum: Datum) -> Any:
    """A datum in fastavro's notation, which names the branch of a union."""
    match schema.follow(node):
        case Union(branches=branches):
            branch = branches[datum.index]
            value = _as_fastavro(schema, branch, datum.value)
            return None if value is None else (type_name(branch), value)
        case RecordType(fields=fields):
            return {field.name: _as_fastavro(schema, field.type, datum[field.name]) for field in fields}
        case Array(items=items):
            return [_as_fastavro(schema, items, item) for item in datum]
        case Map(values=values):
            return {key: _as_fastavro(schema, values, item) for key, item in datum.items()}
    return datum


def _unbranched(datum: Datum) -> Any:
    match datum:
        case Branch(value=value):
            return _unbranched(value)
        case list():
            return [_unbranched(item) for item in datum]
        case dict():
            return {key: _unbranched(item) for key, item in datum.items()}
    return datum


@settings(deadline=None)
@given(_schema_and_datum())
def test_what_is_encoded_decodes_strictly_to_the_same(given_: tuple[Any, AvroSchema, Datum]) -> None:
    """Encoding and strict decoding are inverse."""
    _, schema, datum = given_
    assert decode(schema, encode(schema, datum), strict=True) == datum


@settings(deadline=None)
@given(_schema_and_datum())
def test_bytes_are_those_of_fastavro(given_: tuple[Any, AvroSchema, Datum]) -> None:
    """Our bytes are fastavro's, and it reads from them what we read."""
    raw, schema, datum = given_
    encoded = encode(schema, datum)
    out = io.BytesIO()
    parsed = fastavro.parse_schema(raw)
    fastavro.schemaless_writer(out, parsed, _as_fastavro(schema, schema.root, datum))
    assert out.getvalue() == encoded
    assert fastavro.schemaless_reader(io.BytesIO(encoded), parsed, None) == _unbranched(datum)


@settings(deadline=None)
@given(_schema_and_datum())
def test_spans_cover_the_bytes(given_: tuple[Any, AvroSchema, Datum]) -> None:
    """Spans lie in the bytes, heads in their spans, and the first span is the whole."""
    _, schema, datum = given_
    encoded, spans = encode_spans(schema, datum)
    assert encoded == encode(schema, datum)
    assert (spans[0].start, spans[0].end, spans[0].path) == (0, len(encoded), "")
    assert all(0 <= span.start <= span.head <= span.end <= len(encoded) for span in spans)


@given(schemas().map(lambda raw: parse(json.dumps(raw))), st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_survived_and_the_lenient_decoder_takes_more(schema: AvroSchema, noise: bytes) -> None:
    """No bytes crash a decoder; what the strict one accepts the lenient one reads alike."""
    reading = scan(schema, noise)
    try:
        strict: Any = decode(schema, noise, strict=True)
    except DecodeError as error:
        assert reading.problems, error
        return
    assert not reading.problems
    assert decode(schema, noise, strict=False) == strict


@settings(deadline=None)
@given(_schema_and_datum(), st.data())
def test_strict_acceptance_means_that_it_re_encodes(
    given_: tuple[Any, AvroSchema, Datum], source: st.DataObject
) -> None:
    """A mutant that the strict decoder accepts is the encoding of what it reads, odd legal blocks aside."""
    _, schema, datum = given_
    encoded = bytearray(encode(schema, datum))
    if not encoded:
        return
    encoded[source.draw(st.integers(0, len(encoded) - 1))] ^= 1 << source.draw(st.integers(0, 7))
    reading = scan(schema, bytes(encoded))
    if not reading.problems:
        again = encode(schema, reading.datum)
        assert decode(schema, again, strict=True) == reading.datum
