"""A member of a consumer group: joins, prints `assigned N` and polls until it is killed or its input ends."""

from __future__ import annotations

import sys
import threading

from confluent_kafka import Consumer, TopicPartition

_PROMPT: dict[str, str | int] = {"group.protocol": "classic", "heartbeat.interval.ms": 200}
PROTOCOLS: dict[str, dict[str, str | int]] = {
    "classic": _PROMPT,
    "cooperative": {**_PROMPT, "partition.assignment.strategy": "cooperative-sticky"},
    "consumer": {"group.protocol": "consumer"},
}


def _tell(_: Consumer, places: list[TopicPartition]) -> None:
    sys.stdout.write(f"assigned {len(places)}\n")


def main(bootstrap: str, group: str, topic: str, protocol: str) -> None:
    ended = threading.Event()

    def watch() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest",
        **PROTOCOLS[protocol],
    })  # fmt: skip
    consumer.subscribe([topic], on_assign=_tell)
    while not ended.is_set():
        consumer.poll(0.02)
        sys.stdout.flush()
    consumer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
