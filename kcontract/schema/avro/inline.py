"""Readers of records, written out as Python once a schema: the usual spellings in line, one function a record.

A record is read within microseconds, and most of these would go into calls: one for each field, one for its number,
one for its length. So what is usual (a number of few bytes, ASCII of up to 63, a list without items) is read in the
record's own function. Nothing else is known here: whatever is not usual, all that is wrong above all, is left to the
field's own reader, from the field's first byte on. That one says what is wrong.

Writing out costs a tenth of a millisecond a value: of a schema with thousands of them only some are.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

from kcontract.schema.avro.cursor import BLOCK_COST, Cursor, long_at
from kcontract.schema.avro.logical import raw_range
from kcontract.schema.avro.nodes import Array, Branch, Datum, EnumType, Fixed, Map, Node, Primitive, RecordType, Union
from kcontract.schema.avro.scalars import Reader
from kcontract.schema.avro.sizes import Sizes
from kcontract.schema.problem import DecodeError, escape

_DEEPEST = 12
"""Levels of records in one function: what is further down has its own, and so has what is read apart."""
_ONE_BYTE = tuple((byte >> 1) ^ -(byte & 1) for byte in range(128))
_RANGES = {"int": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}
_UUID_FORM = b"00000000-0000-0000-0000-000000000000"
_AS_ZERO = bytes.maketrans(b"123456789abcdef", b"0" * 15)
"""Every digit as 0: a UUID becomes its form, at half the price of a regular expression."""


class _Usual(NamedTuple):
    """Source: a test whether a usual spelling stands at `pos`, where `byte` is; the value then, and where it ends."""

    test: str
    value: str
    end: str


_SIZED = "not byte & 129 and (stop := pos + 1 + (byte >> 1)) <= end"
_BYTES = _Usual(_SIZED, "data[pos + 1 : stop]", "stop")
_TEXT = _Usual(f"{_SIZED} and (raw := data[pos + 1 : stop]).isascii()", "raw.decode('ascii')", "stop")
_UUID_TEXT = _Usual(
    "byte == 72 and (raw := data[pos + 1 : pos + 37]).translate(as_zero) == uuid_form",
    "raw.decode('ascii')",
    "pos + 37",
)
_BOOLEAN = _Usual("byte < 2", "byte == 1", "pos + 1")
_REAL = "(stop := pos + {size}) <= end and isfinite(real := read_{type}(data, pos)[0]) and (real or not data[stop - 1])"
_FLOAT, _DOUBLE = (
    _Usual(_REAL.format(type=name, size=size), "real", "stop") for name, size in (("float", 4), ("double", 8))
)


class Room:
    """How many values of one schema may still be written out."""

    def __init__(self, values: int = 500) -> None:
        self._left = values

    def takes(self, node: RecordType) -> bool:
        """Whether there is room for the values of a record, which then have it."""
        values = sum(len(field.type.branches) if isinstance(field.type, Union) else 1 for field in node.fields)
        if values > self._left:
            return False
        self._left -= values
        return True


def record_reader(node: RecordType, reader: Callable[[Node], Reader], sizes: Sizes, room: Room) -> Reader:
    """The reader of a record; `reader` gives those of the nodes in it."""
    if room.takes(node):
        return _written(node, reader, sizes, room)
    return _looped(node, reader, sizes)


def _written(node: RecordType, reader: Callable[[Node], Reader], sizes: Sizes, room: Room) -> Reader:
    source = _Source(reader, sizes, room)
    value = source.record(node, "", 1)
    lines = ("def read(cursor):", "  data, pos, end = cursor.data, cursor.pos, cursor.end", *source.lines)
    lines = (*lines, "  cursor.pos = pos", f"  return {value}")
    exec("\n".join(lines), source.names)  # noqa: S102 - names of a schema stand in it as literals only
    read: Reader = source.names["read"]
    return read


def _looped(node: RecordType, reader: Callable[[Node], Reader], sizes: Sizes) -> Reader:
    cost = sizes.record_cost(node)
    fields = [(field.name, reader(field.type), f"/{escape(field.name)}") for field in node.fields]

    def read(cursor: Cursor) -> Datum:
        cursor.charge(cost, cursor.pos)
        return {name: _apart(cursor, cursor.pos, one, step) for name, one, step in fields}

    return read


def _apart(cursor: Cursor, pos: int, reader: Reader, step: str) -> Datum:
    """The value at `pos` by its own reader; `step` leads to it from the record."""
    problems = cursor.problems
    noted = len(problems.seen)
    cursor.pos = pos
    try:
        return reader(cursor)
    except DecodeError as error:
        error.path = step + error.path
        raise
    finally:
        if len(problems.seen) != noted:
            problems.place(noted, step)


def _overdrawn(cursor: Cursor) -> None:
    cursor.charge(0, cursor.pos)


class _Source:
    """The lines of one function, and the values that they name."""

    def __init__(self, reader: Callable[[Node], Reader], sizes: Sizes, room: Room) -> None:
        self.reader = reader
        self.sizes = sizes
        self.room = room
        self.lines: list[str] = []
        self.variables = 0
        self.names: dict[str, Any] = {
            "apart": _apart,
            "overdrawn": _overdrawn,
            "Branch": Branch,
            "one_byte": _ONE_BYTE,
            "long_at": long_at,
            "as_zero": _AS_ZERO,
            "uuid_form": _UUID_FORM,
            "isfinite": isfinite,
            "read_float": struct.Struct("<f").unpack_from,
            "read_double": struct.Struct("<d").unpack_from,
        }

    def add(self, depth: int, *lines: str) -> None:
        self.lines += ["  " * depth + line for line in lines]

    def name(self, value: Any) -> str:
        """A name for a value that stands in no literal."""
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def variable(self) -> str:
        self.variables += 1
        return f"v{self.variables}"

    def record(self, node: RecordType, step: str, depth: int) -> str:
        """Reads a record; the expression of its datum."""
        self.add(depth, f"cursor.budget -= {self.sizes.record_cost(node)}")
        self.add(depth, "if cursor.budget < 0:", f"  apart(cursor, pos, overdrawn, {step!r})")
        values = [
            f"{field.name!r}: {self.node(field.type, f'{step}/{escape(field.name)}', depth)}" for field in node.fields
        ]
        return f"{{{', '.join(values)}}}"

    def node(self, node: Node, step: str, depth: int) -> str:
        """Reads any value; the expression of its datum."""
        match node:
            case Primitive(type="null"):
                return "None"
            case RecordType() if self.is_in_line(node, step):
                return self.record(node, step, depth)
        to = self.variable()
        match node:
            case Union(branches=[_, *_]):
                self.union(node, step, depth, to)
            case Array() | Map():
                self.empty("[]" if isinstance(node, Array) else "{}", depth, to)
                self.otherwise(node, step, depth, to)
            case _:
                self.leaf(node, step, depth, to)
        return to

    def is_in_line(self, node: RecordType, step: str) -> bool:
        return node.name not in self.sizes.recursive and step.count("/") < _DEEPEST and self.room.takes(node)

    def leaf(self, node: Node, step: str, depth: int, to: str) -> None:
        usual = self.usual(node)
        if not usual:
            self.apart(node, step, depth, to)
            return
        if any("byte" in test for test, _, _ in usual):
            self.byte(depth)
        for word, (test, value, end) in zip(("if", "elif"), usual, strict=False):
            self.add(depth, f"{word} {test}:", f"  {to} = {value}", f"  pos = {end}")
        self.otherwise(node, step, depth, to)

    def union(self, node: Union, step: str, depth: int, to: str) -> None:
        self.byte(depth)
        word = "if"
        for index, branch in enumerate(node.branches[:64]):
            self.add(depth, f"{word} byte == {2 * index}:", "  pos += 1")
            value = self.node(branch, step, depth + 1)
            nothing = value == "None"
            made = self.name(Branch(index, None)) if nothing else f"Branch({index}, {value})"
            self.add(depth + 1, f"{to} = {made}")
            word = "elif"
        self.otherwise(node, step, depth, to)

    def empty(self, value: str, depth: int, to: str) -> None:
        """A list or map without items."""
        self.byte(depth)
        self.add(depth, f"if byte == 0 and cursor.budget >= {BLOCK_COST}:", f"  cursor.budget -= {BLOCK_COST}")
        self.add(depth + 1, f"{to} = {value}", "pos += 1")

    def byte(self, depth: int) -> None:
        self.add(depth, "byte = data[pos] if pos < end else 255")

    def otherwise(self, node: Node, step: str, depth: int, to: str) -> None:
        self.add(depth, "else:")
        self.apart(node, step, depth + 1, to)

    def apart(self, node: Node, step: str, depth: int, to: str) -> None:
        reader = self.name(self.reader(node))
        self.add(depth, f"{to} = apart(cursor, pos, {reader}, {step!r})", "pos = cursor.pos")

    def usual(self, node: Node) -> tuple[_Usual, ...]:  # noqa: PLR0911  # one a type
        """The usual spellings of a leaf, the likeliest first."""
        match node:
            case Primitive(type="int" | "long"):
                return _number(node)
            case Primitive(type="string", logical=logical):
                return (_TEXT if logical is None else _UUID_TEXT,)
            case Primitive(type="bytes", logical=None):
                return (_BYTES,)
            case Primitive(type="boolean"):
                return (_BOOLEAN,)
            case Primitive(type="float"):
                return (_FLOAT,)
            case Primitive(type="double"):
                return (_DOUBLE,)
            case EnumType(symbols=symbols):
                test = f"byte < {2 * min(len(symbols), 64)} and not byte & 1"
                return (_Usual(test, f"{self.name(symbols)}[byte >> 1]", "pos + 1"),)
            case Fixed(size=size, logical=logical) if logical is None or logical.name != "decimal":
                return (_Usual(f"(stop := pos + {size}) <= end", "data[pos:stop]", "stop"),)
        return ()


def _number(node: Primitive) -> tuple[_Usual, ...]:
    low, high = (raw_range(node.logical) if node.logical is not None else None) or _RANGES[node.type]
    longer = _Usual(f"(number := long_at(data, pos)) and {low} <= number[0] <= {high}", "number[0]", "number[1]")
    return (_Usual("byte < 128", "one_byte[byte]", "pos + 1"), longer) if low <= -64 else (longer,)
