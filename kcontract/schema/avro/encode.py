"""Datum → Avro binary, in the one plain form (single blocks with positive counts), with or without positions."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kcontract.errors import UsageError
from kcontract.model.value import Value
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
from kcontract.schema.problem import escape


class Span(Value, frozen=True):
    """Where the encoding of one node stands.

    `path` is a pointer into the payload's JSON form (unions and their values share one), `start` and `end` count bytes,
    `head` is the end of what comes before the value: a union's index, the length of a string or bytes, the count of an
    array's or map's block; equal to `start` where there is none. A map's keys have spans of their own, with `key`.
    """

    path: str
    node: Node
    start: int
    end: int
    head: int
    key: bool = False


class EncodeError(UsageError):
    """A datum that does not fit its schema."""


Writer = Callable[[bytearray, Any], None]
_TEXT = Primitive("string")


def encode(schema: AvroSchema, datum: Datum) -> bytes:
    """The Avro binary of `datum` (`nodes.Datum` says how it looks). Raises EncodeError if it does not fit."""
    out = bytearray()
    try:
        writer_of(schema)(out, datum)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error, OverflowError) as error:
        raise EncodeError("AVRO_DATUM", f"the datum does not fit its schema: {error!r:.200}") from error
    return bytes(out)


def long_bytes(value: int) -> bytes:
    """The zig-zag varint of any int, in the fewest bytes."""
    value = value << 1 if value >= 0 else (-value << 1) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _write_long(out: bytearray, value: int) -> None:
    out += long_bytes(value)


def _bounded(bits: int) -> Writer:
    bound = 1 << (bits - 1)

    def write(out: bytearray, value: int) -> None:
        if not -bound <= value < bound:
            raise ValueError(f"{value} is beyond {bits} bits")
        out += long_bytes(value)

    return write


def _write_sized(out: bytearray, value: bytes) -> None:
    out += long_bytes(len(value))
    out += value


_PRIMITIVES: dict[str, Writer] = {
    "null": lambda _out, _value: None,
    "boolean": lambda out, value: out.append(1 if value else 0),
    "int": _bounded(32),
    "long": _bounded(64),
    "float": lambda out, value: out.extend(struct.pack("<f", value)),
    "double": lambda out, value: out.extend(struct.pack("<d", value)),
    "bytes": _write_sized,
    "string": lambda out, value: _write_sized(out, value.encode()),
}


@lru_cache(maxsize=512)
def writer_of(schema: AvroSchema) -> Writer:
    """The compiled writer of `schema`: appends a datum to a bytearray."""
    return _Compiler(schema).writer(schema.root)


class _Compiler:
    def __init__(self, schema: AvroSchema) -> None:
        self.schema = schema
        self.records: dict[str, Writer] = {}

    def writer(self, node: Node) -> Writer:  # noqa: PLR0911  # one a type
        match self.schema.follow(node):
            case Primitive(type=kind):
                return _PRIMITIVES[kind]
            case RecordType() as record:
                return self.record(record)
            case Array(items=items):
                return self.array(self.writer(items))
            case Map(values=values):
                return self.map(self.writer(values))
            case Union(branches=branches):
                return self.union([self.writer(branch) for branch in branches])
            case EnumType(symbols=symbols):
                return self.enum(symbols)
            case Fixed(size=size):
                return self.fixed(size)
            case other:
                raise EncodeError("AVRO_DATUM", f"no node: {other!r:.60}")

    def record(self, node: RecordType) -> Writer:
        if node.name in self.records:
            return self.later(node.name)
        fields: list[tuple[str, Writer]] = []

        def write(out: bytearray, value: dict[str, Datum]) -> None:
            for name, field in fields:
                field(out, value[name])

        self.records[node.name] = write
        fields.extend((field.name, self.writer(field.type)) for field in node.fields)
        return write

    def later(self, name: str) -> Writer:
        """The writer of a record that is being compiled further up."""
        return lambda out, value: self.records[name](out, value)  # noqa: PLW0108  # not known before

    @staticmethod
    def array(item: Writer) -> Writer:
        def write(out: bytearray, value: list[Datum]) -> None:
            if value:
                _write_long(out, len(value))
                for each in value:
                    item(out, each)
            out.append(0)

        return write

    @staticmethod
    def map(entry: Writer) -> Writer:
        def write(out: bytearray, value: dict[str, Datum]) -> None:
            if value:
                _write_long(out, len(value))
                for key, each in value.items():
                    _write_sized(out, key.encode())
                    entry(out, each)
            out.append(0)

        return write

    @staticmethod
    def union(branches: list[Writer]) -> Writer:
        def write(out: bytearray, value: Branch) -> None:
            index = value.index
            if index < 0:
                raise IndexError(f"union index {index}")
            _write_long(out, index)
            branches[index](out, value.value)

        return write

    @staticmethod
    def enum(symbols: tuple[str, ...]) -> Writer:
        index = {symbol: long_bytes(i) for i, symbol in enumerate(symbols)}

        def write(out: bytearray, value: str) -> None:
            out += index[value]

        return write

    @staticmethod
    def fixed(size: int) -> Writer:
        def write(out: bytearray, value: bytes) -> None:
            if len(value) != size:
                raise ValueError(f"{len(value)} bytes in a fixed of {size}")
            out += value

        return write


def encode_spans(schema: AvroSchema, datum: Datum) -> tuple[bytes, tuple[Span, ...]]:
    """The Avro binary of `datum` and the spans of all its nodes, outer before inner. Raises EncodeError."""
    tracer = _Tracer(schema)
    try:
        tracer.node(schema.root, datum, "")
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error, OverflowError) as error:
        raise EncodeError("AVRO_DATUM", f"the datum does not fit its schema: {error!r:.200}") from error
    return bytes(tracer.out), tuple(span for span in tracer.spans if span is not None)


class _Tracer:
    def __init__(self, schema: AvroSchema) -> None:
        self.schema = schema
        self.out = bytearray()
        self.spans: list[Span | None] = []
        self.compiler = _Compiler(schema)

    def node(self, node: Node, datum: Datum, path: str, *, key: bool = False) -> None:
        node = self.schema.follow(node)
        place, start = len(self.spans), len(self.out)
        self.spans.append(None)
        head = self.parts(node, datum, path)
        self.spans[place] = Span(path, node, start, len(self.out), head, key)

    def parts(self, node: Node, datum: Datum, path: str) -> int:
        """Write the node; where its head ends."""
        match node:
            case RecordType(fields=fields):
                start = len(self.out)
                for field in fields:
                    self.node(field.type, datum[field.name], f"{path}/{escape(field.name)}")
                return start
            case Array(items=items):
                head = self.count(datum)
                for index, each in enumerate(datum):
                    self.node(items, each, f"{path}/{index}")
                return self.close(head, datum)
            case Map(values=values):
                head = self.count(datum)
                for name, each in datum.items():
                    self.node(_TEXT, name, f"{path}/{escape(name)}", key=True)
                    self.node(values, each, f"{path}/{escape(name)}")
                return self.close(head, datum)
            case Union(branches=branches):
                index, inner = datum.index, datum.value
                if index < 0:
                    raise IndexError(f"union index {index}")
                _write_long(self.out, index)
                head = len(self.out)
                self.node(branches[index], inner, path)
                return head
            case _:
                return self.leaf(node, datum)

    def leaf(self, node: Node, datum: Datum) -> int:
        start = len(self.out)
        self.compiler.writer(node)(self.out, datum)
        if isinstance(node, Primitive) and node.type in ("string", "bytes"):
            return len(self.out) - (len(datum.encode()) if isinstance(datum, str) else len(datum))
        return start

    def count(self, datum: Datum) -> int:
        if datum:
            _write_long(self.out, len(datum))
        return len(self.out)

    def close(self, head: int, datum: Datum) -> int:
        self.out.append(0)
        return head if datum else len(self.out)
