"""The talk on one connection: requests out, answers back in the order of the requests. No input or output here."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

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
from kcontract.protocol.fetch import hastened
from kcontract.protocol.frames import LENGTH_BYTES
from kcontract.protocol.offset_commit import encode_commit_refusal, read_offset_commit
from kcontract.protocol.primitives import FrameError
from kcontract.protocol.produce import ProduceRequest

_HEADER = struct.Struct(">ihhi")
_ANSWER = struct.Struct(">ii")
_LENGTH = struct.Struct(">i")
_PENDING_AT_MOST = 100_000
_HINT_BYTES = 4096
_LONGEST_WAIT = 50
"""Milliseconds for which the broker may hold back an answer without records."""
_COMMITS = (Api.OFFSET_COMMIT, Api.TXN_OFFSET_COMMIT)
_MALFORMED = (FrameError, ValueError, IndexError, struct.error)


class Routes(Protocol):
    """Where brokers are reached through us."""

    @property
    def hosts(self) -> Collection[bytes]:
        """The names of all brokers that are known."""
        ...

    def local(self, broker: Address) -> Address:
        """Our own address for a broker's."""
        ...


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
    """Replaces addresses, answers in the broker's stead where a lever says so, and reads along.

    What is only read is read once it was passed on: the caller calls `read` when it has sent what it was given.
    """

    def __init__(self, watch: Watch, routes: Routes | None, lever: Callable[[], Lever | None]) -> None:
        """`routes` says where brokers are reached through us; None: addresses stay as they are."""
        self._watch = watch
        self._routes = routes
        self._lever = lever
        self._pending: deque[_Pending] = deque()
        self._unread: list[Callable[[], None]] = []
        self._connection = Connection()
        self.reset_after: float | None = None
        """An acknowledgement was swallowed: the connection is due to be reset after so many seconds."""

    def out(self, piece: Piece) -> tuple[bytes, list[bytes]]:
        """What goes on to the broker, and what goes back to the client at once."""
        data = piece.data
        if not (piece.whole or piece.head) or len(data) < _HEADER.size or len(self._pending) >= _PENDING_AT_MOST:
            return data, []
        _, api, version, correlation = _HEADER.unpack_from(data)
        pending = _Pending(correlation, api, version)
        self._pending.append(pending)
        if piece.whole and is_known(api, version) and api in READ_REQUESTS:
            self._unread.append(lambda: self._read(pending, piece.data))
        elif piece.head:
            self._watch.unread += 1
        if api == Api.FETCH and self._connection.rewinds and piece.whole and is_known(api, version):
            data = self._hastened(data, version)
        lever = self._lever()
        if lever is not None and api in _COMMITS and lever.kind in ("commit_error", "commit_drop"):
            return self._withhold(pending, data, lever)
        if lever is not None and lever.kind == "produce_drop" and api == Api.PRODUCE and piece.whole:
            self._watch.held += 1
            pending.never = True
            return b"", []
        pending.never = lever is not None and lever.kind == "lost_ack" and api == Api.PRODUCE
        return data, []

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
            if self.reset_after is None:
                self.reset_after = lever.seconds if lever is not None else 0.0
            return []
        self._unread.append(lambda: self._read_answer(pending, piece.data))
        pending.ready = self._answer(pending, piece.data)
        return self._flush()

    def read(self) -> None:
        """Read what was passed on."""
        unread, self._unread = self._unread, []
        for look in unread:
            try:
                look()
            except _MALFORMED:
                self._watch.unread += 1

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
        asked = self._watch.request(self._connection, pending.api, pending.version, data[LENGTH_BYTES:])
        pending.asked = asked
        if isinstance(asked, ProduceRequest) and asked.acks == 0:
            self._pending.remove(pending)  # there will be no answer

    def _read_answer(self, pending: _Pending, data: bytes) -> None:
        api, version, asked = pending.api, pending.version, pending.asked
        if api in READ_ANSWERS and is_known(api, version) and (asked is not None or api == Api.METADATA):
            self._watch.answer(self._connection, api, version, asked, data[LENGTH_BYTES:])

    def _answer(self, pending: _Pending, data: bytes) -> bytes:
        """The frame to pass on; what cannot be read stays as it is."""
        api, version = pending.api, pending.version
        hint = may_hint(api, version)
        if self._routes is None or not (api == Api.API_VERSIONS or names_brokers(api) or hint):
            return data
        if hint and not self._may_name(data):
            return data
        if api != Api.API_VERSIONS and not is_known(api, version):
            return data
        frame = data[LENGTH_BYTES:]
        try:
            changed = self._rewritten(self._routes, api, version, frame)
        except _MALFORMED:
            self._watch.unread += 1
            return data
        return data if changed is frame else _LENGTH.pack(len(changed)) + changed

    def _may_name(self, data: bytes) -> bool:
        """Whether the end of an answer, where a new leader's address would stand, holds the name of a broker."""
        tail = data[-_HINT_BYTES:]
        return self._routes is not None and any(host in tail for host in self._routes.hosts)

    def _rewritten(self, routes: Routes, api: int, version: int, frame: bytes) -> bytes:
        if api == Api.API_VERSIONS:
            return clamp_versions(frame, version)
        if names_brokers(api):
            return replace_addresses(frame, find_addresses(frame, api, version), routes.local)
        return without_hint(frame, api, version)

    def _hastened(self, data: bytes, version: int) -> bytes:
        """Who seeks back for each bad record (Spring) waits each time for the answer to what was asked before, half a
        second by default: it asks a broker one thing at a time. Who never sought back is left alone, for who asks more
        often takes more of the cores."""
        try:
            return data[:LENGTH_BYTES] + hastened(data[LENGTH_BYTES:], version, _LONGEST_WAIT)
        except _MALFORMED:
            return data  # `read` counts it

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
