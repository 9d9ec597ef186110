"""Reading bodies of requests and answers in any version: what is compact in flexible ones is told here, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from kcontract.protocol.apis import TOPIC_IDS_SINCE, Api, is_flexible
from kcontract.protocol.primitives import Decoder, FrameError

T = TypeVar("T")
_REQUEST_HEADER_BYTES = 8
_UUID_BYTES = 16

Topic = str | bytes
"""A topic's name, or its id (16 bytes)."""


class Body(Decoder):
    """A decoder that knows which version of which request it reads. Every method raises FrameError."""

    def __init__(self, frame: bytes, api: int, version: int) -> None:
        super().__init__(frame)
        self.api = api
        self.version = version
        self.flexible = is_flexible(api, version)

    @classmethod
    def of_request(cls, frame: bytes, api: int, version: int) -> Body:
        """Behind the header of a request's frame (without its length)."""
        body = cls(frame, api, version)
        body.skip(_REQUEST_HEADER_BYTES)
        body.string()  # the client's id, never compact
        body.close()
        return body

    @classmethod
    def of_response(cls, frame: bytes, api: int, version: int) -> Body:
        """Behind the header of an answer's frame (without its length). That of ApiVersions is never flexible."""
        body = cls(frame, api, version)
        body.skip(4)
        if api != Api.API_VERSIONS:
            body.close()
        return body

    def text(self) -> str | None:
        return self.compact_string() if self.flexible else self.string()

    def list(self, read: Callable[[], T]) -> tuple[T, ...]:
        """An array; a null one reads as empty."""
        count = self.uvarint() - 1 if self.flexible else self.int32()
        return tuple(read() for _ in range(self._bounded(max(count, 0))))

    def blob(self) -> tuple[int, int]:
        """Pass over bytes; offset and size of what they hold, size 0 for none."""
        size = max(self.uvarint() - 1 if self.flexible else self.int32(), 0)
        start = self.at
        self.skip(size)
        return start, size

    def topic(self) -> Topic:
        """A topic by name or by id, as this version has it."""
        since = TOPIC_IDS_SINCE.get(self.api)
        return self.raw(_UUID_BYTES) if since is not None and self.version >= since else self.text() or ""

    def close(self) -> None:
        """The end of a structure: tagged fields, unread, where there are any."""
        if not self.flexible:
            return
        if self.remaining and self._data[self._at] == 0:  # as good as always
            self._at += 1
        else:
            self.tags()

    def since(self, version: int, size: int) -> None:
        """Pass over a field of so many bytes that is there since this version."""
        if self.version >= version:
            self.skip(size)

    def text_since(self, version: int) -> str | None:
        """A string that is there since this version."""
        return self.text() if self.version >= version else None

    def data(self, start: int, size: int) -> bytes:
        """Bytes passed over before."""
        if start < 0 or start + size > self.at:
            raise FrameError(f"{size} bytes at offset {start} were not read yet")
        return self._data[start : start + size]
