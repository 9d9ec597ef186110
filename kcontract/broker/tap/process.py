"""The tap's own process: `python -m kcontract.broker.tap.process BEGIN`. It ends when its standard input does.

A process of its own, so that what it passes on never waits for the harness, which is busy with the same interpreter.
"""

from __future__ import annotations

import os
import signal
import sys

import msgspec

from kcontract.broker.tap.listeners import Tapped
from kcontract.broker.tap.loop import READ, Loop
from kcontract.broker.tap.orders import ORDERS, Begin, ClearFault, Forget, Look, Report, SetFault
from kcontract.broker.tap.watch import Watch

_READ_BYTES = 65_536


class Desk:
    """Takes orders."""

    def __init__(self, loop: Loop, tapped: Tapped, watch: Watch, source: int, target: int) -> None:
        self._loop, self._tapped, self._watch = loop, tapped, watch
        self._source, self._target = source, target
        self._begun = b""
        loop.watch(source, READ, lambda _: self._read())

    def report(self, *, look: bool = False) -> None:
        """Answer. A line is small, and its reader waits for it."""
        report = Report(self._tapped.address, self._watch.gather() if look else ())
        line = msgspec.json.encode(report) + b"\n"
        while line:
            line = line[os.write(self._target, line) :]

    def _read(self) -> None:
        data = os.read(self._source, _READ_BYTES)
        if not data:
            self._loop.stopped = True
            return
        *lines, self._begun = (self._begun + data).split(b"\n")
        for line in lines:
            self._obey(line)

    def _obey(self, line: bytes) -> None:
        order = ORDERS.decode(line)
        if isinstance(order, SetFault):
            self._tapped.set(order.lever)
        elif isinstance(order, ClearFault):
            self._tapped.clear()
        elif isinstance(order, Forget):
            self._watch.forget()
        self.report(look=isinstance(order, Look))


def main() -> None:
    """Stand before the cluster until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C goes to everybody; the harness ends us when it is done
    begin = msgspec.json.decode(sys.argv[1], type=Begin)
    loop, watch = Loop(), Watch()
    tapped = Tapped(loop, watch, begin)
    Desk(loop, tapped, watch, sys.stdin.fileno(), sys.stdout.fileno()).report()
    loop.run()


if __name__ == "__main__":
    main()
