"""Looks a pointer up in an Avro schema: records by field, maps by any key, arrays by index, unions unwrapped."""

from __future__ import annotations

from kcontract.document.field_answer import THERE, Answer, best
from kcontract.schema.avro.nodes import Array, AvroSchema, Field, Map, Node, RecordType, Union


def look_up_avro(schema: AvroSchema, tokens: tuple[str, ...]) -> Answer:
    """What the schema says about the pointer made of `tokens`."""
    return _look_up(schema, schema.root, tokens)


def _look_up(schema: AvroSchema, node: Node, tokens: tuple[str, ...]) -> Answer:
    if not tokens:
        return THERE
    match schema.follow(node):
        case Union(branches=branches):
            return best([_look_up(schema, branch, tokens) for branch in branches])
        case Map(values=inner):
            return _look_up(schema, inner, tokens[1:])
        case Array(items=inner) if tokens[0].isdecimal():
            return _look_up(schema, inner, tokens[1:])
        case RecordType(fields=fields):
            return _look_up_field(schema, fields, tokens)
    return Answer("missing", tokens[0])


def _look_up_field(schema: AvroSchema, fields: tuple[Field, ...], tokens: tuple[str, ...]) -> Answer:
    types = {field.name: field.type for field in fields}
    if tokens[0] not in types:
        return Answer("missing", tokens[0], tuple(types))
    return _look_up(schema, types[tokens[0]], tokens[1:])
