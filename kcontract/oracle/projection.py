"""Which fields a receiver's `reader:` leaves out: errors in them it cannot see (ORACLE.md §1)."""

from __future__ import annotations

from kcontract.schema.avro.match import fields_of, source_field
from kcontract.schema.avro.nodes import Array, AvroSchema, Map, Node, RecordType, Union

Pair = tuple[Node, Node]


def left_out(writer: AvroSchema, reader: AvroSchema, path: str) -> bool:
    """Whether the reader never looks at `path`, a pointer into a payload written with `writer`."""
    pairs: list[Pair] = [(writer.root, reader.root)]
    for token in path.split("/")[1:]:
        step = token.replace("~1", "/").replace("~0", "~")
        pairs = [pair for left, right in pairs for pair in _records(writer, left, reader, right)]
        below = [pair for left, right in pairs for pair in _below(left, right, step)]
        if not below:
            return any(isinstance(left, RecordType) and _has(left, step) for left, _ in pairs)
        pairs = below
    return False


def _records(writer: AvroSchema, left: Node, reader: AvroSchema, right: Node) -> list[Pair]:
    """The pair itself, or all pairs of its unions' branches."""
    return [(one, other) for one in _branches(writer, left) for other in _branches(reader, right)]


def _branches(schema: AvroSchema, node: Node) -> list[Node]:
    node = schema.follow(node)
    return [schema.follow(branch) for branch in node.branches] if isinstance(node, Union) else [node]


def _has(record: RecordType, name: str) -> bool:
    return any(field.name == name for field in record.fields)


def _below(left: Node, right: Node, step: str) -> list[Pair]:
    match left, right:
        case RecordType(), RecordType():
            known = fields_of(left)
            return [
                (source.type, field.type)
                for field in right.fields
                if (source := source_field(known, field)) is not None and source.name == step
            ]
        case Array(items=one), Array(items=other):
            return [(one, other)]
        case Map(values=one), Map(values=other):
            return [(one, other)]
    return []
