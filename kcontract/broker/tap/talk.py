"""The talk on one connection: requests out, answers back in the order of the requests. No input or output here."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kcontract.broker.tap.framing import Piece
from kcontract.broker.tap.watch import READ_ANSWERS, READ_REQUESTS, Connection, Watch
from kcontract.model.tap import Lever
from kcontract.protocol.addresses import (
    Address,
    find_addresses,
    may_hint,
    names_brokers,
    replace_addresses,
    without_hint,
)
from kcontract.protocol.apis import Api, is_known
from kcontract.protocol.clamp import clamp_versions
from kcontract.protocol.frames import LENGTH_BYTES
from kcontract.protocol.offset_commit import encode_commit_refusal, read_offset_commit
from kcontract.protocol.primitives import FrameError
from kcontract.protocol.produce import ProduceRequest

_HEADER = struct.Struct(">ihhi")
_ANSWER = struct.Struct(">ii")
_LENGTH = struct.Struct(">i")
_PENDING_AT_MOST = 100_000
_COMMITS = (Api.OFFSET_COMMIT, Api.TXN_OFFSET_COMMIT)
_MALFORMED = (FrameError, ValueError, IndexError, struct.error)


@dataclass(slots=True, eq=False)
class _Pending:
    """A request whose answer has not been passed on. `never`: it will not be."""

    correlation: int
    api: int
    version: int
    asked: Any = None
    ready: bytes | None = None
    never: bool = False


class Talk:
    """Reads along, replaces addresses, and answers in the broker's stead where a lever says so."""

    def __init__(self, watch: Watch, local: Callable[[Address], Address] | None, lever: Callable[[], Lever | None]):
        """`local` says where a broker's address is reached through us; None: addresses stay as they are."""
        self._watch = watch
        self._local = local
        self._lever = lever
        self._pending: deque[_Pending] = deque()
        self._connection = Connection()
        self.reset_after: float | None = None
        """An acknowledgement was swallowed: the connection is due to be reset after so many seconds."""

    def out(self, piece: Piece) -> tuple[bytes, list[bytes]]:
        """What goes on to the broker, and what goes back to the client at once."""
        if not (piece.whole or piece.head) or len(piece.data) < _HEADER.size or len(self._pending) >= _PENDING_AT_MOST:
            return piece.data, []
        _, api, version, correlation = _HEADER.unpack_from(piece.data)
        pending = _Pending(correlation, api, version)
        if piece.whole and is_known(api, version) and api in READ_REQUESTS:
            self._read(pending, piece.data)
        elif piece.head:
            self._watch.unread += 1
        if isinstance(pending.asked, ProduceRequest) and pending.asked.acks == 0:
            return piece.data, []
        self._pending.append(pending)
        lever = self._lever()
        if lever is not None and api in _COMMITS and lever.kind in ("commit_error", "commit_drop"):
            return self._withhold(pending, piece.data, lever)
        pending.never = lever is not None and lever.kind == "lost_ack" and api == Api.PRODUCE
        return piece.data, []

    def back(self, piece: Piece) -> list[bytes]:
        """What goes on to the client."""
        if not (piece.whole or piece.head) or len(piece.data) < _ANSWER.size:
            return [piece.data]
        _, correlation = _ANSWER.unpack_from(piece.data)
        pending = next((one for one in self._pending if one.correlation == correlation), None)
        if pending is None:
            return [piece.data]
        if not piece.whole:
            self._watch.unread += 1
            self._pending.remove(pending)
            return [piece.data]
        if pending.never:
            lever = self._lever()
            if lever is not None and self.reset_after is None:
                self.reset_after = lever.seconds
            return []
        pending.ready = self._answer(pending, piece.data)
        return self._flush()

    def close(self) -> None:
        """The connection has ended."""
        self._watch.closed(self._connection)
        self._pending.clear()

    @property
    def holds(self) -> bool:
        """Whether an answer is withheld for good: the client can only begin anew."""
        return any(one.never for one in self._pending)

    def _flush(self) -> list[bytes]:
        """Answers in the order of their requests: clients rely on it."""
        due = []
        while self._pending and (ready := self._pending[0].ready) is not None:
            due.append(ready)
            self._pending.popleft()
        return due

    def _read(self, pending: _Pending, data: bytes) -> None:
        try:
            frame = data[LENGTH_BYTES:]
            pending.asked = self._watch.request(self._connection, pending.api, pending.version, frame)
        except _MALFORMED:
            self._watch.unread += 1

    def _answer(self, pending: _Pending, data: bytes) -> bytes:
        """The frame to pass on; what cannot be read stays as it is."""
        api, version = pending.api, pending.version
        known = is_known(api, version)
        watched = known and api in READ_ANSWERS and (pending.asked is not None or api == Api.METADATA)
        rewritten = self._local is not None and (
            api == Api.API_VERSIONS or (known and (names_brokers(api) or may_hint(api, version)))
        )
        if not (watched or rewritten):
            return data
        frame = changed = data[LENGTH_BYTES:]
        try:
            if watched:
                self._watch.answer(self._connection, api, version, pending.asked, frame)
            if rewritten:
                changed = self._rewritten(api, version, frame)
        except _MALFORMED:
            self._watch.unread += 1
        return data if changed is frame else _LENGTH.pack(len(changed)) + changed

    def _rewritten(self, api: int, version: int, frame: bytes) -> bytes:
        if api == Api.API_VERSIONS:
            return clamp_versions(frame, version)
        if self._local is not None and names_brokers(api):
            return replace_addresses(frame, find_addresses(frame, api, version), self._local)
        return without_hint(frame, api, version)

    def _withhold(self, pending: _Pending, data: bytes, lever: Lever) -> tuple[bytes, list[bytes]]:
        """A commit does not reach the broker."""
        if lever.kind == "commit_drop":
            pending.never = True
            return b"", []
        api, version = pending.api, pending.version
        try:
            marks = read_offset_commit(data[LENGTH_BYTES:], api, version) if pending.asked is None else pending.asked
            pending.ready = encode_commit_refusal(pending.correlation, api, version, marks, lever.error)
        except _MALFORMED:
            self._watch.unread += 1
            return data, []
        return b"", self._flush()
