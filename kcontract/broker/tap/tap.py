"""The harness's side of the tap: starts its process, and asks it."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import IO, Self

import msgspec

from kcontract.broker.tap.orders import REPORTS, Begin, ClearFault, Forget, Look, Order, Report, SetFault
from kcontract.errors import BrokerError
from kcontract.host.children import end_child, start_child
from kcontract.host.ports import LOOPBACK
from kcontract.model.tap import Lever, Sighting
from kcontract.protocol.addresses import Address

_ANSWER_S = 120.0
"""One that has ended is seen at once; where the cores are shared with much else an answer may take long."""
_SAID_BYTES = 2_000
_NO_OTHERS: Mapping[Address, Address] = MappingProxyType({})


class ProtocolTap:
    """Implements `ports.Tap`. A context manager; `close` ends its process and every connection through it."""

    def __init__(self, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
        """`log` is what the process writes its standard error to."""
        self._process = process
        self._log = log
        self._line = b""
        host, port = self._answer().address
        self.bootstrap = f"{host}:{port}"
        self.container_bootstrap = "" if host == LOOPBACK else self.bootstrap

    @classmethod
    def start(
        cls,
        bootstrap: str,
        *,
        host: str = LOOPBACK,
        others: Mapping[Address, Address] = _NO_OTHERS,
        links: int = 4_000,
    ) -> Self:
        """Stand before the cluster at `bootstrap` (`host:port`, several divided by commas), and listen on `host`.

        `others` replaces advertised addresses; one that cannot be reached is replaced by `bootstrap` anyway. More than
        `links` connections at once are reset. Raises BrokerError TAP_ADDRESS, TAP_GONE.
        """
        begin = Begin(parse_addresses(bootstrap), tuple(others.items()), host, links)
        log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process runs
        process = start_child("kcontract.broker.tap.process", msgspec.json.encode(begin).decode(), errors=log)
        try:
            return cls(process, log)
        except BaseException:
            process.kill()
            process.wait()
            log.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def sightings(self) -> Sequence[Sighting]:
        """What was seen since the last call."""
        return self._ask(Look()).sightings

    def forget(self) -> None:
        self._ask(Forget())

    def set_fault(self, lever: Lever) -> None:
        self._ask(SetFault(lever))

    def clear_fault(self) -> None:
        self._ask(ClearFault())

    def close(self) -> None:
        """Harmless when it is closed already."""
        end_child(self._process)
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, order: Order) -> Report:
        pipe = self._process.stdin
        try:
            if pipe is None or pipe.closed:
                raise self._gone("it was closed")
            pipe.write(msgspec.json.encode(order) + b"\n")
        except OSError as error:
            raise self._gone(str(error)) from error
        return self._answer()

    def _answer(self) -> Report:
        pipe = self._process.stdout
        if pipe is None:
            raise self._gone("it has no output")
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._line:
                if not selector.select(_ANSWER_S):
                    raise self._gone(f"no answer within {_ANSWER_S:.0f} s")
                data = os.read(pipe.fileno(), 1 << 16)
                if not data:
                    raise self._gone(f"its process ended with {self._process.poll()}")
                self._line += data
        line, _, self._line = self._line.partition(b"\n")
        return REPORTS.decode(line)

    def _gone(self, why: str) -> BrokerError:
        said = ""
        if not self._log.closed:
            self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - _SAID_BYTES))
            said = self._log.read().decode(errors="replace")
        return BrokerError(
            "TAP_GONE", f"the protocol tap has ended: {why}\n{said}".rstrip(), "run it again, or with --no-tap"
        )


def parse_addresses(bootstrap: str) -> tuple[Address, ...]:
    """`host:port`, several divided by commas; IPv6 in brackets. BrokerError TAP_ADDRESS for anything else."""
    found = []
    for part in filter(None, map(str.strip, bootstrap.split(","))):
        host, _, port = part.rpartition("://")[2].rpartition(":")
        if not host or not port.isdecimal():
            raise BrokerError("TAP_ADDRESS", f"{part!r} is not HOST:PORT", "give HOST:PORT, several with commas")
        found.append((host.removeprefix("[").removesuffix("]"), int(port)))
    if not found:
        raise BrokerError("TAP_ADDRESS", "no address of a broker is given", "give HOST:PORT")
    return tuple(found)
