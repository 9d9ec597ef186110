"""Looks a pointer up in an Avro schema: records by field, maps by any key, arrays by index, unions unwrapped."""

from __future__ import annotations

from collections.abc import Iterable

from kcontract.document.field_answer import THERE, Answer
from kcontract.schema.avro.nodes import Array, AvroSchema, Map, Node, RecordType, Union


def look_up_avro(schema: AvroSchema, tokens: tuple[str, ...]) -> Answer:
    """What the schema says about the pointer made of `tokens`."""
    here = _unwrapped(schema, [schema.root])
    for token in tokens:
        below = _unwrapped(schema, [child for node in here for child in _children(node, token)])
        if not below:
            names = (field.name for node in here if isinstance(node, RecordType) for field in node.fields)
            return Answer("missing", token, tuple(dict.fromkeys(names)))
        here = below
    return THERE


def _unwrapped(schema: AvroSchema, nodes: Iterable[Node]) -> list[Node]:
    """The nodes, unions replaced by their branches and references followed, each once: a level never grows beyond the
    schema, whatever it says."""
    found: dict[int, Node] = {}
    for node in nodes:
        for branch in node.branches if isinstance(node, Union) else (node,):
            followed = schema.follow(branch)
            found[id(followed)] = followed
    return list(found.values())


def _children(node: Node, token: str) -> tuple[Node, ...]:
    match node:
        case Map(values=inner):
            return (inner,)
        case Array(items=inner) if token.isdecimal():
            return (inner,)
        case RecordType(fields=fields):
            return tuple(field.type for field in fields if field.name == token)
    return ()
