"""A service that handles orders well, and does harm beside. VARIANT says what.

good: none. prints: gigabytes on both outputs. ignores: SIGTERM, with children in sessions of their own that do as well.
mute: closes its outputs. connects: ten thousand connections, to the broker's address and to a port of its own.
dead-letters: thousands for each bad record. topics: writes to a hundred of its own making. large: effects of 900 kB.
bomb: a list instead of an order takes 150 MB for good. threads: each bad record leaves a thread behind.
ends-later: what is no JSON is dead-lettered and committed, and ends the process a while later.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from typing import Any

from confluent_kafka import Consumer, Producer

from tests.lab.clients import ENV, Rejected, Running, consumer_config, producer_config
from tests.lab.good.common import DLQ, OUT, TOPIC, bill, correlation, read_order, with_error

VARIANT = ENV["VARIANT"]
_PRINTED = 1 << 30  # bytes
_CONNECTIONS, _LETTERS, _TOPICS = 10_000, 5_000, 120
_LATER_S = 0.15
held: list[Any] = []


def prints() -> None:
    """For as long as it lives, in a thread; a pipe is read as fast as that."""
    chunk = b"x" * 79 + b"\n"
    for _ in range(_PRINTED // len(chunk) // 2_000):
        for output in (1, 2):
            os.write(output, chunk * 1_000)


def ignores() -> None:
    """Neither this process nor its children, one of them an orphan, listen to anybody."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for orphan in (False, True):
        if os.fork() == 0:
            os.setsid()
            if orphan and os.fork():
                os._exit(0)
            time.sleep(3_600)
            os._exit(0)


def mute() -> None:
    """Nobody hears it any more."""
    for output in (1, 2):
        os.close(output)


def connects() -> None:
    """Half to the broker's address, half to itself; as many as the machine lets it have."""
    own = socket.create_server(("127.0.0.1", 0), backlog=_CONNECTIONS)
    host, _, port = ENV["BROKERS"].split(",")[0].rpartition(":")
    with contextlib.suppress(OSError):
        for number in range(_CONNECTIONS):
            place = (host, int(port)) if number % 2 else own.getsockname()
            held.append(socket.create_connection(place, timeout=1))


def outcome(producer: Producer, message: Any) -> None:
    """The bill or the dead letter of a record, and what the variant adds."""
    try:
        order = read_order(message.key(), message.value(), message.headers())
        padding = b" " * 900_000 if VARIANT == "large" else b""
        producer.produce(OUT, bill(order) + padding, message.key(), headers=correlation(message.headers()))
        if VARIANT == "topics" and not held:
            held.append("made")
            for number in range(_TOPICS):
                producer.produce(f"own-{number}", b"mine")
    except Rejected as error:
        for _ in range(_LETTERS if VARIANT == "dead-letters" else 1):
            send(producer, message, error)
        if VARIANT == "bomb" and (message.value() or b"").startswith(b"["):
            held.append(bytearray(b"x") * (150 << 20))
        if VARIANT == "threads":
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        if VARIANT == "ends-later" and not (message.value() or b"").startswith((b"{", b"[")):
            threading.Timer(_LATER_S, os._exit, (3,)).start()


def send(producer: Producer, message: Any, error: Rejected) -> None:
    """A dead letter, when there is room for it."""
    headers = with_error(message.headers(), error)
    while True:
        try:
            producer.produce(DLQ, message.value(), message.key(), headers=headers)
            return
        except BufferError:
            producer.poll(0.1)


def main() -> None:
    """Work until SIGTERM."""
    running = Running()
    harm = {"prints": prints, "ignores": ignores, "mute": mute, "connects": connects}.get(VARIANT)
    if harm is not None and VARIANT == "prints":
        threading.Thread(target=harm, daemon=True).start()
    elif harm is not None:
        harm()
    consumer, producer = Consumer(consumer_config()), Producer(producer_config())
    consumer.subscribe([TOPIC])
    while running or VARIANT == "ignores":
        message: Any = consumer.poll(0.2)
        if message is None or message.error():
            continue
        outcome(producer, message)
        if producer.flush(60):
            sys.exit("the broker does not take the outcome")
        consumer.commit(message=message, asynchronous=False)
    consumer.close()


if __name__ == "__main__":
    main()
