"""Questions about an Avro schema, and cuts into a message by the positions of its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from kcontract.generate.kind import Applies, Ground, Parent, only_avro
from kcontract.model.record import Record
from kcontract.schema.avro.encode import Span, encode_spans
from kcontract.schema.avro.nodes import Array, AvroSchema, EnumType, Fixed, Map, Node, Primitive, RecordType, Union

Asks = Callable[[Node], bool]


def nodes_of(schema: AvroSchema) -> Iterator[Node]:
    """Every node of a schema once, outer before inner."""
    seen: set[str] = set()
    waiting: list[Node] = [schema.root]
    while waiting:
        node = schema.follow(waiting.pop())
        name = getattr(node, "name", "")
        if name in seen:
            continue
        if name:
            seen.add(name)
        yield node
        waiting.extend(children(node))


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right inside a node."""
    match node:
        case RecordType():
            return tuple(field.type for field in node.fields)
        case Union():
            return node.branches
        case Array():
            return (node.items,)
        case Map():
            return (node.values,)
    return ()


def has(asks: Asks, otherwise: str) -> Applies:
    """Applies to Avro payloads that have such a node; `otherwise` says why not."""

    def applies(ground: Ground) -> str:
        if ground.avro is None:
            return only_avro(ground)
        return "" if any(map(asks, nodes_of(ground.avro))) else otherwise

    return applies


def is_recursive(ground: Ground) -> str:
    """Applies to Avro schemas with a record that can contain itself."""
    if ground.avro is None:
        return only_avro(ground)
    records = [node for node in nodes_of(ground.avro) if isinstance(node, RecordType)]
    return "" if any(_reaches(ground.avro, record) for record in records) else "no recursive type in the schema"


def _reaches(schema: AvroSchema, record: RecordType) -> bool:
    seen: set[str] = set()
    waiting = list(children(record))
    while waiting:
        node = schema.follow(waiting.pop())
        if node is record:
            return True
        name = getattr(node, "name", "")
        if name not in seen or not name:
            seen.add(name)
            waiting.extend(children(node))
    return False


def is_union(node: Node) -> bool:
    return isinstance(node, Union)


def is_enum(node: Node) -> bool:
    return isinstance(node, EnumType)


def is_array(node: Node) -> bool:
    return isinstance(node, Array)


def is_map(node: Node) -> bool:
    return isinstance(node, Map)


def is_string(node: Node) -> bool:
    return isinstance(node, Primitive) and node.type == "string"


def is_sized(node: Node) -> bool:
    return isinstance(node, Primitive) and node.type in ("string", "bytes")


def is_int(node: Node) -> bool:
    return isinstance(node, Primitive) and node.type == "int"


def is_double(node: Node) -> bool:
    return isinstance(node, Primitive) and node.type in ("float", "double")


def is_decimal(node: Node) -> bool:
    return logical_name(node) == "decimal"


def logical_name(node: Node) -> str:
    """The logical type of a leaf; empty for none."""
    logical = node.logical if isinstance(node, Primitive | Fixed) else None
    return logical.name if logical is not None else ""


def is_zero_sized(schema: AvroSchema, node: Node, _depth: int = 0) -> bool:
    """Whether the items of an array take no bytes at all."""
    return isinstance(node, Array) and _empty(schema, node.items, 0)


def _empty(schema: AvroSchema, node: Node, depth: int) -> bool:
    node = schema.follow(node)
    if isinstance(node, RecordType):
        return depth < 20 and all(_empty(schema, field.type, depth + 1) for field in node.fields)
    return (isinstance(node, Primitive) and node.type == "null") or (isinstance(node, Fixed) and node.size == 0)


@lru_cache(maxsize=32)
def spans_of(ground: Ground, parent: Parent) -> tuple[Span, ...]:
    """Where each node of the parent's body stands."""
    if ground.avro is None:
        return ()
    return encode_spans(ground.avro, parent.datum)[1]


def splice(parent: Parent, start: int, end: int, new: bytes) -> Record:
    """The record with other bytes in a place of its body. Joined at once: some of these are large."""
    body = parent.body
    return parent.with_value(b"".join((parent.head, body[:start], new, body[end:])))
