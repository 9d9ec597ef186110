"""Checks that bytes are exactly one well-formed Avro value (specification 1.12, "Binary Encoding").

fastavro reads on where the bytes are wrong: past the end of the value, from the end of a union or enum with index -1,
2^40 as an int, a decimal with more digits than its precision. A record that passes here is safe to give to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

DEEPEST = 64
INT = 2**31
LONG_BYTES = 10
DECIMAL_BYTES = 4_096  # zeros may lead, but not without end


class MalformedError(ValueError):
    """The bytes are not one value of the schema."""


def check(body: bytes, schema: Any) -> None:
    """`schema` as fastavro parsed it. Raises MalformedError."""
    walk = _Walk(body, dict(_named(schema)))
    walk.value(schema, 0)
    if walk.at != len(body):
        raise MalformedError(f"{len(body) - walk.at} bytes after the value")


class _Walk:
    """A position in the bytes, moved on by one value at a time."""

    def __init__(self, body: bytes, named: dict[str, Any]) -> None:
        self.body = body
        self.named = named
        self.at = 0

    def value(self, schema: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise MalformedError("nested too deeply")
        if isinstance(schema, list):
            self.value(schema[self.index(len(schema), "union")], depth + 1)
            return
        kind = schema["type"] if isinstance(schema, dict) else schema
        if isinstance(kind, dict | list):
            self.value(kind, depth + 1)
        elif kind in self.named:
            self.value(self.named[kind], depth + 1)
        else:
            _STEPS[kind](self, schema, depth + 1)

    def take(self, size: int) -> bytes:
        taken = self.body[self.at : self.at + size]
        if size < 0 or len(taken) < size:
            raise MalformedError(f"{size} bytes due, {len(self.body) - self.at} left")
        self.at += size
        return taken

    def long(self) -> int:
        """A zigzag number in its one shortest form."""
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift == 7 * LONG_BYTES:
                raise MalformedError("a number of more than ten bytes")
        if (byte == 0 and shift > 7) or number >= 2**64:
            raise MalformedError("a number that is not in its shortest form")
        return (number >> 1) ^ -(number & 1)

    def index(self, choices: int, what: str) -> int:
        index = self.long()
        if not 0 <= index < choices:
            raise MalformedError(f"{what} index {index} of {choices}")
        return index

    def text(self) -> str:
        return self.take(self.long()).decode("utf-8")

    def blocks(self) -> Iterator[None]:
        """Once for each item of an array or map; a block with a negative count says its size in bytes."""
        while count := self.long():
            size = self.long() if count < 0 else None
            start = self.at
            if abs(count) > len(self.body):
                raise MalformedError(f"{abs(count)} items in {len(self.body)} bytes")
            for _ in range(abs(count)):
                yield
            if size is not None and self.at - start != size:
                raise MalformedError(f"a block of {self.at - start} bytes says {size}")


def _null(_walk: _Walk, _schema: Any, _depth: int) -> None:
    pass


def _boolean(walk: _Walk, _schema: Any, _depth: int) -> None:
    if walk.take(1) not in (b"\x00", b"\x01"):
        raise MalformedError("a boolean that is neither 0 nor 1")


def _int(walk: _Walk, _schema: Any, _depth: int) -> None:
    number = walk.long()
    if not -INT <= number < INT:
        raise MalformedError(f"{number} in an int")


def _long(walk: _Walk, _schema: Any, _depth: int) -> None:
    walk.long()


def _float(walk: _Walk, _schema: Any, _depth: int) -> None:
    walk.take(4)


def _double(walk: _Walk, _schema: Any, _depth: int) -> None:
    walk.take(8)


def _string(walk: _Walk, _schema: Any, _depth: int) -> None:
    walk.text()


def _bytes(walk: _Walk, schema: Any, _depth: int) -> None:
    _decimal(walk.take(walk.long()), schema)


def _fixed(walk: _Walk, schema: Any, _depth: int) -> None:
    _decimal(walk.take(schema["size"]), schema)


def _decimal(unscaled: bytes, schema: Any) -> None:
    if not isinstance(schema, dict) or schema.get("logicalType") != "decimal":
        return
    digits = schema["precision"]
    if not 0 < len(unscaled) <= DECIMAL_BYTES or abs(int.from_bytes(unscaled, "big", signed=True)) >= 10**digits:
        raise MalformedError(f"a decimal of {len(unscaled)} bytes for {digits} digits")


def _enum(walk: _Walk, schema: Any, _depth: int) -> None:
    walk.index(len(schema["symbols"]), "enum")


def _record(walk: _Walk, schema: Any, depth: int) -> None:
    for each in schema["fields"]:
        walk.value(each["type"], depth)


def _array(walk: _Walk, schema: Any, depth: int) -> None:
    for _ in walk.blocks():
        walk.value(schema["items"], depth)


def _map(walk: _Walk, schema: Any, depth: int) -> None:
    keys: set[str] = set()
    for _ in walk.blocks():
        key = walk.text()
        if key in keys:
            raise MalformedError("a key twice in a map")
        keys.add(key)
        walk.value(schema["values"], depth)


_STEPS: dict[str, Callable[[_Walk, Any, int], None]] = {
    "null": _null,
    "boolean": _boolean,
    "int": _int,
    "long": _long,
    "float": _float,
    "double": _double,
    "string": _string,
    "bytes": _bytes,
    "fixed": _fixed,
    "enum": _enum,
    "record": _record,
    "error": _record,
    "array": _array,
    "map": _map,
}


def _named(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every type with a name, by its full name."""
    if isinstance(schema, list):
        for branch in schema:
            yield from _named(branch)
    elif isinstance(schema, dict):
        if "name" in schema and schema["type"] in ("record", "error", "enum", "fixed"):
            yield schema["name"], schema
        for part in (schema.get("items"), schema.get("values"), schema["type"]):
            yield from _named(part)
        for each in schema.get("fields", ()):
            yield from _named(each["type"])
