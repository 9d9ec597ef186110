"""`strategies.avro`: every value is legal, comes back from fastavro as it was, and shrinks to something small."""

from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import fastavro
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from kcontract.errors import SchemaError, UsageError
from kcontract.generate.from_json import datum_of
from kcontract.schema.avro.decode import scan
from kcontract.schema.avro.json_form import json_form
from kcontract.schema.avro.parse import parse
from kcontract.strategies import avro
from tests.unit.generate.contracts import RICH
from tests.unit.strategies.drawing import QUICK, drawn
from tests.unit.strategies.random_avro import RandomSchemas

TREE = {
    "type": "record", "name": "Tree",
    "fields": [{"name": "left", "type": ["null", "Tree"]}, {"name": "right", "type": ["null", "Tree"]}],
}  # fmt: skip
MUTUAL = {
    "type": "record", "name": "A",
    "fields": [
        {"name": "b", "type": {
            "type": "record", "name": "B", "fields": [{"name": "as", "type": {"type": "array", "items": "A"}}],
        }}
    ],
}  # fmt: skip
ONE_SORT: dict[str, Any] = {
    "numbers": ["double", "long"],
    "moments": [{"type": "int", "logicalType": "date"}, {"type": "long", "logicalType": "timestamp-micros"}],
    "times": [{"type": "int", "logicalType": "time-millis"}, {"type": "long", "logicalType": "time-micros"}],
    "texts": ["string", {"type": "enum", "name": "E", "symbols": ["a"]}, "null"],
    "records": [
        {"type": "record", "name": "X", "fields": [{"name": "x", "type": "int"}]},
        {"type": "record", "name": "Y", "fields": [
            {"name": "x", "type": "int"}, {"name": "y", "type": "string", "default": "d"},
        ]},
    ],
}  # fmt: skip


def back(schema: Any, value: Any) -> Any:
    """What fastavro reads of what fastavro wrote."""
    parsed, stream = fastavro.parse_schema(schema), BytesIO()
    fastavro.schemaless_writer(stream, parsed, value, strict=True)
    stream.seek(0)
    found = fastavro.schemaless_reader(stream, parsed, None)
    assert stream.read() == b""
    return found


def bare(value: Any) -> Any:
    """A value without the names of branches."""
    match value:
        case tuple((_, inner)):
            return bare(inner)
        case dict():
            return {key: bare(inner) for key, inner in value.items()}
        case list():
            return [bare(inner) for inner in value]
    return value


def same(left: Any, right: Any) -> bool:
    """Equal, of the same types, the zero's sign and a decimal's digits included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return repr(left) == repr(right) if isinstance(left, float | Decimal) else bool(left == right)


@settings(QUICK, max_examples=120, phases=[Phase.generate])
@given(st.integers(0, 2**32), st.data())
def test_random_schemas_come_back_from_fastavro(seed: int, data: st.DataObject) -> None:
    """Of any schema: type, value, zero's sign and decimal's digits."""
    schema = RandomSchemas(Random(seed)).schema()  # noqa: S311 - test data
    for value in data.draw(st.lists(avro(schema), min_size=1, max_size=3)):
        assert same(back(schema, value), bare(value)), schema


@pytest.mark.parametrize("name", ONE_SORT)
def test_branches_that_writers_confuse_are_named(name: str) -> None:
    """Bare values of these unions are written as another branch; `(branch, value)` is not."""
    schema = ONE_SORT[name]
    values = drawn(avro(schema))
    assert all(same(back(schema, value), bare(value)) for value in values)
    assert {value[0] for value in values if isinstance(value, tuple)} >= {
        branch if isinstance(branch, str) else branch.get("name", branch["type"])
        for branch in schema
        if branch != "null"
    }


def test_plain_optional_values_are_bare() -> None:
    """Where the Python value says the branch, nothing stands around it."""
    assert {type(value) for value in drawn(avro(["null", "string", "long", "boolean"]))} == {type(None), str, int, bool}


def test_other_forms_are_legal() -> None:
    """Bytes that our strict decoder takes without a complaint, and the JSON form that contracts' examples have."""
    schema = parse(json.dumps(RICH))
    assert not any(scan(schema, body).problems for body in drawn(avro(RICH, form="binary")))
    assert all(json_form(schema, datum_of(schema, plain)) == plain for plain in drawn(avro(RICH, form="json")))


@pytest.mark.parametrize(
    ("schema", "least", "most"),
    [
        ("int", -(2**31), 2**31 - 1),
        ("long", -(2**63), 2**63 - 1),
        ({"type": "bytes", "logicalType": "decimal", "precision": 3, "scale": 2}, Decimal("-9.99"), Decimal("9.99")),
        ({"type": "int", "logicalType": "date"}, date.min, date.max),
        ({"type": "long", "logicalType": "timestamp-micros"}, datetime.min.replace(tzinfo=UTC),
         datetime.max.replace(tzinfo=UTC)),
        ("float", -3.4028234663852886e38, 3.4028234663852886e38),
    ],
)  # fmt: skip
def test_bounds_are_exact(schema: Any, least: Any, most: Any) -> None:
    """Both ends can be had, and nothing beyond them."""
    strategy = avro(schema)
    assert find(strategy, lambda value: value >= most, settings=QUICK_AND_LONG) == most
    assert find(strategy, lambda value: value <= least, settings=QUICK_AND_LONG) == least


QUICK_AND_LONG = settings(QUICK, max_examples=3_000)


def test_non_finite_numbers_are_asked_for() -> None:
    """NaN, the infinities and the negative zero come with `non_finite` only."""
    finite, others = drawn(avro("double"), 200), drawn(avro("double", non_finite=True), 400)
    assert all(map(math.isfinite, finite))
    assert "-0.0" not in map(repr, finite)
    assert {"nan", "inf"} <= {repr(abs(value)) for value in others}


@pytest.mark.parametrize("schema", [TREE, MUTUAL], ids=["tree", "mutual"])
def test_recursion_ends(schema: Any) -> None:
    """Values of several depths, none beyond what the budget gives."""

    def depth(value: Any) -> int:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return isinstance(value, dict) + max(map(depth, inner), default=0)

    depths = {depth(value) for value in drawn(avro(schema), 100)}
    assert len(depths) > 1
    assert max(depths) <= 8


def test_a_record_that_never_ends_is_refused() -> None:
    """At once, with a code."""
    with pytest.raises(UsageError) as caught:
        avro({"type": "record", "name": "R", "fields": [{"name": "r", "type": "R"}]})
    assert caught.value.code == "GENERATE_UNSATISFIABLE"


def test_large_values_are_made_whole() -> None:
    """A record of a thousand fields is drawn in one piece; a fixed of megabytes is refused with a code."""
    wide = {"type": "record", "name": "R", "fields": [{"name": f"f{n}", "type": "int"} for n in range(1_000)]}
    assert all(len(value) == 1_000 for value in drawn(avro(wide), 3))
    with pytest.raises(UsageError, match="5,000,000 bytes") as caught:
        avro({"type": "fixed", "name": "F", "size": 5_000_000})
    assert caught.value.code == "GENERATE_TOO_LARGE"


@pytest.mark.parametrize("levels", [50, 99, 100])
def test_what_is_nested_as_deeply_as_a_schema_may_be_has_values(levels: int) -> None:
    """A hundred records within one another are more than Hypothesis can follow: they are made whole."""
    schema: Any = "int"
    for level in range(levels):
        schema = {"type": "record", "name": f"R{level}", "fields": [{"name": "x", "type": schema}]}
    assert len(drawn(avro(schema), 5)) > 1


def test_counterexamples_are_small() -> None:
    """What a failing test would show."""
    schema = {
        **RICH,
        "fields": [field for field in RICH["fields"] if field["name"] in ("event_id", "n", "tags", "opt")],
    }
    least = find(avro(schema), lambda value: value["n"] > 100 and value["tags"], settings=QUICK)
    assert least == {"event_id": UUID("00000000-0000-4000-8000-000000000000"), "n": 101, "opt": None, "tags": [""]}


def test_defaults_come_often() -> None:
    """A default that chance would not meet."""
    field = {"name": "f", "type": "string", "default": "not to be guessed"}
    schema = {"type": "record", "name": "R", "fields": [field]}
    assert {"f": "not to be guessed"} in drawn(avro(schema))


def test_texts_files_and_references_are_read(tmp_path: Path) -> None:
    """A schema may be given as document, text, name of a type or path; named types may stand elsewhere."""
    (tmp_path / "flag.avsc").write_text('"boolean"')
    for form in ("boolean", '"boolean"', tmp_path / "flag.avsc", {"type": "boolean"}):
        assert set(drawn(avro(form))) == {True, False}
    kind = {"type": "enum", "name": "x.Kind", "symbols": ["A"]}
    assert drawn(avro({"type": "array", "items": "x.Kind"}, references={"x.Kind": kind}))[-1][:1] in ([], ["A"])
    with pytest.raises(SchemaError):
        avro("no such type")


@pytest.mark.parametrize("collection", [{"type": "array"}, {"type": "map"}], ids=["arrays", "maps"])
def test_nested_collections_do_not_multiply(collection: dict[str, str]) -> None:
    """Sixty arrays or maps in one another leave room for values, some of them several levels deep."""
    schema: Any = "string"
    for _ in range(60):
        schema = {**collection, "items" if collection["type"] == "array" else "values": schema}
    values = drawn(avro(schema), 30)
    assert len(values) == 30
    assert any("]]]" in repr(value) or "}}}" in repr(value) for value in values)
