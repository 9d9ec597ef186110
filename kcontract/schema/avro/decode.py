"""Our own Avro decoder, strict and lenient: never crashes, hangs or fills the memory, whatever the bytes.

It is compiled once a schema into nested closures, one a node. Strict and lenient are one reading: what only the strict
one refuses is *noted* on the way (ORACLE.md §1, the tolerances).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from kcontract.model.case import Layer
from kcontract.model.value import Value
from kcontract.schema.avro.cursor import Cursor, end_block, read_count, read_long, wrapped
from kcontract.schema.avro.inline import Room, record_reader
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
    Ref,
    Union,
)  # fmt: skip
from kcontract.schema.avro.scalars import Reader, enum_reader, fixed_reader, primitive_reader, read_string
from kcontract.schema.avro.sizes import Sizes
from kcontract.schema.problem import DecodeError, Problems

MAX_DEPTH = 64
"""Levels at which a record may contain itself: up to here a legal value must be read, deeper ones are `depth_bomb`,
which is *either* (MALFORMED.md 22). Readers that limit themselves do so at 64 to 1,000 levels."""
_MAX_TRACED = 8


class Reading(Value, frozen=True, gc=True):
    """What the lenient decoder made of some bytes.

    `problems` are the refusals of the strict one, in the order of the bytes; `fatal` says that the last of them ended
    the reading, so that there is no datum.
    """

    datum: Datum
    problems: tuple[DecodeError, ...] = ()
    fatal: bool = False


def decode(writer: AvroSchema, data: bytes, *, strict: bool) -> Datum:
    """The datum that `data` encodes, every byte of it. Raises DecodeError with kind, layer, offset and path."""
    if strict:
        return _run(writer, data, Problems(stop_at=0))
    return _run(writer, data, Problems())


def scan(writer: AvroSchema, data: bytes) -> Reading:
    """Everything that is wrong with `data`: the basis of valid, invalid or either. Raises nothing."""
    problems = Problems(keep_faults=True)
    try:
        datum = _run(writer, data, problems)
    except DecodeError as error:
        return Reading(None, (*_traced(writer, data, problems), error.settled()), fatal=True)
    return Reading(datum, _traced(writer, data, problems)) if problems.seen else Reading(datum)


def accepts(writer: AvroSchema, data: bytes) -> bool:
    """Whether the strict decoder takes `data`, every byte of it; why not is not asked for."""
    if len(data) < _least(writer):
        return False
    cursor = Cursor(data, Problems(stop_at=0), MAX_DEPTH)
    try:
        reader_of(writer)(cursor)
    except (DecodeError, RecursionError):
        return False
    return cursor.pos == cursor.end


@lru_cache(maxsize=512)
def _least(schema: AvroSchema) -> int:
    """The fewest bytes of a message."""
    return Sizes(schema).least(schema.root)


def _traced(writer: AvroSchema, data: bytes, problems: Problems) -> tuple[DecodeError, ...]:
    """The noted problems with their paths. What was noted in a list or map is read again up to each."""
    noted = list(problems.seen.values())
    if problems.placed:
        return tuple(noted)
    for error in noted[_MAX_TRACED:]:
        error.path = ""
    for index in range(min(len(noted), _MAX_TRACED)):
        try:
            _run(writer, data, Problems(keep_faults=True, stop_at=index))
        except DecodeError as error:
            noted[index] = error.settled()
    return tuple(noted)


def _run(writer: AvroSchema, data: bytes, problems: Problems) -> Datum:
    cursor = Cursor(data, problems, MAX_DEPTH)
    try:
        datum = reader_of(writer)(cursor)
    except RecursionError as error:
        problems.placed = False
        raise _too_deep(cursor) from error
    if cursor.pos != cursor.end:
        _leftover(writer, cursor)
    return datum


def _leftover(writer: AvroSchema, cursor: Cursor) -> None:
    left, at = cursor.end - cursor.pos, cursor.pos
    if accepts(writer, cursor.data[at:]):
        cursor.note("concatenated", f"a second message of {left} bytes", at)
    else:
        cursor.note("trailing_bytes", f"{left} bytes are left over", at)


def _too_deep(cursor: Cursor) -> DecodeError:
    reason = f"nested deeper than {MAX_DEPTH} levels"
    return DecodeError(Layer.RESOURCES, "depth_bomb", reason, offset=cursor.pos, soft=True)


@lru_cache(maxsize=512)
def reader_of(schema: AvroSchema) -> Reader:
    """The compiled reader of one value of `schema`."""
    return _Compiler(schema).reader(schema.root)


class _Compiler:
    def __init__(self, schema: AvroSchema) -> None:
        self.schema = schema
        self.sizes = Sizes(schema)
        self.room = Room()
        self.records: dict[str, Reader] = {}

    def reader(self, node: Node) -> Reader:  # noqa: PLR0911  # one a type
        match node:
            case Primitive():
                return primitive_reader(node)
            case Union():
                return self.union(node)
            case Array():
                return self.array(node)
            case Map():
                return self.map(node)
            case Fixed():
                return fixed_reader(node)
            case EnumType():
                return enum_reader(node)
            case RecordType():
                return self.records.get(node.name) or self.record(node)
            case Ref():
                return self.reference(node)

    def reference(self, node: Ref) -> Reader:
        target = self.schema.named[node.name]
        if not isinstance(target, RecordType):
            return self.reader(target)
        if target.name in self.records:
            return self.records[target.name]
        if target.name not in self.sizes.recursive:
            return self.record(target)
        records = self.records  # being compiled further up: looked up when it is read

        def read(cursor: Cursor) -> Datum:
            return records[target.name](cursor)

        return read

    def record(self, node: RecordType) -> Reader:
        read = record_reader(node, self.reader, self.sizes, self.room)
        if node.name in self.sizes.recursive:
            self.records[node.name] = _limited(read)
        else:
            self.records[node.name] = read
        return self.records[node.name]

    def array(self, node: Array) -> Reader:
        item, least, cost = self.reader(node.items), self.sizes.least(node.items), 8 + self.sizes.cost(node.items)

        def read(cursor: Cursor) -> Datum:
            datum: list[Datum] = []
            while True:
                start = cursor.pos
                count, end = read_count(cursor, least, cost)
                if not count:
                    if end is None:
                        return datum
                    continue
                noted = len(cursor.problems.seen)
                try:
                    for _ in range(count):
                        datum.append(item(cursor))
                except DecodeError as error:
                    raise error.below(len(datum)) from None
                finally:
                    _unplaced(cursor, noted)
                if end is not None:
                    end_block(cursor, end, start)

        return read

    def map(self, node: Map) -> Reader:
        value, least, cost = self.reader(node.values), 1 + self.sizes.least(node.values), self.sizes.cost(node.values)

        def read(cursor: Cursor) -> Datum:
            datum: dict[str, Datum] = {}
            while True:
                start = cursor.pos
                count, end = read_count(cursor, least, 160 + cost)
                if not count:
                    if end is None:
                        return datum
                    continue
                noted = len(cursor.problems.seen)
                try:
                    _entries(cursor, datum, count, value)
                finally:
                    _unplaced(cursor, noted)
                if end is not None:
                    end_block(cursor, end, start)

        return read

    def union(self, node: Union) -> Reader:
        branches = tuple(self.reader(branch) for branch in node.branches)
        count = len(branches)
        null = next((i for i, branch in enumerate(node.branches) if branch == Primitive("null")), -1)
        nothing = Branch(null, None)

        def read(cursor: Cursor) -> Branch:
            start = cursor.pos
            if start < cursor.end and not cursor.data[start] & 0x81:
                index = cursor.data[start] >> 1
                cursor.pos = start + 1
            else:
                index = read_long(cursor)
            if index == null and index >= 0:
                return nothing
            if not 0 <= index < count:
                index = _bad_branch(cursor, index, count, start)
            return Branch(index, branches[index](cursor))

        return read


def _unplaced(cursor: Cursor, noted: int) -> None:
    """Of what was noted meanwhile nobody knows in which item it was."""
    if len(cursor.problems.seen) != noted:
        cursor.problems.placed = False


def _entries(cursor: Cursor, datum: dict[str, Datum], count: int, value: Reader) -> None:
    for _ in range(count):
        start = cursor.pos
        key = read_string(cursor)
        try:
            if key in datum:
                cursor.note("odd_encodings:map_key", f"key {key[:60]!r} stands twice", start)
            datum[key] = value(cursor)
        except DecodeError as error:
            raise error.below(key) from None


def _bad_branch(cursor: Cursor, index: int, count: int, start: int) -> int:
    reason = f"index {index} in a union of {count}"
    if -count <= index < 0:  # Python's stock decoders count from the end
        cursor.note("union_index_bad:negative", reason, start)
        return count + index
    if 0 <= wrapped(index) < count:
        cursor.note("union_index_bad:wrapped", reason, start)
        cursor.problems.uncertain = True
        return wrapped(index)
    raise cursor.error("union_index_bad:negative" if index < 0 else "union_index_bad", reason, start)


def _limited(read: Reader) -> Callable[[Cursor], Datum]:
    """`read` of a record that contains itself, within the limit of depth."""

    def limited(cursor: Cursor) -> Datum:
        if cursor.depth <= 0:
            raise _too_deep(cursor)
        cursor.depth -= 1
        datum = read(cursor)
        cursor.depth += 1
        return datum

    return limited
