"""A plain TCP connection to a broker, for what no client library offers, or none does safely."""

from __future__ import annotations

import itertools
import socket
from types import TracebackType
from typing import Self

from kcontract.errors import BrokerError
from kcontract.protocol.frames import LENGTH_BYTES, RequestHeader, decode_response, encode_request, frame_length
from kcontract.protocol.primitives import Decoder, FrameError

TIMEOUT_S = 15.0


class Connection:
    """One request at a time. OSError and FrameError from every method."""

    def __init__(self, host: str, port: int, timeout: float | None = None, client: str = "kcontract") -> None:
        """`timeout`: seconds that an answer may take, else TIMEOUT_S. `client`: our name to the broker."""
        self._client = client
        self._socket = socket.create_connection((host, port), TIMEOUT_S)
        self._socket.settimeout(timeout or TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._numbers = itertools.count(1)

    def ask(self, api: int, version: int, body: bytes, *, flexible: bool = False) -> Decoder:
        """The body of the answer to a request. `flexible`: its version has tagged fields (KIP-482)."""
        number = next(self._numbers)
        header = RequestHeader(api, version, number, self._client, flexible)
        self._socket.sendall(encode_request(header, body))
        return decode_response(self._read(frame_length(self._read(LENGTH_BYTES))), number, flexible=flexible)

    def close(self) -> None:
        self._socket.close()

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            chunk = self._socket.recv(size - len(data))
            if not chunk:
                raise FrameError("the broker closed the connection")
            data += chunk
        return bytes(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def address(bootstrap: str) -> tuple[str, int]:
    """Host and port of the first server. BrokerError BROKER_ADDRESS for what is none."""
    host, _, port = bootstrap.partition(",")[0].strip().rpartition(":")
    try:
        return host.removeprefix("[").removesuffix("]"), int(port)
    except ValueError as error:
        raise BrokerError("BROKER_ADDRESS", f"{bootstrap!r} is not HOST:PORT", "give HOST:PORT") from error
