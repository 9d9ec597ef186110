"""The echo's own process: `python -m kcontract.broker.echo.process BEGIN`. It ends when its standard input does.

It is assigned its partition, for an assignment by the group is no part of what is measured, and commits as a plain
honest consumer does: when its outcome is acknowledged.
"""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

import msgspec
from confluent_kafka import Consumer, Producer, TopicPartition

from kcontract.broker.echo.orders import Begin

_BATCH = 500


def main() -> None:
    """Copy every record until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C goes to everybody; the harness ends us when it is done
    begin = msgspec.json.decode(sys.argv[1], type=Begin)
    over = threading.Event()
    threading.Thread(target=_wait_for_end, args=(over,), daemon=True).start()
    settings: dict[str, Any] = {"bootstrap.servers": begin.bootstrap}
    consumer = Consumer({**settings, "group.id": begin.group, "enable.auto.commit": False})
    producer = Producer({**settings, "enable.idempotence": True, "linger.ms": 1})
    consumer.assign([TopicPartition(begin.source, 0, 0)])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not over.is_set():
        _echo(consumer, producer, begin.target)
    consumer.close()


def _wait_for_end(over: threading.Event) -> None:
    sys.stdin.buffer.read()
    over.set()


def _echo(consumer: Consumer, producer: Producer, target: str) -> None:
    first: Any = consumer.poll(0.1)
    if first is None:
        return
    batch = [one for one in (first, *consumer.consume(_BATCH - 1, 0)) if one.error() is None]
    for message in batch:
        producer.produce(target, message.value(), message.key())
    producer.flush()
    if batch:
        consumer.commit(message=batch[-1], asynchronous=False)


if __name__ == "__main__":
    main()
