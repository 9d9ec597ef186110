"""The place in the bytes, and the readings of numbers and lengths that every node is built from."""

from __future__ import annotations

import re

from kcontract.model.case import Layer
from kcontract.schema.problem import DecodeError, Problems

MEMORY_BUDGET = 48 * 2**20
"""Bytes of memory, roughly, that the values of one record may take beyond the record itself."""
MANY_EMPTY = 65_536
"""Array items without bytes, in one record, up to which a reader must take them."""
COUNT_BOMB = 10**8
"""From this count on, items without bytes are an attack on the reader (MALFORMED.md 21)."""
_LARGE = 2**24
BLOCK_COST = 48
_CONTINUED = re.compile(rb"(\x80*)[\x80-\xff]*")
_INT64 = 2**63


class Cursor:
    """A reading of `data`. `depth` is what is left of the nesting limit, `budget` of the memory."""

    __slots__ = ("budget", "data", "depth", "empty", "end", "pos", "problems")

    def __init__(self, data: bytes, problems: Problems, depth: int) -> None:
        self.data = data
        self.pos = 0
        self.end = len(data)
        self.problems = problems
        self.depth = depth
        self.budget = MEMORY_BUDGET
        self.empty = MANY_EMPTY

    def error(self, code: str, reason: str, at: int, layer: Layer = Layer.DECODE) -> DecodeError:
        return DecodeError(layer, code, reason, offset=at, soft=self.problems.uncertain)

    def note(self, code: str, reason: str, at: int, layer: Layer = Layer.DECODE) -> None:
        """A tolerance of ORACLE.md §1: the strict decoder stops here, the lenient one goes on."""
        if code in self.problems.seen:
            return
        self.problems.note(DecodeError(layer, code, reason, offset=at, soft=True))

    def charge(self, cost: int, at: int) -> None:
        """Spend memory. Beyond the budget nothing is said of the record: that is our limit, not the reader's."""
        self.budget -= cost
        if self.budget < 0:
            reason = "more values than are looked at here"
            raise DecodeError(Layer.RESOURCES, "count_bomb:budget", reason, offset=at, soft=True)


def read_long(cursor: Cursor) -> int:
    """A zig-zag varint as int64."""
    pos = cursor.pos
    if pos >= cursor.end:
        raise cursor.error("truncated", "the bytes end where a number is due", pos)
    byte = cursor.data[pos]
    if byte < 0x80:
        cursor.pos = pos + 1
        return (byte >> 1) ^ -(byte & 1)
    return _long_varint(cursor, pos)


def long_at(data: bytes, pos: int) -> tuple[int, int] | None:
    """The number at `pos` and where it ends, if it is spelled as it should be and in nine bytes at most."""
    value = shift = 0
    for byte in data[pos : pos + 9]:
        if byte < 0x80:
            value += byte << shift
            return ((value >> 1) ^ -(value & 1), pos + 1 + shift // 7) if byte or not shift else None
        value += (byte - 0x80) << shift
        shift += 7
    return None


def _long_varint(cursor: Cursor, start: int) -> int:
    data, value, shift, pos = cursor.data, 0, 0, start
    while pos < cursor.end and shift < 70:
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            cursor.pos = pos
            if byte == 0 or value >= 2**64:
                _overlong(cursor, value, pos - start, start)
            value &= 2**64 - 1
            return (value >> 1) ^ -(value & 1)
    if pos >= cursor.end:
        raise cursor.error("truncated", "the bytes end inside a number", start)
    return _endless_varint(cursor, value, start, pos)


def _endless_varint(cursor: Cursor, value: int, start: int, pos: int) -> int:
    """More than ten bytes. Bits beyond the 64th leave the value open: readers drop them in different ways."""
    data = cursor.data
    run: re.Match[bytes] = _CONTINUED.match(data, pos)  # type: ignore[assignment]  # `*` always matches
    end = run.end()
    if end >= cursor.end:
        raise cursor.error("truncated", "the bytes end inside a number", start)
    cursor.pos = end + 1
    more = data[end] or run.end(1) != end
    _overlong(cursor, 2**64 if more else value, cursor.pos - start, start)
    value &= 2**64 - 1
    return (value >> 1) ^ -(value & 1)


def _overlong(cursor: Cursor, value: int, length: int, start: int) -> None:
    cursor.note("overlong_varint", f"a number in {length} bytes, which is more than it needs", start)
    if value >= 2**64:
        cursor.problems.uncertain = True


def read_int(cursor: Cursor) -> int:
    """A zig-zag varint as int32; beyond is noted (`int_overflow`) and kept."""
    start = cursor.pos
    value = read_long(cursor)
    if not -0x80000000 <= value <= 0x7FFFFFFF:
        cursor.note("int_overflow", f"{value} in an int", start, Layer.CONSTRAINTS)
    return value


def wrapped(index: int) -> int:
    """What is left of a union's or enum's index in a reader of 32 bits: Java drops what five bytes hold beyond them,
    and refuses more bytes. -1 where nothing is."""
    return index & 0x7FFFFFFF if 2**31 <= index < 2**34 else -1


def read_block(cursor: Cursor, length: int) -> bytes:
    """`length` bytes of a fixed."""
    start = cursor.pos
    end = start + length
    if end > cursor.end:
        raise cursor.error("truncated", f"{length} bytes are due, {cursor.end - start} are left", start)
    cursor.pos = end
    return cursor.data[start:end]


def read_sized(cursor: Cursor) -> bytes:
    """Bytes with their length before them."""
    start = cursor.pos
    length = read_long(cursor)
    pos = cursor.pos
    end = pos + length
    if length < 0 or end > cursor.end:
        raise _bad_length(cursor, length, start)
    cursor.pos = end
    return cursor.data[pos:end]


def _bad_length(cursor: Cursor, length: int, start: int) -> DecodeError:
    left = cursor.end - cursor.pos
    if length < 0:
        return cursor.error("length_bomb:negative", f"length {length}", start)
    code = "length_bomb" if length >= _LARGE else "truncated"
    return cursor.error(code, f"length {length}, but {left} bytes are left", start)


def read_count(cursor: Cursor, least: int, cost: int) -> tuple[int, int | None]:
    """The head of an array's or map's block: number of items, and where the block ends if it says so.

    `least` is the least size of an item in bytes, `cost` what one takes in memory.
    """
    start = cursor.pos
    count, size = read_long(cursor), None
    cursor.charge(BLOCK_COST, start)
    if count < 0:
        count, size = _negative_count(cursor, count, start)
    if count == 0:
        return 0, size
    if least == 0:
        _check_empty(cursor, count, start)
    elif count * least > cursor.end - cursor.pos:
        code = "count_bomb" if count >= _LARGE else "truncated"
        raise cursor.error(code, f"{count} items, but {cursor.end - cursor.pos} bytes are left", start)
    cursor.charge(count * cost, start)
    return count, size


def _negative_count(cursor: Cursor, count: int, start: int) -> tuple[int, int]:
    size = read_long(cursor)
    if count == -_INT64:
        # Its absolute value overflows: some readers see no items and go on, others stop.
        cursor.note("odd_encodings:block_count", "block count -2^63", start)
        cursor.problems.uncertain = True
        return 0, cursor.pos + size
    return -count, cursor.pos + size


def _check_empty(cursor: Cursor, count: int, start: int) -> None:
    cursor.empty -= count
    if count >= COUNT_BOMB:
        raise cursor.error("count_bomb", f"{count} items without bytes", start, Layer.RESOURCES)
    if cursor.empty < 0:
        reason = f"more than {MANY_EMPTY} items without bytes"
        raise DecodeError(Layer.RESOURCES, "count_bomb:large", reason, offset=start, soft=True)


def end_block(cursor: Cursor, end: int | None, start: int) -> None:
    """Compare where a block ended with where it said it would."""
    if end is not None and end != cursor.pos:
        cursor.note("odd_encodings:block_size", f"a block's size is wrong by {end - cursor.pos}", start)
        cursor.problems.uncertain = True
