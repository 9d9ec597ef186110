"""The loop of a consuming service: at least once, in small batches, with the policy for bad records in one place."""

from __future__ import annotations

import logging
import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

log = logging.getLogger("patients")

BATCH = 500
LARGEST_RECORD = 16_000_000  # a dead letter must fit wherever its original did
Headers = list[tuple[str, bytes | None]]
Outgoing = list[tuple[str, str | bytes | None]]


class Rejected(Exception):  # noqa: N818 - an outcome, not a failure
    """The record breaks its contract. No later attempt will make it good."""


class TryLater(Exception):  # noqa: N818
    """Something that the record needs does not answer now. The record itself may be fine."""


@dataclass(frozen=True)
class Record:
    """A record as it was read. An empty key or value is not an absent one."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @classmethod
    def of(cls, message: Any) -> Record:
        return cls(
            message.topic(),
            message.partition(),
            message.offset(),
            message.key(),
            message.value(),
            list(message.headers() or ()),
        )


@dataclass(frozen=True)
class Event:
    """A record to be sent."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = field(default_factory=list)


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    brokers: str
    registry: str
    group: str
    topic: str
    out: str
    dead_letters: str

    @classmethod
    def from_environment(cls) -> Settings:
        """Raises KeyError for a variable that is not set."""
        env = os.environ
        return cls(
            brokers=env["BROKERS"],
            registry=env.get("REGISTRY", ""),
            group=env["GROUP"],
            topic=env["TOPIC"],
            out=env["OUT"],
            dead_letters=env.get("DLQ", ""),
        )


class Worker:
    """Takes records from one topic and sends what `handle` makes of them; commits only what was acknowledged."""

    pause = 0.5  # seconds before records are taken again

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.running = True
        self.failed: list[KafkaError] = []
        self.consumer = Consumer(self.consumer_config())
        self.producer = Producer(
            {
                "bootstrap.servers": settings.brokers,
                "enable.idempotence": True,
                "message.max.bytes": LARGEST_RECORD,
                "delivery.timeout.ms": 60_000,
            }
        )

    def consumer_config(self) -> dict[str, str | int | bool]:
        return {
            "bootstrap.servers": self.settings.brokers,
            "group.id": self.settings.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }

    def handle(self, record: Record) -> list[Event]:
        """What a record leads to. Raises Rejected or TryLater."""
        raise NotImplementedError

    def on_rejected(self, record: Record, reason: str) -> list[Event]:
        """The policy for a record that breaks its contract: the dead letter is the record as it came."""
        headers: Headers = [*record.headers, ("error", reason[:200].encode("utf-8", "replace"))]
        return [Event(self.settings.dead_letters, record.key, record.value, headers)]

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then finish the batch in hand and leave the group."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        self.consumer.subscribe([self.settings.topic])
        try:
            while self.running:
                batch = self.next_batch()
                if batch:
                    self.work(batch)
        finally:
            self.consumer.close()

    def stop(self, *_: object) -> None:
        self.running = False

    def next_batch(self) -> list[Record]:
        """Whatever is there, as soon as something is there."""
        first = self.consumer.poll(0.5)
        if first is None:
            return []
        return [Record.of(each) for each in (first, *self.consumer.consume(BATCH - 1, 0)) if _is_record(each)]

    def work(self, batch: list[Record]) -> None:
        """Handle a batch: outcomes sent and acknowledged, then committed; the rest is taken again."""
        done: list[Record] = []
        for record in batch:
            try:
                events = self.outcome(record)
            except TryLater as error:
                log.warning("offset %s waits: %s", record.offset, error)
                break
            for event in events:
                self.send(event)
            done.append(record)
        if not self.delivered():
            done = []
        self.commit(done)
        if len(done) < len(batch):
            self.rewind(batch[len(done) :])

    def outcome(self, record: Record) -> list[Event]:
        """The events that a record leads to, whether it is good or not."""
        try:
            return self.handle(record)
        except Rejected as rejected:
            log.info("offset %s rejected: %s", record.offset, str(rejected)[:200])
            return self.on_rejected(record, str(rejected))

    def send(self, event: Event) -> None:
        """Queue an event; waits while the queue is full."""
        while True:
            try:
                self.producer.produce(
                    event.topic,
                    key=event.key,
                    value=event.value,
                    headers=cast("Outgoing", event.headers),
                    on_delivery=self._on_delivery,
                )
                return
            except BufferError:
                self.producer.poll(0.1)

    def delivered(self) -> bool:
        """Whether everything that was sent is acknowledged."""
        self.producer.flush()
        failed, self.failed = self.failed, []
        for error in failed[:1]:
            log.error("%d events not delivered: %s", len(failed), error)
        return not failed

    def commit(self, done: list[Record]) -> None:
        """Commit behind each partition's last record. A refused commit only means that records come again."""
        last = {(each.topic, each.partition): each.offset for each in done}
        offsets = [TopicPartition(topic, partition, offset + 1) for (topic, partition), offset in last.items()]
        if not offsets:
            return
        try:
            self.consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            log.warning("commit refused: %s", error)

    def rewind(self, rest: list[Record]) -> None:
        """Take records again from the first that is not done, after a short pause."""
        time.sleep(self.pause)
        first: dict[tuple[str, int], int] = {}
        for record in rest:
            first.setdefault((record.topic, record.partition), record.offset)
        for (topic, partition), offset in first.items():
            try:
                self.consumer.seek(TopicPartition(topic, partition, offset))
            except KafkaException as error:  # no longer ours: its new owner starts at the commit
                log.warning("no rewind of %s/%d: %s", topic, partition, error)

    def _on_delivery(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self.failed.append(error)


def _is_record(message: Message) -> bool:
    error = message.error()
    if error is None:
        return True
    if error.fatal():
        raise KafkaException(error)
    log.warning("%s", error.str())
    return False


def main(worker: type[Worker]) -> None:
    """Run a service with what the environment says."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    log.setLevel(logging.INFO)
    worker(Settings.from_environment()).run()
