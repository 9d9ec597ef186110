"""Hypothesis strategies for Avro schemas, and for data of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    Branch,
    Datum,
    EnumType,
    Fixed,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
)  # fmt: skip

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]


@st.composite
def schemas(draw: st.DrawFn, depth: int = 3) -> Any:
    """An Avro schema as parsed JSON. Named types have names of their own."""
    counter = iter(range(1_000))
    return draw(_node(counter, depth))


@st.composite
def _node(draw: st.DrawFn, counter: Any, depth: int) -> Any:
    kind = draw(
        st.sampled_from(["primitive", "enum", "fixed", *(["record", "array", "map", "union"] if depth else [])])
    )
    if kind == "primitive":
        return draw(st.sampled_from(_PRIMITIVES))
    name = f"T{next(counter)}"
    inner = _node(counter, depth - 1)
    if kind == "enum":
        return {"type": "enum", "name": name, "symbols": ["A", "B", "C"]}
    if kind == "fixed":
        return {"type": "fixed", "name": name, "size": draw(st.integers(0, 5))}
    if kind == "record":
        types = draw(st.lists(inner, max_size=4))
        fields = [{"name": f"f{index}", "type": node} for index, node in enumerate(types)]
        return {"type": "record", "name": name, "fields": fields}
    if kind == "union":
        branches = draw(st.lists(inner.filter(lambda node: not isinstance(node, list)), min_size=1, max_size=4))
        return list({_branch_key(branch): branch for branch in branches}.values())
    return {"type": kind, ("items" if kind == "array" else "values"): draw(inner)}


def _branch_key(node: Any) -> str:
    return node if isinstance(node, str) else node.get("name", node["type"])


def data(schema: AvroSchema, node: Node | None = None) -> st.SearchStrategy[Datum]:  # noqa: PLR0911  # one a type
    """Data of `schema`."""
    match schema.follow(schema.root if node is None else node):
        case Primitive(type=kind):
            return _primitive(kind)
        case EnumType(symbols=symbols):
            return st.sampled_from(symbols)
        case Fixed(size=size):
            return st.binary(min_size=size, max_size=size)
        case Array(items=items):
            return st.lists(data(schema, items), max_size=3)
        case Map(values=values):
            return st.dictionaries(TEXT, data(schema, values), max_size=3)
        case Union(branches=branches):
            return st.integers(0, len(branches) - 1).flatmap(
                lambda index: data(schema, branches[index]).map(lambda value: Branch(index, value))
            )
        case RecordType(fields=fields):
            return st.fixed_dictionaries({field.name: data(schema, field.type) for field in fields})
        case other:
            raise TypeError(other)


def _primitive(kind: str) -> st.SearchStrategy[Datum]:
    return {
        "null": st.none(),
        "boolean": st.booleans(),
        "int": st.integers(-(2**31), 2**31 - 1),
        "long": st.integers(-(2**63), 2**63 - 1),
        "float": st.floats(width=32, allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0),
        "double": st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0),
        "bytes": st.binary(max_size=8),
        "string": TEXT,
    }[kind]
