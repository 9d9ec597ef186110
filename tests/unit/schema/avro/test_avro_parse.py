"""What the Avro specification allows and forbids in a schema."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kcontract.errors import SchemaError
from kcontract.schema.avro.errors import AvroSchemaError
from kcontract.schema.avro.nodes import Array, EnumType, Fixed, Logical, Primitive, RecordType, Ref, Union
from kcontract.schema.avro.parse import parse
from kcontract.schema.avro.sizes import ENDLESS, Sizes


def _record(*fields: dict[str, Any], **more: Any) -> str:
    return json.dumps({"type": "record", "name": "R", "fields": list(fields), **more})


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ("{", "AVRO_NOT_JSON", ""),
        ("[" * 100_000, "AVRO_NOT_JSON", ""),
        ("5", "AVRO_TYPE", ""),
        ('{"items": "int"}', "AVRO_TYPE", ""),
        ('"strnig"', "AVRO_UNKNOWN_TYPE", ""),
        ('{"type": "array"}', "AVRO_MISSING", ""),
        ('["int", ["null"]]', "AVRO_UNION", "/1"),
        ('["int", {"type": "int", "logicalType": "date"}]', "AVRO_UNION", "/1"),
        (_record({"name": "a", "type": "nope"}), "AVRO_UNKNOWN_TYPE", "/fields/0/type"),
        (_record({"name": "1a", "type": "int"}), "AVRO_NAME", "/fields/0"),
        (_record({"name": "a", "type": "int"}, {"name": "a", "type": "int"}), "AVRO_DUPLICATE_NAME", "/fields"),
        (_record({"name": "a", "type": "int", "order": "up"}), "AVRO_FIELDS", "/fields/0"),
        (_record({"type": "int"}), "AVRO_MISSING", "/fields/0"),
        (_record(5), "AVRO_FIELDS", "/fields/0"),  # type: ignore[arg-type]
        ('{"type": "record", "name": "R", "fields": {}}', "AVRO_FIELDS", ""),
        ('{"type": "record", "name": "string", "fields": []}', "AVRO_NAME", ""),
        ('{"type": "record", "name": "a..b", "fields": []}', "AVRO_NAME", ""),
        ('{"type": "record", "fields": []}', "AVRO_MISSING", ""),
        ('{"type": "enum", "name": "E", "symbols": ["A", "A"]}', "AVRO_DUPLICATE_NAME", "/symbols"),
        ('{"type": "enum", "name": "E", "symbols": ["A-B"]}', "AVRO_ENUM", ""),
        ('{"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}', "AVRO_ENUM", ""),
        ('{"type": "fixed", "name": "F", "size": -1}', "AVRO_FIXED", ""),
        ('{"type": "fixed", "name": "F", "size": true}', "AVRO_FIXED", ""),
        ('[{"type": "fixed", "name": "F", "size": 1}, {"type": "enum", "name": "F", "symbols": []}]',
         "AVRO_DUPLICATE_NAME", "/1"),
        (_record({"name": "a", "type": "int", "default": 2**31}), "AVRO_DEFAULT", "R.a"),
        (_record({"name": "a", "type": "int", "default": True}), "AVRO_DEFAULT", "R.a"),
        (_record({"name": "a", "type": "string", "default": None}), "AVRO_DEFAULT", "R.a"),
        (_record({"name": "a", "type": "bytes", "default": "\u0100"}), "AVRO_DEFAULT", "R.a"),
        (_record({"name": "a", "type": ["null", "int"], "default": "x"}), "AVRO_DEFAULT", "R.a"),
        (_record({"name": "a", "type": {"type": "record", "name": "I", "fields": [{"name": "b", "type": "int"}]},
                  "default": {}}), "AVRO_DEFAULT", "R.a"),
    ],
)  # fmt: skip
def test_illegal_schema_is_an_error_with_code_and_path(text: str, code: str, path: str) -> None:
    """Each rule of the specification has a code, and the error tells the place."""
    with pytest.raises(AvroSchemaError) as caught:
        parse(text)
    assert (caught.value.code, caught.value.path) == (code, path)
    assert isinstance(caught.value, SchemaError)


def test_too_deep_a_schema_is_refused() -> None:
    """Nesting is limited, so that nothing compiled from a schema can exhaust the stack."""
    text = '{"type":"array","items":' * 200 + '"int"' + "}" * 200
    with pytest.raises(AvroSchemaError, match="nested"):
        parse(text)


def test_names_inherit_the_namespace() -> None:
    """A name without dots lies in the enclosing namespace, one with dots in its own."""
    inner = {"type": "enum", "name": "E", "symbols": ["A"]}
    other = {"type": "fixed", "name": "x.y.F", "size": 2}
    schema = parse(
        _record(
            {"name": "a", "type": inner},
            {"name": "b", "type": other},
            {"name": "c", "type": "E"},
            {"name": "d", "type": "n.s.E"},
            namespace="n.s",
            aliases=["Old", "m.Older"],
        )
    )
    assert set(schema.named) == {"n.s.R", "n.s.E", "x.y.F"}
    root = schema.root
    assert isinstance(root, RecordType)
    assert root.aliases == ("n.s.Old", "m.Older")
    assert root.fields[2].type == root.fields[3].type == Ref("n.s.E")


def test_recursion_and_wrapped_types() -> None:
    """A record may hold itself, and a type may stand in an object of its own."""
    schema = parse(_record({"name": "next", "type": ["null", "R"]}, {"name": "w", "type": {"type": ["null", "int"]}}))
    assert isinstance(schema.root, RecordType)
    assert schema.root.fields[0].type == Union((Primitive("null"), Ref("R")))
    assert schema.follow(Ref("R")) is schema.named["R"]


@pytest.mark.parametrize(
    ("raw", "logical"),
    [
        ({"type": "int", "logicalType": "date"}, Logical("date")),
        ({"type": "long", "logicalType": "date"}, None),
        ({"type": "int", "logicalType": "time-millis"}, Logical("time-millis")),
        ({"type": "long", "logicalType": "local-timestamp-nanos"}, Logical("local-timestamp-nanos")),
        ({"type": "string", "logicalType": "uuid"}, Logical("uuid")),
        ({"type": "bytes", "logicalType": "uuid"}, None),
        ({"type": "bytes", "logicalType": "big-decimal"}, Logical("big-decimal")),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}, Logical("decimal", 4, 2)),
        ({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 5}, None),
        ({"type": "bytes", "logicalType": "decimal", "precision": 0}, None),
        ({"type": "bytes", "logicalType": "decimal"}, None),
        ({"type": "bytes", "logicalType": "decimal", "precision": "4"}, None),
        ({"type": "int", "logicalType": "nonsense"}, None),
        ({"type": "int", "logicalType": 7}, None),
    ],
)
def test_logical_types_hold_where_they_are_legal(raw: dict[str, Any], logical: Logical | None) -> None:
    """A logical type that is unknown or illegal where it stands is ignored."""
    node = parse(json.dumps(raw)).root
    assert isinstance(node, Primitive)
    assert node.logical == logical


@pytest.mark.parametrize(("size", "precision", "legal"), [(1, 2, True), (1, 3, False), (4, 9, True), (4, 10, False)])
def test_a_fixed_decimal_must_hold_its_precision(size: int, precision: int, legal: bool) -> None:
    """The precision of a decimal over fixed is bounded by its bytes."""
    raw = {"type": "fixed", "name": "F", "size": size, "logicalType": "decimal", "precision": precision}
    node = parse(json.dumps(raw)).root
    assert isinstance(node, Fixed)
    assert (node.logical is not None) is legal


def test_references_are_found_in_any_order() -> None:
    """A reference may refer to another one that comes later."""
    schema = parse(
        _record({"name": "a", "type": "n.A"}),
        {
            "n.A": _named("n.A", "n.B"),
            "n.B": '{"type": "enum", "name": "B", "namespace": "n", "symbols": ["X"]}',
        },
    )
    assert isinstance(schema.named["n.B"], EnumType)
    assert isinstance(schema.named["n.A"], RecordType)


def _named(name: str, inner: str) -> str:
    return json.dumps({"type": "record", "name": name, "fields": [{"name": "b", "type": inner}]})


def test_defaults_may_fit_any_branch() -> None:
    """Since 1.12 the default of a union belongs to the first branch that it fits."""
    schema = parse(_record({"name": "a", "type": ["null", "string"], "default": "x"}))
    assert isinstance(schema.root, RecordType)
    assert schema.root.fields[0].default == "x"


def test_documentation_does_not_make_another_schema() -> None:
    """Schemas are the same whatever their documentation, and whether a type is inline or referred to."""
    enum = {"type": "enum", "name": "E", "symbols": ["A"]}
    one = parse(_record({"name": "a", "type": enum, "doc": "x"}, doc="y"))
    other = parse(_record({"name": "a", "type": "E", "order": "ignore"}), {"E": json.dumps(enum)})
    assert one.same(other)
    assert not one.same(parse(_record({"name": "a", "type": enum, "default": "A"})))


def test_arrays_and_primitive_names() -> None:
    """A bare name is a schema, and so is an object that holds nothing else."""
    assert parse('"long"').root == parse('{"type": "long"}').root == Primitive("long")
    assert parse('{"type": "array", "items": {"type": "string"}}').root == Array(Primitive("string"))


def test_a_huge_record_is_not_endless() -> None:
    """Ten records in each of ten, thirty levels deep, are no record that contains itself."""
    fields = ['{"name":"f","type":"string"}']
    for level in range(30):
        more = ",".join(f'{{"name":"f{n}","type":"L{level}"}}' for n in range(9))
        fields = [f'{{"name":"f","type":{{"type":"record","name":"L{level}","fields":[{",".join(fields)}]}}}}', more]
    schema = parse(f'{{"type":"record","name":"Top","fields":[{",".join(fields)}]}}')
    assert Sizes(schema).least(schema.root) == ENDLESS - 1
    endless = parse('{"type":"record","name":"N","fields":[{"name":"k","type":["N"]}]}')
    assert Sizes(endless).least(endless.root) == ENDLESS
