"""`python -m kcontract.broker.aside.process`: takes orders on standard input until that ends."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator

import msgspec

from kcontract.broker.aside.orders import ORDERS, Answer, Begin, Delete, Describe, Order
from kcontract.broker.client import Admin
from kcontract.broker.groups import Groups
from kcontract.errors import BrokerError
from kcontract.model.cluster import GroupView


def main() -> None:
    """One answer a line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C goes to everybody; the harness ends us when it is done
    lines = iter(sys.stdin.buffer.readline, b"")
    for answer in answers(lines):
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


def answers(lines: Iterator[bytes]) -> Iterator[Answer]:
    """What is answered to the lines behind the first one, which says how to connect."""
    begin = msgspec.json.decode(next(lines), type=Begin)
    groups = Groups(Admin(begin.settings))
    for line in lines:
        try:
            yield Answer(view=_obey(groups, ORDERS.decode(line)))
        except BrokerError as error:
            yield Answer(code=error.code, message=error.message, fix=error.fix)


def _obey(groups: Groups, order: Order) -> GroupView | None:
    if isinstance(order, Describe):
        return groups.describe(order.group)
    if isinstance(order, Delete):
        groups.delete(order.groups)
    else:
        groups.set_offsets(order.group, {(topic, number): offset for topic, number, offset in order.offsets})
    return None


if __name__ == "__main__":
    main()
