"""A FastStream broker: each record goes to the subscribers of its topic, in memory; what these publish is returned."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from kcontract.model.called import Handed, Style
from kcontract.testing.handling.faces import record_of
from kcontract.testing.values import Event, Message, Record

_OWN = frozenset({"content-type", "correlation_id", "reply_to"})
"""Headers that FastStream adds by itself."""


class FastStreamFace:
    """Implements `faces.Face`. Exceptions come out as the subscriber raised them, whatever its policy."""

    style: Style = "record"

    def __init__(self, broker: Any) -> None:
        self._broker = broker
        self._is_confluent = type(broker).__module__.startswith("faststream.confluent")
        self._testing = import_module(
            "faststream.confluent.testing" if self._is_confluent else "faststream.kafka.testing"
        )
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._published: list[Event] = []
        self._own = tuple(broker.subscribers)
        self._loop.run_until_complete(self._enter())

    def takes(self, topic: str) -> bool:
        """Whether there is a subscriber for it."""
        return bool(self._subscribers(topic))

    def call(self, handed: Handed) -> Any:
        """What was published for the record."""
        self._published.clear()
        self._loop.run_until_complete(self._deliver(record_of(handed)))
        return list(self._published)

    async def _enter(self) -> None:
        """In memory for as long as the process lives; what is published is noted, and goes nowhere."""
        self._context = self._testing.TestKafkaBroker(self._broker)
        await self._context.__aenter__()
        producer = self._broker.config.broker_config.producer
        producer.publish, producer.publish_batch = self._publish, self._publish_batch

    async def _publish(self, command: Any) -> None:
        self._published.append(await self._event(command, command.body, command.key))

    async def _publish_batch(self, command: Any) -> None:
        for place, body in enumerate(command.batch_bodies):
            self._published.append(await self._event(command, body, command.key_for(place)))

    async def _event(self, command: Any, body: Any, key: Any) -> Event:
        codec = self._broker.config.broker_codec or self._testing.DefaultCodec()
        value = None if body is None else (await codec.encode(body, self._broker.config.fd_config._serializer))[0]
        kept = [(name, one) for name, one in (command.headers or {}).items() if name not in _OWN]
        if command.correlation_id:
            kept.append(("correlation_id", str(command.correlation_id).encode()))
        return Event(command.destination, value, key, kept)

    async def _deliver(self, record: Record) -> None:
        for handler in self._subscribers(record.topic):
            message = self._message(record)
            await handler.process_message([message] if isinstance(handler, self._testing.BatchSubscriber) else message)

    def _subscribers(self, topic: str) -> list[Any]:
        return [one for one in self._own if self._testing._is_handler_matches(one, topic, None)]

    def _message(self, record: Record) -> Any:
        """The record as the client gives it."""
        if self._is_confluent:
            return Message(record)
        return import_module("aiokafka").ConsumerRecord(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            timestamp=record.timestamp,
            timestamp_type=0,
            key=record.key,
            value=record.value,
            checksum=None,
            serialized_key_size=len(record.key or b""),
            serialized_value_size=len(record.value or b""),
            headers=record.headers,
        )
