"""How many bytes a value takes at least, what it costs in memory, and which records contain themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kcontract.schema.avro.nodes import Array, AvroSchema, Fixed, Map, Node, Primitive, RecordType, Ref, Union

ENDLESS = 2**62
"""Least size of a record that contains itself without a way out."""

_LEAST = {"null": 0, "float": 4, "double": 8}
_COST = {"null": 8, "boolean": 8, "int": 40, "long": 40, "float": 32, "double": 32}
_DICT, _ENTRY, _TEXT, _LIST, _BRANCH = 72, 96, 64, 64, 64


class Sizes:
    """Sizes of the nodes of one schema, kept for its named types."""

    def __init__(self, schema: AvroSchema) -> None:
        self._schema = schema
        self.recursive = _recursive(schema)
        """Full names of the records that can contain themselves."""
        self._least: dict[str, int] = {}
        while self._gets_smaller():
            pass

    def least(self, node: Node) -> int:
        """The fewest bytes that a value of `node` is encoded in; ENDLESS if it can have no end."""
        match self._schema.follow(node):
            case Primitive(type=kind):
                return _LEAST.get(kind, 1)
            case Fixed(size=size):
                return size
            case Union(branches=branches):
                return _sum((1, min((self.least(branch) for branch in branches), default=ENDLESS)))
            case RecordType() as record:
                return self._least.get(record.name, ENDLESS)
            case _:
                return 1

    def _gets_smaller(self) -> bool:
        """Measure every record anew. Records lead to one another in circles, so that none can be measured before all
        others: each starts without an end, and that is repeated until none gets smaller."""
        before = dict(self._least)
        for record in self._schema.named.values():
            if isinstance(record, RecordType):
                self._least[record.name] = _sum([self.least(field.type) for field in record.fields])
        return self._least != before

    def cost(self, node: Node) -> int:
        """Bytes of memory that a datum of `node` takes, roughly; a record is counted when it is read."""
        match self._schema.follow(node):
            case Primitive(type=kind):
                return _COST.get(kind, _TEXT)
            case Array() | Map():
                return _LIST
            case Union(branches=branches):
                return _BRANCH + max((self.cost(branch) for branch in branches), default=0)
            case RecordType():
                return 0
            case _:
                return _TEXT

    def record_cost(self, record: RecordType) -> int:
        """Bytes of memory that one record takes without the records in it."""
        return _DICT + sum(_ENTRY + self.cost(field.type) for field in record.fields)


def _sum(parts: Sequence[int]) -> int:
    return ENDLESS if ENDLESS in parts else min(ENDLESS - 1, sum(parts))


def _recursive(schema: AvroSchema) -> frozenset[str]:
    reach = {name: set(_names(schema, node)) for name, node in schema.named.items() if isinstance(node, RecordType)}
    changed = True
    while changed:
        wider = {name: names.union(*(reach.get(each, ()) for each in names)) for name, names in reach.items()}
        changed = wider != reach
        reach = wider
    return frozenset(name for name, names in reach.items() if name in names)


def _names(schema: AvroSchema, record: Node) -> Iterator[str]:
    match record:
        case RecordType(fields=fields):
            for field in fields:
                yield from _inner(schema, field.type)


def _inner(schema: AvroSchema, node: Node) -> Iterator[str]:
    match node:
        case Ref(name=name) | RecordType(name=name):
            yield name
        case Array(items=inner) | Map(values=inner):
            yield from _inner(schema, inner)
        case Union(branches=branches):
            for branch in branches:
                yield from _inner(schema, branch)
