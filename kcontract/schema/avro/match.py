"""Whether a writer's type matches a reader's (Avro 1.12, "Schema Resolution"), and which branch of a union does."""

from __future__ import annotations

from collections.abc import Mapping

from kcontract.schema.avro.nodes import (
    Array,
    AvroSchema,
    EnumType,
    Field,
    Fixed,
    Map,
    Node,
    Primitive,
    RecordType,
    Union,
    simple_name,
)  # fmt: skip

PROMOTIONS = {
    "int": ("long", "float", "double"), "long": ("float", "double"), "float": ("double",),
    "string": ("bytes",), "bytes": ("string",),
}  # fmt: skip

_Named = RecordType | EnumType | Fixed


def names_match(writer: _Named, reader: _Named) -> bool:
    """By unqualified name, or by one of the reader's aliases, full or unqualified."""
    if simple_name(writer.name) == simple_name(reader.name):
        return True
    return any(alias == writer.name or simple_name(alias) == simple_name(writer.name) for alias in reader.aliases)


def full_names_match(writer: _Named, reader: _Named) -> bool:
    """By full name or alias: what readers that look at namespaces ask for."""
    return writer.name == reader.name or writer.name in reader.aliases


def exact(writer: Node, reader: Node) -> bool:
    """The same kind of type, without promotion: for named types the same name."""
    if type(writer) is not type(reader):
        return False
    if isinstance(writer, Primitive) and isinstance(reader, Primitive):
        return writer.type == reader.type
    if isinstance(writer, _Named) and isinstance(reader, _Named):
        return names_match(writer, reader) and getattr(writer, "size", 0) == getattr(reader, "size", 0)
    return True


def promotable(writer: Node, reader: Node) -> bool:
    """A primitive that the reader takes for another."""
    match writer, reader:
        case Primitive(type=left), Primitive(type=right):
            return right in PROMOTIONS.get(left, ())
    return False


def choose(writer: AvroSchema, node: Node, reader: AvroSchema, branches: tuple[Node, ...]) -> int | None:
    """The reader's branch for the writer's type `node` (no union): the first exact one, else the first promotion.

    The spec says "the first that matches"; Java and Python prefer exact ones, and the value is the same up to 2^53.
    """
    candidates = [reader.follow(branch) for branch in branches]
    for full in (True, False):
        for index, branch in enumerate(candidates):
            if exact(node, branch) and (not full or _fully(node, branch)) and _inner(writer, node, reader, branch):
                return index
    return next((index for index, branch in enumerate(candidates) if promotable(node, branch)), None)


def _fully(writer: Node, reader: Node) -> bool:
    if isinstance(writer, _Named) and isinstance(reader, _Named):
        return full_names_match(writer, reader)
    return True


def _inner(writer: AvroSchema, left: Node, reader: AvroSchema, right: Node) -> bool:
    match left, right:
        case (Array(items=one), Array(items=other)) | (Map(values=one), Map(values=other)):
            return _fits(writer, writer.follow(one), reader, reader.follow(other))
    return True


def _fits(writer: AvroSchema, left: Node, reader: AvroSchema, right: Node) -> bool:
    if isinstance(left, Union):
        return any(_fits(writer, writer.follow(branch), reader, right) for branch in left.branches)
    if isinstance(right, Union):
        return choose(writer, left, reader, right.branches) is not None
    return promotable(left, right) or (exact(left, right) and _inner(writer, left, reader, right))


def fields_of(writer: RecordType) -> dict[str, Field]:
    """The writer's fields by name, for `source_field`."""
    return {field.name: field for field in writer.fields}


def source_field(known: Mapping[str, Field], field: Field) -> Field | None:
    """The writer's field that fills the reader's `field`: by name, else by the reader's aliases."""
    return next((known[name] for name in (field.name, *field.aliases) if name in known), None)
