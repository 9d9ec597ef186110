"""Avro data: always valid for decoders written by others, and at the edges."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import islice
from typing import Any

import fastavro
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kcontract.generate.avro_payload import AvroPayload
from kcontract.generate.from_json import datum_of
from kcontract.generate.json_schema import JsonSchemaView
from kcontract.generate.payload import validator
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.nodes import Branch
from kcontract.schema.avro.parse import parse
from tests.unit.generate.contracts import LIMITS, RICH, seeded

PRIMITIVES = st.sampled_from(["null", "boolean", "int", "long", "float", "double", "bytes", "string"])
LOGICAL = st.sampled_from(
    [
        {"type": "int", "logicalType": "date"},
        {"type": "long", "logicalType": "timestamp-micros"},
        {"type": "long", "logicalType": "time-micros"},
        {"type": "string", "logicalType": "uuid"},
        {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 3},
    ]
)


def _wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        inner.map(lambda items: {"type": "array", "items": items}),
        inner.map(lambda values: {"type": "map", "values": values}),
        inner.filter(lambda node: not isinstance(node, list) and node != "null").map(lambda node: ["null", node]),
        st.lists(inner, min_size=1, max_size=3).map(lambda nodes: {"record": nodes}),
    )


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    """Avro schemas, with records named in the order in which they stand."""
    tree = draw(st.recursive(PRIMITIVES | LOGICAL, _wider, max_leaves=6))
    count = 0

    def named(node: Any) -> Any:
        nonlocal count
        if isinstance(node, list):
            return [named(item) for item in node]
        if isinstance(node, dict) and "record" in node:
            count += 1
            name = f"R{count}"
            fields = [{"name": f"f{index}", "type": named(item)} for index, item in enumerate(node["record"])]
            return {"type": "record", "name": name, "fields": fields}
        return {key: named(value) for key, value in node.items()} if isinstance(node, dict) else node

    return {"type": "record", "name": "Root", "fields": [{"name": "v", "type": named(tree)}]}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schemas(), st.integers(0, 2**32))
def test_every_datum_is_valid_avro(schema: dict[str, Any], seed: int) -> None:
    """Our strict decoder takes all data without a complaint, fastavro reads them to the last byte."""
    payload, rng = AvroPayload(parse(json.dumps(schema)), None), seeded(seed)
    theirs = fastavro.parse_schema(schema)
    for datum in (*islice(payload.boundaries(rng), 40), *islice(payload.random(rng), 10)):
        body = payload.encode(datum)
        reading = scan(payload.schema, body)
        assert not reading.problems
        assert reading.datum == datum
        stream = BytesIO(body)
        fastavro.schemaless_reader(stream, theirs, None)
        assert stream.tell() == len(body)


def _rich() -> AvroPayload:
    return AvroPayload(parse(json.dumps(RICH)), None)


def test_edges_of_the_rich_schema() -> None:
    """Every symbol, branch, bound of int and long, year 0001 and 9999, the greatest decimals."""
    found = list(_rich().boundaries(seeded(1)))
    outer = {name: {repr(datum[name]) for datum in found} for name in found[0]}
    assert {"'A'", "'B'", "'C'"} <= outer["kind"]
    assert {repr(Branch(0, None)), repr(Branch(1, 2**63 - 1)), repr(Branch(2, "😀"))} <= outer["multi"]
    assert {"2147483647", "-2147483648", "0", "-1"} <= outer["n"]
    assert {str(2**63 - 1), str(-(2**63))} <= outer["seq"]
    assert {"-719162", "2932896"} <= outer["day"]
    assert {repr((10**8 - 1).to_bytes(4, "big")), repr((1 - 10**8).to_bytes(4, "big", signed=True))} <= outer["amount"]
    assert {"{}", "[]"} <= outer["props"] | outer["tags"]


def test_constraints_aim_and_decide() -> None:
    """With constraints every datum obeys them, and their bounds are met exactly."""
    payload = AvroPayload(parse(json.dumps(RICH)), JsonSchemaView(LIMITS), validator(LIMITS, {}))
    rng = seeded(1)
    forms = [payload.to_json(d) for d in (*payload.boundaries(rng), *islice(payload.random(rng), 60))]
    assert all(map(validator(LIMITS, {}), forms))
    assert {form["n"] for form in forms} >= {1, 2, 89, 90}
    assert {form["kind"] for form in forms} == {"A", "B"}
    assert {len(form["tags"]) for form in forms} >= {0, 3}


def test_the_json_form_leads_back_to_the_datum() -> None:
    """Examples are read as they are written: JSON form and back is the same datum."""
    payload = _rich()
    for datum in islice(payload.boundaries(seeded(1)), 150):
        assert datum_of(payload.schema, payload.to_json(datum)) == datum


@pytest.mark.parametrize(
    ("change", "where"),
    [({"n": 2**31}, "/n"), ({"kind": "Z"}, "/kind"), ({"day": "30.2."}, "/day"), ({"ok": 1}, "/ok")],
)
def test_an_example_that_does_not_fit_is_refused_with_its_place(change: dict[str, Any], where: str) -> None:
    """The error names the pointer."""
    payload = _rich()
    form = payload.to_json(payload.ordinary(seeded(1)))
    with pytest.raises(Exception, match=f"at {where} is no"):
        datum_of(payload.schema, {**form, **change})
