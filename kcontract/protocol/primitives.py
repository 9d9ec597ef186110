"""The primitive types of Kafka's protocol (kafka.apache.org/protocol#protocol_types), big endian, bounded."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

_INT8, _INT16, _INT32, _INT64 = struct.Struct(">b"), struct.Struct(">h"), struct.Struct(">i"), struct.Struct(">q")
_VARINT_BYTES = 5


class FrameError(ValueError):
    """Bytes that are not what the protocol says, with the offset where that shows."""


class Encoder:
    """Appends primitives; `bytes(encoder)` is what was written so far."""

    def __init__(self) -> None:
        self._data = bytearray()

    def __bytes__(self) -> bytes:
        return bytes(self._data)

    def raw(self, data: bytes) -> Encoder:
        self._data += data
        return self

    def int8(self, value: int) -> Encoder:
        return self.raw(_INT8.pack(value))

    def int16(self, value: int) -> Encoder:
        return self.raw(_INT16.pack(value))

    def int32(self, value: int) -> Encoder:
        return self.raw(_INT32.pack(value))

    def int64(self, value: int) -> Encoder:
        return self.raw(_INT64.pack(value))

    def uvarint(self, value: int) -> Encoder:
        """UNSIGNED_VARINT: seven bits a byte, lowest first."""
        while value > 0x7F:
            self._data.append(value & 0x7F | 0x80)
            value >>= 7
        self._data.append(value)
        return self

    def string(self, value: str | None) -> Encoder:
        """STRING and NULLABLE_STRING. ValueError for one of more than 32,767 bytes."""
        if value is None:
            return self.int16(-1)
        data = value.encode()
        if len(data) > 0x7FFF:
            raise ValueError(f"a string of {len(data)} bytes does not fit a protocol string")
        return self.int16(len(data)).raw(data)

    def compact_string(self, value: str | None) -> Encoder:
        """COMPACT_STRING and COMPACT_NULLABLE_STRING: the length plus one, 0 for null (KIP-482)."""
        if value is None:
            return self.uvarint(0)
        data = value.encode()
        return self.uvarint(len(data) + 1).raw(data)

    def array(self, items: Sequence[T], write: Callable[[Encoder, T], object]) -> Encoder:
        """ARRAY: a count, then each item as `write` puts it."""
        self.int32(len(items))
        for item in items:
            write(self, item)
        return self

    def no_tags(self) -> Encoder:
        """An empty section of tagged fields (KIP-482)."""
        return self.uvarint(0)


class Decoder:
    """Reads primitives from the front of `data`. Every method raises FrameError where the bytes do not fit."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def remaining(self) -> int:
        """Bytes that were not read yet."""
        return len(self._data) - self._at

    @property
    def at(self) -> int:
        """Offset of the next byte."""
        return self._at

    def skip(self, size: int) -> None:
        """Pass over so many bytes."""
        if not 0 <= size <= self.remaining:
            raise FrameError(f"{size} bytes wanted at offset {self._at}, {self.remaining} are there")
        self._at += size

    def raw(self, size: int) -> bytes:
        if not 0 <= size <= self.remaining:
            raise FrameError(f"{size} bytes wanted at offset {self._at}, {self.remaining} are there")
        start, self._at = self._at, self._at + size
        return self._data[start : self._at]

    def int8(self) -> int:
        return int(_INT8.unpack(self.raw(1))[0])

    def int16(self) -> int:
        return int(_INT16.unpack(self.raw(2))[0])

    def int32(self) -> int:
        return int(_INT32.unpack(self.raw(4))[0])

    def int64(self) -> int:
        return int(_INT64.unpack(self.raw(8))[0])

    def uvarint(self) -> int:
        value = 0
        for position in range(_VARINT_BYTES):
            byte = self.raw(1)[0]
            value |= (byte & 0x7F) << (7 * position)
            if byte < 0x80:
                return value
        raise FrameError(f"a varint of more than {_VARINT_BYTES} bytes ends at offset {self._at}")

    def string(self) -> str | None:
        """STRING and NULLABLE_STRING."""
        size = self.int16()
        return None if size == -1 else self._text(size)

    def compact_string(self) -> str | None:
        """COMPACT_STRING and COMPACT_NULLABLE_STRING."""
        size = self.uvarint()
        return None if size == 0 else self._text(size - 1)

    def array(self, read: Callable[[Decoder], T]) -> tuple[T, ...]:
        """ARRAY; a null one reads as empty."""
        return self._items(self.int32(), read)

    def compact_array(self, read: Callable[[Decoder], T]) -> tuple[T, ...]:
        """COMPACT_ARRAY; a null one reads as empty."""
        return self._items(self.uvarint() - 1, read)

    def tags(self) -> dict[int, bytes]:
        """The section of tagged fields: tag to undecoded value (KIP-482)."""
        return {self.uvarint(): self.raw(self.uvarint()) for _ in range(self._bounded(self.uvarint()))}

    def end(self) -> None:
        """FrameError if anything is left."""
        if self.remaining:
            raise FrameError(f"{self.remaining} bytes too many from offset {self._at}")

    def _items(self, count: int, read: Callable[[Decoder], T]) -> tuple[T, ...]:
        return tuple(read(self) for _ in range(self._bounded(max(count, 0))))

    def _bounded(self, count: int) -> int:
        # Everything that is counted takes a byte at least: a damaged count must not keep us busy.
        if count > self.remaining:
            raise FrameError(f"{count} items announced at offset {self._at}, {self.remaining} bytes are there")
        return count

    def _text(self, size: int) -> str:
        start = self._at
        try:
            return self.raw(size).decode()
        except UnicodeDecodeError as error:
            raise FrameError(f"the string at offset {start} is not UTF-8") from error
