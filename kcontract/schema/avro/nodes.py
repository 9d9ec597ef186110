"""Avro schemas as frozen values."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kcontract.model.value import Value

PrimitiveName = Literal["null", "boolean", "int", "long", "float", "double", "bytes", "string"]
PRIMITIVES: tuple[PrimitiveName, ...] = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")


class Logical(Value, frozen=True):
    """A logical type that is legal where it stands; illegal and unknown ones are dropped, as the spec demands."""

    name: str
    precision: int = 0
    scale: int = 0


class Primitive(Value, frozen=True):
    type: PrimitiveName
    logical: Logical | None = None


class Ref(Value, frozen=True):
    """A named type that is defined elsewhere in the schema: `AvroSchema.follow` gives it."""

    name: str


class Array(Value, frozen=True):
    items: Node


class Map(Value, frozen=True):
    values: Node


class Union(Value, frozen=True):
    branches: tuple[Node, ...]


class Fixed(Value, frozen=True):
    """`name` is the full name, in all named types."""

    name: str
    size: int
    logical: Logical | None = None
    aliases: tuple[str, ...] = ()


class EnumType(Value, frozen=True):
    name: str
    symbols: tuple[str, ...]
    default: str | None = None
    aliases: tuple[str, ...] = ()


class Field(Value, frozen=True):
    """`default` is the JSON value as written; it counts only if `has_default`."""

    name: str
    type: Node
    has_default: bool = False
    default: Any = None
    aliases: tuple[str, ...] = ()
    doc: str = ""
    order: Literal["ascending", "descending", "ignore"] = "ascending"


class RecordType(Value, frozen=True):
    name: str
    fields: tuple[Field, ...]
    aliases: tuple[str, ...] = ()
    doc: str = ""


Named = RecordType | EnumType | Fixed
Node = Primitive | Ref | Array | Map | Union | Fixed | EnumType | RecordType


class AvroSchema(msgspec.Struct, frozen=True, eq=False):
    """A parsed schema. Compared by identity, so that what is compiled from it can be cached; see `same`."""

    root: Node
    named: dict[str, Named]

    def follow(self, node: Node) -> Node:
        """The definition behind a reference, or the node itself."""
        return self.named[node.name] if isinstance(node, Ref) else node

    def same(self, other: AvroSchema) -> bool:
        """Whether both mean the same to writers and readers: documentation and sort order do not count, nor whether a
        type is defined in place or elsewhere."""
        if _bare(self.root) != _bare(other.root) or self.named.keys() != other.named.keys():
            return False
        return all(_definition(node) == _definition(other.named[name]) for name, node in self.named.items())

    def same_but_for_order(self, other: AvroSchema) -> bool:
        """`same`, whatever the order of the root record's fields."""
        left, right = self.follow(self.root), other.follow(other.root)
        if not isinstance(left, RecordType) or not isinstance(right, RecordType):
            return False
        order = {field.name: place for place, field in enumerate(left.fields)}
        if order.keys() != {field.name for field in right.fields}:
            return False
        turned = msgspec.structs.replace(right, fields=tuple(sorted(right.fields, key=lambda f: order[f.name])))
        return self.same(AvroSchema(turned, {**other.named, turned.name: turned}))

    @property
    def record_name(self) -> str:
        """Full name of the root's named type, "" if it has none."""
        return getattr(self.follow(self.root), "name", "")


def _bare(node: Node) -> Node:
    """The node with references for all named types in it."""
    match node:
        case Array(items=items):
            return Array(_bare(items))
        case Map(values=values):
            return Map(_bare(values))
        case Union(branches=branches):
            return Union(tuple(map(_bare, branches)))
        case Primitive():
            return node
    return Ref(node.name)


def _definition(node: Named) -> Named:
    if not isinstance(node, RecordType):
        return node
    fields = (Field(f.name, _bare(f.type), f.has_default, f.default, f.aliases) for f in node.fields)
    return RecordType(node.name, tuple(fields), node.aliases)


class Branch(Value, frozen=True):
    """A union's datum: which branch, counted from 0, and the value in it."""

    index: int
    value: Any


Datum = Any
"""A plain Python value of the *underlying* type: None, bool, int, float, str, bytes; list, dict; `Branch` for a union;
an enum's symbol as str. Logical types are not applied: a date is an int, a decimal bytes (`logical.decimal_bytes`)."""


def type_name(node: Node) -> str:
    """The full name of a named type, else the name of the type: what union branches are told apart by."""
    match node:
        case Primitive():
            return node.type
        case Array() | Map() | Union():
            return type(node).__name__.lower()
        case _:
            return node.name


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes right below one."""
    match node:
        case Array(items=inner) | Map(values=inner):
            return (inner,)
        case Union(branches=branches):
            return branches
        case RecordType(fields=fields):
            return tuple(field.type for field in fields)
    return ()


def simple_name(full: str) -> str:
    """A full name without its namespace."""
    return full.rpartition(".")[2]
